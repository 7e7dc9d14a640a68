// Pages of every list: each item once, a marker where there is more and nowhere else, and none that was made elsewhere. What
// ListKeys refuses is in keys.test.ts.

import { beforeAll, describe, expect, it } from "vitest";
import { type Answer, newAccount, raw } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { inStore } from "../support/store.ts";

interface List {
  readonly member: string;
  readonly limits: { readonly byDefault: number; readonly max: number };
  /** Whether it must name a key. */
  readonly ofKey: boolean;
  /** The member that tells its items apart. */
  readonly id: string;
  /** Adds the items that `more` counts, of the key ?1. */
  readonly fill: string;
  readonly remove: string;
}

const ITEMS = 120;
const MORE = `WITH RECURSIVE more (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM more WHERE n < ${ITEMS})`;

const LISTS: Readonly<Record<string, List>> = {
  ListKeys: {
    member: "Keys",
    limits: { byDefault: 100, max: 1000 },
    ofKey: false,
    id: "KeyId",
    fill: `INSERT INTO key (id, spec, usage, origin, state, description, policy, multi_region, created_at, salt_slot)
      ${MORE} SELECT printf('%08x-0000-4000-8000-000000000000', n), spec, usage, origin, state, '', policy, 0, n, salt_slot
      FROM key, more WHERE id = ?1`,
    remove: "DELETE FROM key WHERE id = ?1",
  },
  ListAliases: {
    member: "Aliases",
    limits: { byDefault: 50, max: 100 },
    ofKey: false,
    id: "AliasName",
    fill: `INSERT INTO alias (name, key_id, created_at, updated_at) ${MORE} SELECT printf('alias/%d', n), ?1, n, n FROM more`,
    remove: "DELETE FROM alias WHERE name = ?1",
  },
  ListResourceTags: {
    member: "Tags",
    limits: { byDefault: 50, max: 50 },
    ofKey: true,
    id: "TagKey",
    fill: `INSERT INTO tag (key_id, name, value) ${MORE} SELECT ?1, printf('%d', n), '' FROM more`,
    remove: "DELETE FROM tag WHERE name = ?1",
  },
  ListKeyRotations: {
    member: "Rotations",
    limits: { byDefault: 100, max: 1000 },
    ofKey: true,
    id: "KeyMaterialId",
    fill: `INSERT INTO material
        (key_id, id, sequence, slot, root_version, state, origin, created_at, rotated_at, rotation_type)
      ${MORE} SELECT ?1, printf('%064x', n), n, slot, root_version, state, origin, n, n, 'AUTOMATIC'
      FROM material, more WHERE key_id = ?1`,
    remove: "DELETE FROM material WHERE id = ?1",
  },
};

const account = newAccount();
let KeyId: string;

const run = (statement: string, id: string): Promise<void> =>
  inStore(account, (_, { storage: { sql } }) => {
    sql.exec(statement, id);
  });

beforeAll(async () => {
  KeyId = await newKey(account);
  for (const { fill } of Object.values(LISTS)) await run(fill, KeyId);
});

const list = (name: string, input: Record<string, unknown>): Promise<Answer> =>
  raw(name, { ...(LISTS[name]?.ofKey === false ? {} : { KeyId }), ...input }, { account });

describe.each(Object.entries(LISTS))("%s", (name, { member, limits, id, remove }) => {
  const total = name === "ListKeys" ? ITEMS + 1 : ITEMS;
  const idsOf = ({ json }: Answer): string[] => (json[member] as Record<string, string>[]).map((item) => item[id] ?? "");

  /** What all pages hold, each with its marker for the next. */
  async function pages(Limit: number, between: (page: string[]) => Promise<void> = async () => {}): Promise<string[][]> {
    const read: string[][] = [];
    for (let Marker: unknown; read.length <= ITEMS; ) {
      const answer = await list(name, { Limit, Marker });
      const page = idsOf(answer);
      read.push(page);
      const { Truncated, NextMarker } = answer.json;
      expect(answer).toMatchObject({ status: 200, json: { Truncated: NextMarker !== undefined } });
      if (Truncated === false) return read;
      expect(page).toHaveLength(Limit);
      await between(page);
      Marker = NextMarker;
    }
    throw new Error("the pages have no end");
  }

  it.each([7, 40])("each item is on one page of %i, and no page is empty", async (Limit) => {
    const read = await pages(Limit);
    expect(read).toHaveLength(Math.ceil(total / Limit));
    expect(new Set(read.flat()).size).toBe(total);
    expect(read.flat()).toHaveLength(total);
  });

  it(`has ${limits.byDefault} items where no limit is given`, async () => {
    const answer = await list(name, {});
    expect(answer.json).toMatchObject({ Truncated: true, NextMarker: expect.any(String) });
    expect(idsOf(answer)).toHaveLength(limits.byDefault);
  });

  it(`has ${limits.max} items at most`, async () => {
    expect(idsOf(await list(name, { Limit: limits.max }))).toHaveLength(Math.min(limits.max, total));
  });

  it("goes on behind an item that is gone", async () => {
    const all = (await pages(40)).flat();
    const gone: string[] = [];
    const read = await pages(40, async (page) => {
      gone.push(page.at(-1) ?? "");
      await run(remove, page.at(-1) ?? "");
    });
    expect(read.flat()).toEqual(all);
    expect((await pages(40)).flat()).toEqual(all.filter((item) => !gone.includes(item)));
  });
});

const refused = { status: 400, json: { __type: "InvalidMarkerException" } };

async function markerOf(name: string): Promise<string> {
  const { NextMarker } = (await list(name, { Limit: 1 })).json;
  if (typeof NextMarker !== "string") throw new Error(`${name} has no second page`);
  return NextMarker;
}

describe.each(["ListAliases", "ListResourceTags", "ListKeyRotations", "ListKeyPolicies"])("%s", (name) => {
  it.each([0, -1, (LISTS[name]?.limits.max ?? 1000) + 1])("a limit of %i is refused", async (Limit) => {
    expect(await list(name, { Limit })).toMatchObject({ status: 400, json: { __type: "ValidationException" } });
  });

  it("a marker of another list is refused, and a made-up one", async () => {
    expect(await list(name, { Marker: "made-up" })).toMatchObject(refused);
    for (const other of Object.keys(LISTS).filter((other) => other !== name))
      expect(await list(name, { Marker: await markerOf(other) }), other).toMatchObject(refused);
  });
});

it.each(Object.keys(LISTS).filter((name) => name !== "ListKeys"))(
  "a marker of %s is refused elsewhere, or altered",
  async (name) => {
    const Marker = await markerOf(name);
    expect(await list(name, { Marker })).toMatchObject({ status: 200 });
    for (const elsewhere of [{ account: newAccount() }, { account, region: "us-west-2" }]) {
      const { KeyMetadata } = (await raw("CreateKey", {}, elsewhere)).json as { KeyMetadata: { KeyId: string } };
      const named = LISTS[name]?.ofKey ? { KeyId: KeyMetadata.KeyId } : {};
      expect(await raw(name, { ...named, Marker }, elsewhere)).toMatchObject(refused);
    }
    const altered = `${Marker.slice(0, 20)}${Marker[20] === "A" ? "B" : "A"}${Marker.slice(21)}`;
    expect(await list(name, { Marker: altered })).toMatchObject(refused);
  },
);
