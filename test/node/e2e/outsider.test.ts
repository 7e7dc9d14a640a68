// Another Worker of the same Cloudflare account binds our classes: two Workers on one Miniflare. It may wake any object, by name or by
// id, and call whatever its class has; it learns nothing, and the owner does not notice.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CreateKeyCommand, DescribeKeyCommand, KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterEach, describe, expect, it } from "vitest";
import { rootCredentials } from "../../../src/auth/credentials.ts";
import { bundleWorker } from "../../../src/cli/server/bundle.ts";
import { LOCAL_VARIABLES } from "../../../src/cli/server/local-variables.ts";
import { applyMigrations } from "../../../src/cli/server/migrations.ts";
import { HOST } from "../../../src/cli/server/port.ts";
import { readSettings } from "../../../src/cli/server/settings.ts";
import { parseRootKeys } from "../../../src/crypto/root-keys.ts";
import { TEST_ROOT_KEYS } from "../../support/root-keys.ts";

const ACCOUNT = "111122223333";
const REGION = "us-east-1";
const STORE = `${ACCOUNT}/${REGION}`;

/** By the names of their bindings. */
const CLASSES = {
  REGIONAL_KEY_STORE: { className: "RegionalKeyStore", useSQLite: true },
  IDENTITY_STORE: { className: "IdentityStore", useSQLite: true },
} as const;

/** The objects of the owner's account that a call of KMS wakes. */
const OBJECTS = [
  { of: "REGIONAL_KEY_STORE", name: STORE },
  { of: "IDENTITY_STORE", name: ACCOUNT },
] as const;

/** Does what it is asked to: names an object of the class `of` by `name` or `hex`, calls `method` of it, and tells what came back. */
const OUTSIDER = `export default {
  async fetch(request, env) {
    const { of, name, hex, method, given = [] } = await request.json();
    try {
      const id = hex === undefined ? env[of].idFromName(name) : env[of].idFromString(hex);
      if (method === undefined) return Response.json({ hex: id.toString() });
      const stub = env[of].get(id);
      const reply = method === "fetch" ? await (await stub.fetch("http://store/")).text() : await stub[method](...given);
      return Response.json({ reply: reply ?? null });
    } catch (cause) {
      return Response.json({ threw: String(cause) });
    }
  },
};`;

interface Asked {
  readonly of: keyof typeof CLASSES;
  readonly name?: string;
  readonly hex?: string;
  readonly method?: string;
  readonly given?: readonly unknown[];
}

const folders: string[] = [];
let miniflare: Miniflare | undefined;

afterEach(async () => {
  await miniflare?.dispose();
  miniflare = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Both Workers, over a state of their own, and how to reach them. */
async function start(state = newFolder()) {
  const settings = readSettings();
  const { name, compatibilityDate, compatibilityFlags, database, vars } = settings;
  const worker = { modules: true, compatibilityDate, compatibilityFlags, unsafeDirectSockets: [{ host: HOST, port: 0 }] };
  const own = {
    ...worker,
    name,
    script: await bundleWorker(settings.main),
    bindings: { ...vars, ...LOCAL_VARIABLES, ROOT_KEYS: TEST_ROOT_KEYS },
    d1Databases: { [database.binding]: database.id },
    durableObjects: CLASSES,
  };
  const outsider = {
    ...worker,
    name: "outsider",
    script: OUTSIDER,
    durableObjects: Object.fromEntries(Object.entries(CLASSES).map(([of, own]) => [of, { ...own, scriptName: name }])),
  };
  const options = { host: HOST, cf: false, logRequests: false, handleStructuredLogs: () => {}, workers: [own, outsider] };
  miniflare = new Miniflare({
    ...convertV4MiniflareOptions(options as unknown as Parameters<typeof convertV4MiniflareOptions>[0]),
    resourcePersistencePath: state,
  });
  const running = miniflare;
  const audit = await running.getD1Database(database.binding, name);
  await applyMigrations(audit, database.migrations);
  const [endpoint, door] = await Promise.all([name, "outsider"].map((worker) => running.unsafeGetDirectURL(worker)));
  const { accessKeyId, secretAccessKey } = await rootCredentials(parseRootKeys(TEST_ROOT_KEYS), ACCOUNT);
  const owner = new KMSClient({
    region: REGION,
    endpoint: String(endpoint),
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
  const ask = async (asked: Asked): Promise<{ reply?: unknown; threw?: string; hex?: string }> => {
    const response = await fetch(String(door), { method: "POST", body: JSON.stringify(asked) });
    return (await response.json()) as { reply?: unknown; threw?: string; hex?: string };
  };
  const trail = async () => {
    const query = `SELECT store, account, place & 0xFFFFFFFFFF AS sequence, record ->> '$.eventName' AS name
      FROM trail JOIN chain ON number = place >> 40 ORDER BY store DESC, sequence`;
    return (await audit.prepare(query).all<{ store: string; account: string; sequence: number; name: string }>()).results;
  };
  return { owner, ask, trail };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "edgekeep-outsider-"));
  folders.push(folder);
  return folder;
}

/** Whatever an object may be asked for: its own methods, the platform's, and what is no method at all. */
const METHODS = [
  ...["kms", "forget", "iam", "sts", "pull", "renew", "resolve", "exists"],
  ...["alarm", "fetch", "world", "env", "ctx", "perform", "constructor", "webSocketMessage", "__proto__"],
];
const GIVEN = [[], [undefined], [null], ["text"], [{}], [{ passport: "1.2.x.y", name: "ListKeys", body: "{}" }]];

/** Everything that the outsider may try with one object. @returns what it was told. */
async function tryAll(ask: (asked: Asked) => Promise<unknown>, object: Asked): Promise<string> {
  const told: unknown[] = [];
  for (const method of METHODS) for (const given of GIVEN) told.push(await ask({ ...object, method, given }));
  return JSON.stringify(told);
}

/** What tells an outsider whether an account, a store or a key exists. */
const TELLING = new RegExp(`${ACCOUNT}|${REGION}|Metadata|KeyId|NotFound|root key|[0-9a-f]{8}-[0-9a-f]{4}-`);

describe("an outsider among the Workers of the account", () => {
  it.each(["hex", "name"] as const)("that wakes a store by its %s, before and after the owner, changes nothing", async (by) => {
    const state = newFolder();
    let { owner, ask, trail } = await start(state);
    const hexes = await Promise.all(OBJECTS.map(async (object) => ({ of: object.of, hex: (await ask(object)).hex ?? "" })));
    const objects = by === "hex" ? hexes : OBJECTS;
    const tryEach = async () => (await Promise.all(objects.map((object) => tryAll(ask, object)))).join("\n");
    expect(await tryEach()).not.toMatch(TELLING);
    expect((await owner.send(new ListKeysCommand({}))).Keys).toEqual([]);
    const { KeyMetadata } = await owner.send(new CreateKeyCommand({}));
    expect(await tryEach()).not.toMatch(TELLING); // with a flush pending
    expect((await owner.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }))).KeyMetadata).toEqual(KeyMetadata);
    await miniflare?.dispose();

    // Another instance, with the flush still pending perhaps, and woken by the outsider first.
    ({ owner, ask, trail } = await start(state));
    expect(await tryEach()).not.toMatch(TELLING);
    await pause(2500);
    expect((await owner.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }))).KeyMetadata).toEqual(KeyMetadata);
    await expect.poll(async () => (await trail()).map(({ name }) => name), { timeout: 10_000 }).toContain("DescribeKey");
    await expect
      .poll(async () => (await trail()).map(({ name }) => name), { timeout: 10_000 })
      .toEqual(["BeginIncarnation", "ListKeys", "CreateKey", "DescribeKey", "DescribeKey", "BeginIncarnation"]);
    const rows = await trail();
    expect(rows.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 0]);
    const owners = new Set(rows.map(({ store, account }) => `${store} ${account}`));
    expect(owners).toEqual(new Set([`${STORE} ${ACCOUNT}`, `${ACCOUNT} ${ACCOUNT}`]));
  });

  it("cannot make a store answer under a name that is none of ours", async () => {
    const { ask } = await start();
    for (const name of ["", "x", ACCOUNT, `${ACCOUNT}/nowhere`, `1${ACCOUNT}/${REGION}`, `${STORE}/`, `${ACCOUNT}/${REGION}/x`]) {
      const { threw } = await ask({ of: "REGIONAL_KEY_STORE", name, method: "kms", given: [{}] });
      expect([name, threw]).toEqual([name, expect.stringContaining("no name of its class")]);
    }
    for (const name of ["", "x", STORE, `1${ACCOUNT}`, `${ACCOUNT}/`]) {
      const { threw } = await ask({ of: "IDENTITY_STORE", name, method: "iam", given: [{}] });
      expect([name, threw]).toEqual([name, expect.stringContaining("no name of its class")]);
    }
  });
});
