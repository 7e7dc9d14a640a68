// The life of a key: deletion and rotation, on the real alarm, through years of fake time that only goes forward.

import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  ListAliasesCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
} from "@aws-sdk/client-kms";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusal } from "../support/answers.ts";
import { raw } from "../support/client.ts";
import { KEPT_PLAINTEXT, newKeyInTime } from "../support/key-in-time.ts";

import { inStore } from "../support/store.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const INSERT_GRANT = `INSERT INTO "grant" (key_id, id, grantee, issuing_account, operations, created_at)
  VALUES (?, 'id', 'grantee', 'account', '[]', 0)`;
const NOT_OVERWRITTEN = "SELECT slot FROM sealed WHERE used <> 0 OR bytes <> zeroblob(4000)";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("ScheduleKeyDeletion and CancelKeyDeletion", () => {
  it("STATE-07: seven days at least, thirty at most and by default", async () => {
    const { account, KeyId, arn, described } = await newKeyInTime();
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
    const { account, kms, KeyId, arn } = await newKeyInTime();
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
    const { account, kms, KeyId } = await newKeyInTime();
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
    const { account, kms, KeyId, arn, described, encrypted, opened, pass } = await newKeyInTime();
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
    expect((await opened(sealed)).Plaintext).toEqual(KEPT_PLAINTEXT);
  });

  it("at its time and a minute, once, never early: the key and all that was its own are gone, and the trail says so", async () => {
    const { account, kms, KeyId, arn, described, encrypted, pass, events, rows } = await newKeyInTime();
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
    const { kms, KeyId, described, pass } = await newKeyInTime();
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
