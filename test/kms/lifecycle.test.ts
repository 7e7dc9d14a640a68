// The life of a key: deletion and rotation, on the real alarm, through years of fake time that only goes forward.

import { runDurableObjectAlarm } from "cloudflare:test";
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GetKeyRotationStatusCommand,
  ListAliasesCommand,
  ListKeyRotationsCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
} from "@aws-sdk/client-kms";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { client, newAccount, raw } from "../support/client.ts";
import { inStore, recordsOf, stubOf } from "../support/region.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const INSERT_GRANT = `INSERT INTO "grant" (key_id, id, grantee, issuing_account, operations, created_at)
  VALUES (?, 'id', 'grantee', 'account', '[]', 0)`;
const NOT_OVERWRITTEN = "SELECT slot FROM sealed WHERE used <> 0 OR bytes <> zeroblob(4000)";
const PLAINTEXT = new TextEncoder().encode("kept for years");

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

async function newKey() {
  const account = newAccount();
  const kms = await client({ account });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const { KeyId = "", Arn = "" } = KeyMetadata ?? {};
  return {
    account,
    kms,
    KeyId,
    arn: Arn,
    described: async () => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata,
    encrypted: async () => (await kms.send(new EncryptCommand({ KeyId, Plaintext: PLAINTEXT }))).CiphertextBlob,
    opened: async (CiphertextBlob: Uint8Array | undefined) => kms.send(new DecryptCommand({ CiphertextBlob })),
    /** Lets time pass, and does what is due then. */
    pass: async (milliseconds: number) => {
      vi.setSystemTime(Date.now() + milliseconds);
      await runDurableObjectAlarm(stubOf(account)); // by its own clock: `ring` would move it to what is due next
    },
    events: async (name: string) =>
      (await recordsOf(account))
        .map(({ record }) => JSON.parse(record) as Record<string, unknown>)
        .filter(({ eventName }) => eventName === name),
    rows: (table: string) => inStore(account, (_, { storage: { sql } }) => sql.exec(`SELECT * FROM ${table}`).toArray().length),
  };
}

const refusal = (type: string, message?: string) => ({
  status: 400,
  json: message === undefined ? { __type: type } : { __type: type, message },
});

describe("ScheduleKeyDeletion and CancelKeyDeletion", () => {
  it("STATE-07: seven days at least, thirty at most and by default", async () => {
    const { account, KeyId, arn, described } = await newKey();
    for (const PendingWindowInDays of [0, 1, 6, 31, 365, 366]) {
      expect(await raw("ScheduleKeyDeletion", { KeyId, PendingWindowInDays }, { account })).toMatchObject(
        refusal("ValidationException"),
      );
    }
    const now = Date.now();
    const { json } = await raw("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 }, { account });
    expect(json).toEqual({
      KeyId: arn,
      DeletionDate: (now + 7 * DAY_MS) / 1000,
      KeyState: "PendingDeletion",
      PendingWindowInDays: 7,
    });
    expect(await described()).toMatchObject({
      KeyState: "PendingDeletion",
      Enabled: false,
      DeletionDate: new Date(now + 7 * DAY_MS),
    });
    await raw("CancelKeyDeletion", { KeyId }, { account });
    expect((await raw("ScheduleKeyDeletion", { KeyId }, { account })).json["PendingWindowInDays"]).toBe(30);
  });

  it("STATE-03, STATE-04: pending, it does nothing; that wins over having been disabled", async () => {
    const { account, kms, KeyId, arn } = await newKey();
    await kms.send(new DisableKeyCommand({ KeyId }));
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    const pending = refusal("KMSInvalidStateException", `${arn} is pending deletion.`);
    const tag = { Tags: [{ TagKey: "a", TagValue: "b" }] };
    const refused = {
      GenerateDataKey: { KeySpec: "AES_256" },
      ScheduleKeyDeletion: {},
      EnableKey: {},
      DisableKey: {},
      TagResource: tag,
      UpdateKeyDescription: { Description: "" },
      EnableKeyRotation: {},
      RotateKeyOnDemand: {},
    };
    for (const [operation, input] of Object.entries(refused))
      expect(await raw(operation, { KeyId, ...input }, { account }), operation).toMatchObject(pending);
    expect(await raw("CreateAlias", { AliasName: "alias/x", TargetKeyId: KeyId }, { account })).toMatchObject(pending);
  });

  it("STATE-12: what is still answered while it is pending", async () => {
    const { account, kms, KeyId } = await newKey();
    await kms.send(new CreateAliasCommand({ AliasName: "alias/x", TargetKeyId: KeyId }));
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    for (const operation of [
      "GetKeyPolicy",
      "ListKeyPolicies",
      "ListResourceTags",
      "DescribeKey",
      "GetKeyRotationStatus",
      "ListKeyRotations",
    ]) {
      expect(await raw(operation, { KeyId }, { account }), operation).toMatchObject({ status: 200 });
    }
    expect(await raw("DeleteAlias", { AliasName: "alias/x" }, { account })).toMatchObject({ status: 200 });
  });

  it("STATE-06: cancelled on day 29, it is disabled, and enabled it opens what it sealed", async () => {
    const { account, kms, KeyId, arn, described, encrypted, opened, pass } = await newKey();
    const sealed = await encrypted();
    expect(await raw("CancelKeyDeletion", { KeyId }, { account })).toMatchObject(
      refusal("KMSInvalidStateException", `${arn} is not pending deletion.`),
    );
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    await pass(29 * DAY_MS);
    expect((await kms.send(new CancelKeyDeletionCommand({ KeyId }))).KeyId).toBe(arn);
    expect(await described()).toMatchObject({ KeyState: "Disabled", Enabled: false });
    expect((await described())?.DeletionDate).toBeUndefined();
    await pass(31 * DAY_MS);
    await pass(MINUTE_MS);
    await kms.send(new EnableKeyCommand({ KeyId }));
    expect((await opened(sealed)).Plaintext).toEqual(PLAINTEXT);
  });

  it("at its time and a minute, once, never early: the key and all that was its own are gone, and the trail says so", async () => {
    const { account, kms, KeyId, arn, described, encrypted, pass, events, rows } = await newKey();
    const sealed = await encrypted();
    await kms.send(new CreateAliasCommand({ AliasName: "alias/x", TargetKeyId: KeyId }));
    await kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: "a", TagValue: "b" }] }));
    await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
    await inStore(account, (_, { storage: { sql } }) => sql.exec(INSERT_GRANT, KeyId)); // no operation makes one yet
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await pass(7 * DAY_MS - 1000);
    expect((await described())?.KeyState).toBe("PendingDeletion");
    await pass(1000); // the first look
    await pass(MINUTE_MS - 1000);
    expect((await described())?.KeyState).toBe("PendingDeletion");
    await pass(1000); // the second
    await pass(MINUTE_MS); // late alarms find nothing
    expect(await raw("DescribeKey", { KeyId }, { account })).toMatchObject(
      refusal("NotFoundException", `Key '${arn}' does not exist`),
    );
    expect((await kms.send(new ListAliasesCommand({}))).Aliases).toEqual([]);
    expect(await raw("Decrypt", { CiphertextBlob: sealed?.toBase64() }, { account })).toMatchObject({
      json: { __type: "AccessDeniedException" },
    });
    for (const table of ["key", "material", "alias", "tag", '"grant"']) expect(await rows(table), table).toBe(0);
    expect(await inStore(account, (_, { storage: { sql } }) => sql.exec(NOT_OVERWRITTEN).toArray())).toEqual([]);
    const deleted = await events("DeleteKey");
    expect(deleted).toHaveLength(1);
    expect(deleted[0]).toMatchObject({
      eventType: "AwsServiceEvent",
      readOnly: false,
      requestParameters: null,
      resources: [{ ARN: arn, type: "AWS::KMS::Key" }],
    });
    expect(deleted[0]).not.toHaveProperty("requestID");
  });

  it("a clock that jumped forward and back within the minute destroys nothing", async () => {
    const { kms, KeyId, described, pass } = await newKey();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    const now = Date.now();
    await pass(8 * DAY_MS); // the first look is fooled
    vi.setSystemTime(now + MINUTE_MS + 1000);
    await pass(0);
    expect((await described())?.KeyState).toBe("PendingDeletion");
    vi.setSystemTime(now + 8 * DAY_MS);
    await pass(0); // the second look was put off to a time that has come
    await pass(MINUTE_MS);
    await pass(MINUTE_MS);
    await expect(described()).rejects.toThrow("does not exist");
  });
});

describe("rotation", () => {
  it.each([90, 180])("ROT-02, ROT-03: every %i days", async (RotationPeriodInDays) => {
    const { account, KeyId, arn } = await newKey();
    expect((await raw("GetKeyRotationStatus", { KeyId }, { account })).json).toEqual({ KeyId: arn, KeyRotationEnabled: false });
    expect(await raw("EnableKeyRotation", { KeyId, RotationPeriodInDays }, { account })).toMatchObject({ status: 200, text: "" });
    const NextRotationDate = (Date.now() + RotationPeriodInDays * DAY_MS) / 1000;
    expect((await raw("GetKeyRotationStatus", { KeyId }, { account })).json).toEqual({
      KeyId: arn,
      KeyRotationEnabled: true,
      RotationPeriodInDays,
      NextRotationDate,
    });
    expect(await raw("DisableKeyRotation", { KeyId }, { account })).toMatchObject({ status: 200, text: "" });
    expect((await raw("GetKeyRotationStatus", { KeyId }, { account })).json).toEqual({ KeyId: arn, KeyRotationEnabled: false });
  });

  it("twenty years: each year new material, and every ciphertext between still opens", async () => {
    const { kms, KeyId, arn, described, encrypted, opened, pass, events } = await newKey();
    await kms.send(new EnableKeyRotationCommand({ KeyId }));
    const sealed: { blob: Uint8Array | undefined; materialId: string | undefined }[] = [];
    for (let year = 0; year < 20; year++) {
      sealed.push({ blob: await encrypted(), materialId: (await described())?.CurrentKeyMaterialId });
      await pass(365 * DAY_MS);
    }
    expect(new Set(sealed.map(({ materialId }) => materialId)).size).toBe(20);
    for (const { blob, materialId } of sealed)
      expect(await opened(blob)).toMatchObject({ Plaintext: PLAINTEXT, KeyMaterialId: materialId });
    const rotated = await events("RotateKey");
    expect(rotated).toHaveLength(20);
    expect(rotated[0]).toMatchObject({
      eventType: "AwsServiceEvent",
      serviceEventDetails: { keyId: KeyId, rotationType: "AUTOMATIC" },
    });
    const current = (await described())?.CurrentKeyMaterialId;
    const moved = await kms.send(new ReEncryptCommand({ CiphertextBlob: sealed[0]?.blob, DestinationKeyId: KeyId }));
    expect(moved).toMatchObject({ SourceKeyMaterialId: sealed[0]?.materialId, DestinationKeyMaterialId: current });
    const { Rotations = [] } = await kms.send(new ListKeyRotationsCommand({ KeyId, Limit: 3 }));
    expect(Rotations.map(({ KeyId: id, RotationType, KeyMaterialState }) => [id, RotationType, KeyMaterialState])).toEqual(
      Array(3).fill([arn, "AUTOMATIC", "NON_CURRENT"]),
    );
    const all = await kms.send(new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }));
    expect(all.Rotations).toHaveLength(21);
    expect(all.Rotations?.[0]).toEqual({ KeyId: arn, KeyMaterialId: sealed[0]?.materialId, KeyMaterialState: "NON_CURRENT" });
    expect(all.Rotations?.at(-1)).toMatchObject({ KeyMaterialId: current, KeyMaterialState: "CURRENT" });
  });

  it("stands still while the key is disabled, and is made up for at once", async () => {
    const { kms, KeyId, pass, events, described } = await newKey();
    await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
    await kms.send(new DisableKeyCommand({ KeyId }));
    const before = (await described())?.CurrentKeyMaterialId;
    await pass(400 * DAY_MS);
    expect(await events("RotateKey")).toEqual([]);
    await kms.send(new EnableKeyCommand({ KeyId }));
    await pass(0);
    expect(await events("RotateKey")).toHaveLength(1);
    expect((await described())?.CurrentKeyMaterialId).not.toBe(before);
    const { NextRotationDate } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
    expect(NextRotationDate).toEqual(new Date(Date.now() + 90 * DAY_MS));
  });

  it("a deletion that is cancelled brings the setting back", async () => {
    const { account, kms, KeyId, pass, events } = await newKey();
    await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
    await pass(80 * DAY_MS);
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    expect((await raw("GetKeyRotationStatus", { KeyId }, { account })).json["KeyRotationEnabled"]).toBe(false);
    await pass(20 * DAY_MS);
    expect(await events("RotateKey")).toEqual([]);
    await kms.send(new CancelKeyDeletionCommand({ KeyId }));
    expect((await raw("GetKeyRotationStatus", { KeyId }, { account })).json).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 90,
    });
    await kms.send(new EnableKeyCommand({ KeyId }));
    await pass(0);
    expect(await events("RotateKey")).toHaveLength(1);
  });

  it("ROT-05, ROT-06, ROT-12: on demand, at once, and the calendar is unmoved", async () => {
    const { account, kms, KeyId, arn, described, encrypted, opened, events } = await newKey();
    await kms.send(new EnableKeyRotationCommand({ KeyId }));
    const [status, before, sealed] = [
      await raw("GetKeyRotationStatus", { KeyId }, { account }),
      await described(),
      await encrypted(),
    ];
    expect((await raw("RotateKeyOnDemand", { KeyId }, { account })).json).toEqual({ KeyId: arn });
    expect((await raw("GetKeyRotationStatus", { KeyId }, { account })).json).toEqual(status.json);
    expect((await described())?.CurrentKeyMaterialId).not.toBe(before?.CurrentKeyMaterialId);
    expect((await opened(await encrypted())).KeyMaterialId).toBe((await described())?.CurrentKeyMaterialId);
    expect((await opened(sealed)).KeyMaterialId).toBe(before?.CurrentKeyMaterialId);
    expect(await events("RotateKey")).toMatchObject([{ serviceEventDetails: { keyId: KeyId, rotationType: "ON_DEMAND" } }]);
    expect(await events("RotateKeyOnDemand")).toMatchObject([{ eventType: "AwsApiCall", responseElements: { keyId: arn } }]);
  });

  it("ROT-09: twenty-five times in a life", async () => {
    const { account, kms, KeyId, arn } = await newKey();
    for (let rotation = 0; rotation < 25; rotation++) await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
    const text = `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`;
    expect(await raw("RotateKeyOnDemand", { KeyId }, { account })).toMatchObject(refusal("LimitExceededException", text));
  });

  it("on demand is refused close before an automatic one, of a disabled key, and of none", async () => {
    const { account, kms, KeyId, arn, pass } = await newKey();
    await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
    await pass(90 * DAY_MS - 20 * MINUTE_MS);
    expect(await raw("RotateKeyOnDemand", { KeyId }, { account })).toMatchObject(refusal("ConflictException"));
    await kms.send(new DisableKeyCommand({ KeyId }));
    for (const operation of ["RotateKeyOnDemand", "EnableKeyRotation", "DisableKeyRotation"]) {
      expect(await raw(operation, { KeyId }, { account })).toMatchObject(refusal("DisabledException", `${arn} is disabled.`));
    }
    const never = "11111111-2222-4333-8444-555555555555";
    const absent = refusal("NotFoundException", `Key '${arn.replace(KeyId, never)}' does not exist`); // LOOK-14
    expect(await raw("RotateKeyOnDemand", { KeyId: never }, { account })).toMatchObject(absent);
  });
});

describe("PutKeyPolicy", () => {
  it("replaces the policy whole, in every state, and refuses what has no policy's shape", async () => {
    const { account, kms, KeyId, arn } = await newKey();
    const policy = (Resource: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource }],
      });
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    for (const Policy of [policy("*"), policy(arn)]) {
      await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
      expect((await raw("GetKeyPolicy", { KeyId }, { account })).json["Policy"]).toBe(Policy);
    }
    for (const Policy of ["{", "{}", policy(`${arn}x`)]) {
      expect(await raw("PutKeyPolicy", { KeyId, Policy }, { account })).toMatchObject(
        refusal("MalformedPolicyDocumentException"),
      );
    }
    expect(await raw("PutKeyPolicy", { KeyId, Policy: `{"Id":"${"x".repeat(32768)}"}` }, { account })).toMatchObject(
      refusal("LimitExceededException"),
    );
    expect(await raw("PutKeyPolicy", { KeyId, PolicyName: "other", Policy: policy("*") }, { account })).toMatchObject(
      refusal("NotFoundException"),
    );
    expect((await raw("GetKeyPolicy", { KeyId }, { account })).json["Policy"]).toBe(policy(arn));
  });
});
