// What falls due in days, on the real server with its own alarms: stopped, and started again where those days have passed.

import { setTimeout as pause } from "node:timers/promises";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  type KMSClient,
  ListAliasesCommand,
  ListKeyRotationsCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
} from "@aws-sdk/client-kms";
import { expect } from "vitest";
import { MINUTE_MS, startAhead, testWithCompiler } from "./ahead.ts";
import { kmsClient, newState, startServer } from "./edgekeep.ts";
import { eventually } from "./processes.ts";
import { isPutAway, keysOnDisk, readSealed } from "./sealed.ts";
import { chainFault, readTrail, serviceEvents } from "./trail.ts";

const TIMEOUT_MS = 120_000;
const PLAINTEXT = Buffer.from("sealed before the days passed");

async function newKey(kms: KMSClient) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const [KeyId, arn] = [String(KeyMetadata?.KeyId), String(KeyMetadata?.Arn)];
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: PLAINTEXT }));
  return { KeyId, arn, CiphertextBlob };
}

/** @returns the id of one more key that is to be deleted. */
async function doomedKey(kms: KMSClient, PendingWindowInDays: number): Promise<string> {
  const { KeyId } = await newKey(kms);
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }));
  return KeyId;
}

const metadata = async (kms: KMSClient, KeyId: string) => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;

const firstServiceEvent = (state: string, arn: string) =>
  eventually("the service's record", () => serviceEvents(readTrail(state), arn)[0]);

testWithCompiler(
  "a key due while nothing ran is there at the next start and gone a minute later, on disk too, recorded once (skipped without cc)",
  async () => {
    const state = newState();
    const first = await startServer(state);
    const before = kmsClient(state);
    const { KeyId, arn, CiphertextBlob } = await newKey(before);
    await before.send(new CreateAliasCommand({ AliasName: "alias/doomed", TargetKeyId: KeyId }));
    await before.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: "a", TagValue: "b" }] }));
    await before.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    const patient = await newKey(before);
    await before.send(new ScheduleKeyDeletionCommand({ KeyId: patient.KeyId, PendingWindowInDays: 30 }));
    // Others beside them, enough that SQLite would move their rows about.
    const [doomed, patients]: [string[], string[]] = [[], []];
    for (let turn = 0; turn < 10; turn++) {
      doomed.push(await doomedKey(before, 7), await doomedKey(before, 7));
      patients.push(await doomedKey(before, 30));
    }
    const scheduled = [await metadata(before, KeyId), await metadata(before, patient.KeyId)];
    expect(scheduled.map((key) => key?.KeyState)).toEqual(["PendingDeletion", "PendingDeletion"]);
    await first.stop("npm");
    const sealed = readSealed(state);

    const { server, kms, startedAt } = await startAhead(state, 8);
    expect([await metadata(kms, KeyId), await metadata(kms, patient.KeyId)]).toEqual(scheduled);

    // No request meanwhile: the runtime puts an idle object away, and its alarm alone has to bring it back.
    await pause(MINUTE_MS);
    const deletion = await firstServiceEvent(state, arn);
    expect(deletion.eventName).toBe("DeleteKey");
    const deletedAfterMs = Date.parse(deletion.eventTime) - startedAt;
    expect(deletedAfterMs).toBeGreaterThan(MINUTE_MS - 1000); // a record's time has whole seconds
    expect(deletedAfterMs).toBeLessThan(MINUTE_MS * 1.5);

    // What was sealed still stands in SQLite's log, and in the file, until the runtime puts the object away.
    await eventually("the store to be put away", () => isPutAway(state));

    await expect(metadata(kms, KeyId)).rejects.toThrow(`Key '${arn}' does not exist`);
    await expect(kms.send(new ListResourceTagsCommand({ KeyId }))).rejects.toThrow(`Key '${arn}' does not exist`);
    await expect(kms.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({ name: "AccessDeniedException" });
    const left = [patient.KeyId, ...patients].toSorted();
    expect((await kms.send(new ListKeysCommand({}))).Keys?.map((key) => key.KeyId)).toEqual(left);
    expect((await kms.send(new ListAliasesCommand({}))).Aliases).toEqual([]);
    expect(await metadata(kms, patient.KeyId)).toEqual(scheduled[1]);
    await server.stop("npm");
    expect(sealed).toHaveLength(2 * [KeyId, ...doomed, ...left].length);
    expect(keysOnDisk(state, sealed).toSorted()).toEqual(left.flatMap((id) => [id, id]));
    expect(serviceEvents(readTrail(state), arn)).toEqual([deletion]);
    expect(chainFault(readTrail(state))).toBeUndefined();
  },
  TIMEOUT_MS,
);

testWithCompiler(
  "a rotation due while nothing ran is made up for once, and what was sealed before opens (skipped without cc)",
  async () => {
    const state = newState();
    const first = await startServer(state);
    const before = kmsClient(state);
    const { KeyId, arn, CiphertextBlob } = await newKey(before);
    await before.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
    const firstMaterial = (await metadata(before, KeyId))?.CurrentKeyMaterialId;
    await first.stop("npm");

    const { server, kms, startedAt } = await startAhead(state, 200);
    const rotation = await firstServiceEvent(state, arn);
    expect(rotation.eventName).toBe("RotateKey");
    expect(Date.parse(rotation.eventTime)).toBeGreaterThan(startedAt - 1000);

    const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(opened).toMatchObject({ Plaintext: new Uint8Array(PLAINTEXT), KeyMaterialId: firstMaterial });
    expect((await metadata(kms, KeyId))?.CurrentKeyMaterialId).not.toBe(firstMaterial);
    const { Rotations } = await kms.send(new ListKeyRotationsCommand({ KeyId }));
    expect(Rotations).toMatchObject([{ RotationType: "AUTOMATIC", KeyMaterialState: "CURRENT" }]);
    await server.stop("npm");
    expect(serviceEvents(readTrail(state), arn)).toEqual([rotation]);
    expect(chainFault(readTrail(state))).toBeUndefined();
  },
);
