// GetKeyLastUsage: the last successful cryptographic operation with a key, durable with its record.

import { describe, expect, it } from "vitest";
import { OPERATIONS } from "../../src/kms/table.ts";
import { type Answer, newAccount, raw } from "../support/client.ts";
import { failCommits, putAway } from "../support/faults.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { takeBackToSchema2 } from "../support/older-schema.ts";
import { eventOf } from "../support/records.ts";
import { inStore, logOf, restart, ring } from "../support/store.ts";

async function newStore() {
  const account = newAccount();
  const KeyId = await newKey(account);
  const call = (name: string, input: Record<string, unknown> = {}) => raw(name, { KeyId, ...input }, { account });
  const usage = async (id = KeyId) => (await raw("GetKeyLastUsage", { KeyId: id }, { account })).json["KeyLastUsage"];
  const blob = async () => (await call("Encrypt", { Plaintext: PLAINTEXT })).json["CiphertextBlob"];
  /** What the answer should be after a call. */
  const of = async (Operation: string, { requestId }: Answer) => ({
    Operation,
    Timestamp: expect.any(Number),
    CloudTrailEventId: (await eventOf(account, requestId))["eventID"],
    KmsRequestId: requestId,
  });
  return { account, KeyId, call, usage, blob, of };
}

describe("GetKeyLastUsage", () => {
  it("of a key that nobody has used: since when that is known, and nothing more", async () => {
    const { account, KeyId, call } = await newStore();
    const { CreationDate, Arn } = (await call("DescribeKey")).json["KeyMetadata"] as { CreationDate: number; Arn: string };
    const answer = { KeyId, KeyLastUsage: {}, TrackingStartDate: CreationDate, KeyCreationDate: CreationDate };
    expect((await call("GetKeyLastUsage")).json).toEqual(answer);
    expect((await raw("GetKeyLastUsage", { KeyId: Arn }, { account })).json).toEqual(answer);
  });

  it.each<[string, Record<string, unknown>]>([
    ["Encrypt", { Plaintext: PLAINTEXT }],
    ["GenerateDataKey", { KeySpec: "AES_256" }],
    ["GenerateDataKeyWithoutPlaintext", { KeySpec: "AES_256" }],
  ])("%s is a use", async (name, input) => {
    const { call, usage, of } = await newStore();
    const before = Date.now() / 1000;
    const used = await call(name, input);
    const found = (await usage()) as { Timestamp: number };
    expect(found).toEqual(await of(name, used));
    expect(found.Timestamp).toBeGreaterThanOrEqual(before);
    expect(found.Timestamp).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it("Decrypt is a use of the key that the ciphertext names", async () => {
    const { account, usage, blob, of } = await newStore();
    const used = await raw("Decrypt", { CiphertextBlob: await blob() }, { account });
    expect(await usage()).toEqual(await of("Decrypt", used));
  });

  it("ReEncrypt is one of both keys", async () => {
    const { account, call, usage, blob, of } = await newStore();
    const DestinationKeyId = await newKey(account);
    const used = await call("ReEncrypt", { CiphertextBlob: await blob(), DestinationKeyId });
    const expected = await of("ReEncrypt", used);
    expect(await usage()).toEqual(expected);
    expect(await usage(DestinationKeyId)).toEqual(expected);
  });

  it("one that failed, a dry run, and whatever uses no material are none", async () => {
    const { account, KeyId, call, usage, blob, of } = await newStore();
    const CiphertextBlob = await blob();
    const used = await call("Encrypt", { Plaintext: PLAINTEXT });
    const expected = await of("Encrypt", used);
    const refused = [
      await call("Decrypt", { CiphertextBlob, EncryptionContext: { a: "b" } }),
      await call("Encrypt", { Plaintext: "" }),
      await call("Encrypt", { Plaintext: PLAINTEXT, DryRun: true }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400]);
    for (const name of ["DescribeKey", "GetKeyPolicy", "RotateKeyOnDemand", "DisableKey", "GetKeyLastUsage"]) await call(name);
    await call("Encrypt", { Plaintext: PLAINTEXT }); // disabled
    await raw("GenerateRandom", { NumberOfBytes: 8 }, { account });
    expect(await usage(KeyId)).toEqual(expected);
  });

  it("of calls that share a group, each key has its own last", async () => {
    const { account, KeyId, usage } = await newStore();
    const other = await newKey(account);
    const ids = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? KeyId : other));
    const answers = await Promise.all(ids.map((id) => raw("Encrypt", { KeyId: id, Plaintext: PLAINTEXT }, { account })));
    const events = await Promise.all(answers.map(({ requestId }) => eventOf(account, requestId)));
    for (const id of [KeyId, other]) {
      const { KmsRequestId } = (await usage(id)) as { KmsRequestId: string };
      expect(ids[answers.findIndex(({ requestId }) => requestId === KmsRequestId)]).toBe(id);
    }
    expect(new Set(events.map(({ eventID }) => eventID)).size).toBe(20);
  });

  it("is the same before and after its record has left for D1, and for another instance", async () => {
    const { account, call, usage, of } = await newStore();
    await putAway(account);
    await call("Encrypt", { Plaintext: PLAINTEXT });
    const expected = await of("GenerateDataKey", await call("GenerateDataKey", { KeySpec: "AES_256" }));
    const rows = () => inStore(account, (_, { storage: { sql } }) => sql.exec("SELECT operation FROM usage").toArray());
    expect(await usage()).toEqual(expected);
    expect(await rows()).toEqual([]);
    await restart(account);
    await putAway(account);
    expect(await usage()).toEqual(expected);
    await restart(account); // and with it what kept D1 away
    await ring(account);
    expect(await rows()).toEqual([{ operation: "GenerateDataKey" }]);
    expect(await usage()).toEqual(expected);
    await restart(account);
    expect(await usage()).toEqual(expected);
  });

  it("that comes too late for its key is dropped", async () => {
    const { account, call } = await newStore();
    await logOf(account); // D1 away is logged
    const backAgain = await putAway(account);
    await call("Encrypt", { Plaintext: PLAINTEXT });
    await call("ScheduleKeyDeletion", { PendingWindowInDays: 7 });
    await inStore(account, async (world, _, instance) => {
      const { now } = world;
      for (const minutes of [0, 1]) {
        world.now = () => now() + 8 * 86_400_000 + minutes * 60_000;
        await instance.alarm();
      }
      world.now = now;
    });
    expect((await call("DescribeKey")).json["__type"]).toBe("NotFoundException");
    await backAgain();
    await ring(account);
    await inStore(account, (_, { storage: { sql } }) => {
      expect(sql.exec("SELECT * FROM usage").toArray()).toEqual([]);
      expect(sql.exec("SELECT * FROM outbox").toArray()).toEqual([]);
    });
  });

  it("whose record could not be kept is none", async () => {
    const { account, call, usage, of } = await newStore();
    const expected = await of("Encrypt", await call("Encrypt", { Plaintext: PLAINTEXT }));
    expect(await usage()).toEqual(expected); // known in memory from here on
    const restore = await inStore(account, (world) => {
      world.log = () => {};
      return failCommits(world);
    });
    expect((await call("GenerateDataKey", { KeySpec: "AES_256" })).status).toBe(500);
    await inStore(account, restore);
    expect(await usage()).toEqual(expected);
  });

  it("takes no alias", async () => {
    const { account, KeyId } = await newStore();
    await raw("CreateAlias", { AliasName: "alias/a", TargetKeyId: KeyId }, { account });
    expect(await raw("GetKeyLastUsage", { KeyId: "alias/a" }, { account })).toMatchObject({
      status: 400,
      json: { __type: "NotFoundException", message: "Invalid keyId 'alias/a'" },
    });
  });

  it("of a key that is older than this table knows of its use since the table is there", async () => {
    const { account, KeyId, call, usage } = await newStore();
    await call("Encrypt", { Plaintext: PLAINTEXT });
    await inStore(account, (world) => {
      world.storage.sql.exec("UPDATE key SET created_at = created_at - 86400000");
      takeBackToSchema2(world);
    });
    const before = Date.now() / 1000;
    await restart(account);
    const { json } = await raw("GetKeyLastUsage", { KeyId }, { account });
    expect(json["KeyLastUsage"]).toEqual({});
    expect(json["TrackingStartDate"]).toBeGreaterThanOrEqual(before);
    expect(json["KeyCreationDate"]).toBeLessThan(before - 80_000);
    await call("Encrypt", { Plaintext: PLAINTEXT });
    expect(await usage()).toMatchObject({ Operation: "Encrypt" });
  });
});

it("an operation is a use of its key exactly where AWS counts it as one", () => {
  const counted =
    "Decapsulate Decrypt DeriveSharedSecret Encapsulate Encrypt GenerateDataKey GenerateDataKeyPair " +
    "GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac ReEncrypt Sign Verify VerifyMac";
  const ours = Object.entries(OPERATIONS).flatMap(([name, row]) => ("usage" in row && row.usage !== undefined ? [name] : []));
  expect(ours.toSorted()).toEqual(counted.split(" "));
});
