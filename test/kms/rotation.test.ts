// Rotation of keys, by the calendar and on demand, through the SDK.

import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyRotationStatusCommand,
  ListKeyRotationsCommand,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusal } from "../support/answers.ts";
import { raw } from "../support/client.ts";
import { KEPT_PLAINTEXT, newKeyInTime } from "../support/key-in-time.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("rotation", () => {
  it.each([90, 180])("ROT-02, ROT-03: every %i days", async (RotationPeriodInDays) => {
    const { account, KeyId, arn } = await newKeyInTime();
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
    const { kms, KeyId, arn, described, encrypted, opened, pass, events } = await newKeyInTime();
    await kms.send(new EnableKeyRotationCommand({ KeyId }));
    const sealed: { blob: Uint8Array | undefined; materialId: string | undefined }[] = [];
    for (let year = 0; year < 20; year++) {
      sealed.push({ blob: await encrypted(), materialId: (await described())?.CurrentKeyMaterialId });
      await pass(365 * DAY_MS);
    }
    expect(new Set(sealed.map(({ materialId }) => materialId)).size).toBe(20);
    for (const { blob, materialId } of sealed)
      expect(await opened(blob)).toMatchObject({ Plaintext: KEPT_PLAINTEXT, KeyMaterialId: materialId });
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
    const { kms, KeyId, pass, events, described } = await newKeyInTime();
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
    const { account, kms, KeyId, pass, events } = await newKeyInTime();
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
    const { account, kms, KeyId, arn, described, encrypted, opened, events } = await newKeyInTime();
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
    const { account, kms, KeyId, arn } = await newKeyInTime();
    for (let rotation = 0; rotation < 25; rotation++) await kms.send(new RotateKeyOnDemandCommand({ KeyId }));
    const text = `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`;
    expect(await raw("RotateKeyOnDemand", { KeyId }, { account })).toMatchObject(refusal("LimitExceededException", text));
  });

  it("on demand is refused close before an automatic one, of a disabled key, and of none", async () => {
    const { account, kms, KeyId, arn, pass } = await newKeyInTime();
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
