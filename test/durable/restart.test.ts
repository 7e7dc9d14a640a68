// A store that begins, and one that begins again: its schema, its chain, the root keys that it finds.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { d1Trail } from "../../src/audit/trail.ts";
import { perform } from "../../src/kms/call/perform.ts";
import { createWorld } from "../../src/kms/wiring.ts";
import { newAccount, REGION, raw, testRootKeys } from "../support/client.ts";
import { putAway } from "../support/faults.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { callFor, passportFor, rootKeysOf } from "../support/passports.ts";
import { eventsOf, flawIn, outboxOf, parseRecord, recordsOf, summaryOf } from "../support/records.ts";
import type { OpenWorld } from "../support/store.ts";
import { callStore, inStore, logOf, restart, ring } from "../support/store.ts";

const tablesOf = (account: string) =>
  inStore(account, (_, state) => {
    const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name";
    return state.storage.sql
      .exec<{ name: string }>(query)
      .toArray()
      .map(({ name }) => name);
  });

describe("the schema", () => {
  it("is made by the first signed request, with the tables of a store", async () => {
    const account = newAccount();
    expect(await tablesOf(account)).toEqual([]);
    await raw("ListKeys", {}, { account });
    const tables = [
      "alias",
      "aside",
      "deadline",
      "grant",
      "key",
      "material",
      "meta",
      "outbox",
      "public_key",
      "sealed",
      "tag",
      "usage",
      "wrapping_key",
    ];
    expect(await tablesOf(account)).toEqual(tables);
  });

  it("is not made by a stranger, whose passport is refused", async () => {
    const account = newAccount();
    await logOf(account);
    const strange = await callFor(account, "ListKeys", {}, { passport: await passportFor(account, { object: "0/us-east-1" }) });
    expect(await callStore(account, strange)).toBeNull();
    expect(await tablesOf(account)).toEqual([]);
    await inStore(account, async (_, state) => expect(await state.storage.getAlarm()).toBeNull());
  });

  it("begins the chain with a record that names store, account, Region and cause", async () => {
    const account = newAccount();
    await raw("ListKeys", {}, { account });
    const [first] = await recordsOf(account);
    expect(first?.sequence).toBe(0);
    expect(parseRecord(first ?? { record: "{}" })).toMatchObject({
      eventName: "BeginIncarnation",
      eventType: "AwsServiceEvent",
      awsRegion: REGION,
      recipientAccountId: account,
      serviceEventDetails: { store: `${account}/${REGION}`, incarnation: first?.incarnation, cause: "created", follows: null },
    });
  });

  it("of a newer version is refused, and nothing is changed", async () => {
    const account = newAccount();
    await newKey(account);
    await inStore(account, ({ name, quotas, now, random, uuid, after, log }, { storage }) => {
      storage.sql.exec("UPDATE meta SET value = '99' WHERE name = 'schema'");
      const dump = () =>
        ["meta", "key", "outbox", "deadline"].map((table) => storage.sql.exec(`SELECT * FROM ${table}`).toArray());
      const before = dump();
      const given = { storage, name, quotas, now, random, uuid, after, log, rootKeys: testRootKeys, trail: d1Trail(env.AUDIT) };
      const nothing = { requestRates: () => undefined, guardrails: () => [], identityStore: () => undefined as never };
      const effects = { ...given, ...nothing };
      expect(() => createWorld(effects)).toThrow("the store has schema 99; this version knows");
      expect(dump()).toEqual(before);
      storage.sql.exec("UPDATE meta SET value = '1' WHERE name = 'schema'");
    });
  });
});

describe("a restart", () => {
  it("between two requests continues the chain from the outbox", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    for (let start = 0; start < 3; start++) {
      await putAway(account);
      await raw("DescribeKey", { KeyId }, { account });
      await restart(account);
    }
    await raw("DisableKey", { KeyId }, { account });
    const reads = ["DescribeKey", "DescribeKey", "DescribeKey"];
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", ...reads, "DisableKey"]);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("behind an empty outbox continues the chain from the head that was kept", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    for (let start = 0; start < 3; start++) {
      await ring(account);
      expect(await outboxOf(account)).toEqual([]);
      await restart(account);
      await raw("DescribeKey", { KeyId }, { account });
    }
    const records = await recordsOf(account);
    expect(records.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(records.map(({ incarnation }) => incarnation)).size).toBe(1);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("keeps keys, states and what they encrypted", async () => {
    const account = newAccount();
    const [KeyId, other] = [await newKey(account), await newKey(account)];
    const { json } = await raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account });
    await raw("DisableKey", { KeyId: other }, { account });
    await restart(account);
    const { CiphertextBlob } = json;
    expect((await raw("Decrypt", { CiphertextBlob }, { account })).json).toMatchObject({ Plaintext: PLAINTEXT });
    const { json: disabled } = await raw("Encrypt", { KeyId: other, Plaintext: PLAINTEXT }, { account });
    expect(disabled["__type"]).toBe("DisabledException");
  });
});

describe("root keys", () => {
  const [V1, V2, OTHER] = [0, 32, 64].map((from) =>
    btoa(String.fromCharCode(...Array.from({ length: 32 }, (_, at) => from + at))),
  );

  /** One call of a store as an instance with other ROOT_KEYS would answer it. */
  async function callUnder(account: string, document: object, name: string, input: unknown) {
    const rootKeys = rootKeysOf(document);
    const call = await callFor(account, name, input, { passport: await passportFor(account, { rootKeys }) });
    return inStore(account, async (there, state) => {
      const lines: Record<string, unknown>[] = [];
      const world = createWorld({
        storage: state.storage,
        name: there.name,
        rootKeys,
        trail: d1Trail(env.AUDIT),
        quotas: there.quotas,
        requestRates: () => undefined,
        guardrails: () => [],
        identityStore: () => undefined as never,
        now: there.now,
        random: there.random,
        uuid: there.uuid,
        after: there.after,
        log: (line) => lines.push(line),
      }) as OpenWorld;
      world.identities = there.identities; // an IdentityStore takes no passport under other root keys than its own
      const reply = await perform(call, world);
      there.ledger.reload(); // the other instance has gone on with the chain
      return { reply, lines };
    });
  }

  const internal = (requestId: unknown) => ({
    status: 500,
    type: "application/x-amz-json-1.1",
    body: '{"__type":"KMSInternalException"}',
    requestId,
  });
  const countMaterials = (account: string) =>
    inStore(
      account,
      (_, state) => state.storage.sql.exec<{ count: number }>("SELECT count(*) AS count FROM material").one().count,
    );

  it.each([
    ["another key under the version that seals", { seal: 2, credentials: [2], keys: { 1: V1, 2: OTHER } }],
    ["the keys the other way round", { seal: 2, credentials: [2], keys: { 1: V2, 2: V1 } }],
  ])("%s: nothing opens, nothing is sealed, and both are recorded as refused", async (_, document) => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const { json } = await raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account });
    const { CiphertextBlob } = json;
    const calls = [
      ["Decrypt", { CiphertextBlob }],
      ["Encrypt", { KeyId, Plaintext: PLAINTEXT }],
      ["GenerateDataKey", { KeyId, KeySpec: "AES_256" }],
      ["CreateKey", {}],
    ] as const;
    for (const [name, input] of calls) {
      const { reply, lines } = await callUnder(account, document, name, input);
      expect(reply).toEqual(internal((reply as { requestId: string }).requestId));
      expect(lines.at(-1)?.["message"]).toContain("root key version 2 is not the one that sealed");
    }
    expect(await countMaterials(account)).toBe(1);
    const refused = calls.map(([name]) => `${name}: KMSInternalException`);
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "Encrypt", ...refused]);
    expect(await flawIn(account)).toBeUndefined();
    expect((await raw("Decrypt", { CiphertextBlob }, { account })).json).toMatchObject({ Plaintext: PLAINTEXT });
  });

  it("a version that sealed rows and is missing: they do not open, what the present version seals goes on", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const document = { seal: 3, credentials: [3], keys: { 1: V1, 3: OTHER } };
    const { reply, lines } = await callUnder(account, document, "Encrypt", { KeyId, Plaintext: PLAINTEXT });
    expect(reply).toEqual(internal((reply as { requestId: string }).requestId));
    expect(lines.at(-1)?.["message"]).toContain("root key version 2, which sealed rows of this store, is not among ROOT_KEYS");
    expect((await callUnder(account, document, "CreateKey", {})).reply).toBeTypeOf("string");
  });

  it("what an older version sealed still opens under a newer one, and what the newer seals bears its version", async () => {
    const account = newAccount();
    const older = { seal: 1, credentials: [1], keys: { 1: V1, 2: V2 } };
    const { reply } = await callUnder(account, older, "CreateKey", {});
    const { KeyMetadata } = JSON.parse(reply as string) as { KeyMetadata: { KeyId: string } };
    const encrypt = (KeyId: string) => raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account });
    expect((await encrypt(KeyMetadata.KeyId)).status).toBe(200);
    await encrypt(await newKey(account));
    const versions = await inStore(account, (_, state) =>
      state.storage.sql
        .exec<{ version: number }>("SELECT root_version AS version FROM material ORDER BY created_at, root_version")
        .toArray()
        .map(({ version }) => version),
    );
    expect(versions).toEqual([1, 2]);
  });
});

it("a store keeps its name, also one that an earlier version made without it", async () => {
  const account = newAccount();
  await newKey(account);
  const kept = () =>
    inStore(account, (_, { storage }) => storage.sql.exec("SELECT value FROM meta WHERE name = 'name'").toArray());
  expect(await kept()).toEqual([{ value: `${account}/${REGION}` }]);
  await inStore(account, (_, { storage }) => storage.sql.exec("DELETE FROM meta WHERE name = 'name'").rowsWritten);
  await restart(account);
  expect(await kept()).toEqual([{ value: `${account}/${REGION}` }]);
});

it("opening what is sealed writes nothing, also in a store without a check value of its root key", async () => {
  const account = newAccount();
  const KeyId = await newKey(account);
  const checks = () =>
    inStore(account, (_, { storage }) => storage.sql.exec("SELECT name FROM meta WHERE name LIKE 'check:%'").toArray());
  expect(await checks()).toEqual([{ name: "check:2" }]);
  await inStore(account, (_, { storage }) => storage.sql.exec("DELETE FROM meta WHERE name LIKE 'check:%'").rowsWritten);
  await restart(account);
  expect((await raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account })).status).toBe(200);
  expect(await checks()).toEqual([]);
  await newKey(account);
  expect(await checks()).toEqual([{ name: "check:2" }]);
});

it("Regions are isolated: a key of one is not in the other, by id, by ARN, by its ciphertext", async () => {
  const account = newAccount();
  const KeyId = await newKey(account);
  const { json } = await raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account });
  const there = { account, region: "eu-central-1" };
  const refusals = [
    await raw("DescribeKey", { KeyId }, there),
    await raw("DescribeKey", { KeyId: json["KeyId"] }, there),
    await raw("Decrypt", { CiphertextBlob: json["CiphertextBlob"] }, there),
    await raw("DisableKey", { KeyId }, there),
  ];
  const codes = ["NotFoundException", "NotFoundException", "AccessDeniedException", "NotFoundException"];
  expect(refusals.map((refusal) => refusal.json["__type"])).toEqual(codes);
  expect((await raw("ListKeys", {}, there)).json).toMatchObject({ Keys: [] });
  expect((await raw("DescribeKey", { KeyId }, { account })).json).toMatchObject({ KeyMetadata: { KeyState: "Enabled" } });
});
