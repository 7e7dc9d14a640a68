// What a record costs in D1, and what a delivery asks: it is stored by one statement, and only where that did not store everything does
// another look decide.

import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { Links } from "../../src/audit/links.ts";
import { type Delivery, d1Trail } from "../../src/audit/trail.ts";

const RECORD_BYTES = 1000;
const BYTES_A_RECORD_MAX = 1600;

/** Each statement that was run, alone or in a batch, with what D1 says of it. */
const asked: { readonly sql: string; readonly meta: D1Meta }[] = [];
const metas = () => asked.map(({ meta }) => meta);

beforeEach(() => {
  asked.length = 0;
});

/** D1, listened in on. */
const listened = {
  prepare: (sql: string) => ({
    bind: (...values: unknown[]) => {
      const bound = env.AUDIT.prepare(sql).bind(...values);
      const run = async () => noted(sql, await bound.run());
      return { sql, bound, run };
    },
  }),
  async batch(statements: readonly { sql: string; bound: D1PreparedStatement }[]) {
    const results = await env.AUDIT.batch(statements.map(({ bound }) => bound));
    for (const [at, result] of results.entries()) noted(statements[at]?.sql ?? "", result);
    return results;
  },
} as unknown as D1Database;

function noted(sql: string, result: D1Result): D1Result {
  asked.push({ sql, meta: result.meta as D1Meta });
  return result;
}

const trail = d1Trail(listened);
let stores = 0;

const newStore = (): Omit<Delivery, "links"> => {
  const account = `${100_000_000_000 + stores++}`;
  return { store: `${account}/us-east-1`, account, region: "us-east-1", incarnation: crypto.randomUUID() };
};

const linksFrom = (first: number, count: number, kind = "a"): Links =>
  Links.of(
    Array.from({ length: count }, (_, at) => ({
      sequence: first + at,
      record: kind.repeat(RECORD_BYTES),
      hash: `${kind}${first + at}`.padStart(64, "0"),
      time: 1_800_000_000_000 + first + at,
    })),
  );

const hashesOf = (links: Links) => new Map(links.all.map(({ sequence, hash }) => [sequence, hash]));

it("a record of 1,000 bytes takes at most 1,600 and two rows, in one statement, whatever stores take turns", async () => {
  const chains = Array.from({ length: 20 }, newStore);
  for (const chain of chains) await trail.deliver({ ...chain, links: linksFrom(0, 1) });
  const before = metas().at(-1)?.size_after ?? 0;
  asked.length = 0;
  for (let first = 1; first < 200; first += 20) {
    for (const chain of chains) await trail.deliver({ ...chain, links: linksFrom(first, 20) });
  }
  expect(asked).toHaveLength(10 * chains.length);
  const delivered = 200 * chains.length;
  expect(((metas().at(-1)?.size_after ?? 0) - before) / delivered).toBeLessThanOrEqual(BYTES_A_RECORD_MAX);
  expect(metas().reduce((sum, meta) => sum + meta.rows_written, 0)).toBe(2 * delivered);
});

it("the first record of a chain gives it a number, which it keeps and no other gets", async () => {
  const [one, other] = [newStore(), newStore()];
  for (const sequence of [0, 1, 2])
    for (const chain of [one, other]) await trail.deliver({ ...chain, links: linksFrom(sequence, 1) });
  const query = "SELECT number FROM chain WHERE store IN (?, ?) ORDER BY number";
  const numbers = await env.AUDIT.prepare(query).bind(one.store, other.store).all<{ number: number }>();
  expect(numbers.results).toHaveLength(2);
  const places = "SELECT count(*) AS count FROM trail JOIN chain ON number = place >> 40 WHERE store = ?";
  for (const { store } of [one, other]) expect(await env.AUDIT.prepare(places).bind(store).first()).toEqual({ count: 3 });
});

it("what is there already is neither doubled nor taken for missing", async () => {
  const chain = newStore();
  await trail.deliver({ ...chain, links: linksFrom(0, 3) });
  asked.length = 0;
  const links = linksFrom(0, 5);
  expect(await trail.deliver({ ...chain, links })).toEqual(hashesOf(links));
  expect(metas()[0]?.changes).toBe(2);
  expect(asked).toHaveLength(4);
});

it("where one place is taken by another record, none is stored", async () => {
  const chain = newStore();
  const theirs = linksFrom(3, 1, "b");
  await trail.deliver({ ...chain, links: theirs });
  expect(await trail.deliver({ ...chain, links: linksFrom(1, 5) })).toEqual(hashesOf(theirs));
});

it("a record is found by store and sequence in the primary key alone", async () => {
  const query = `EXPLAIN QUERY PLAN SELECT record FROM trail
    WHERE place = (SELECT number << 40 FROM chain WHERE store = 'a/b' AND incarnation = 'c') + 5`;
  const { results } = await env.AUDIT.prepare(query).all<{ detail: string }>();
  const details = results.map(({ detail }) => detail);
  expect(details).toContain("SEARCH trail USING INTEGER PRIMARY KEY (rowid=?)");
  expect(details.filter((detail) => detail.startsWith("SCAN ") && detail !== "SCAN CONSTANT ROW")).toEqual([]);
});
