// Imported material and wrapping keys that end while nothing runs, on the real server with its own alarms: nothing of them is left on disk.

import { constants, publicEncrypt, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateKeyCommand,
  DescribeKeyCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  type KMSClient,
} from "@aws-sdk/client-kms";
import { expect } from "vitest";
import { DAY_MS, MINUTE_MS, startAhead, testWithCompiler } from "./ahead.ts";
import { kmsClient, newState, startServer } from "./edgekeep.ts";
import { eventually } from "./processes.ts";
import { isPutAway, keysOnDisk, readSealed } from "./sealed.ts";
import { readTrail, serviceEvents } from "./trail.ts";

const TIMEOUT_MS = 120_000;

async function parametersFor(kms: KMSClient, KeyId: string) {
  const parameters = { KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec: "RSA_2048" } as const;
  const { ImportToken = new Uint8Array(), PublicKey = new Uint8Array() } = await kms.send(
    new GetParametersForImportCommand(parameters),
  );
  return { ImportToken, PublicKey };
}

async function imported(kms: KMSClient, days: number) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Origin: "EXTERNAL" }));
  const [KeyId, arn] = [String(KeyMetadata?.KeyId), String(KeyMetadata?.Arn)];
  const { ImportToken, PublicKey } = await parametersFor(kms, KeyId);
  const material = randomBytes(32);
  const key = { key: Buffer.from(PublicKey), format: "der", type: "spki" } as const;
  const EncryptedKeyMaterial = publicEncrypt({ ...key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, material);
  const ValidTo = new Date(Date.now() + days * DAY_MS);
  await kms.send(new ImportKeyMaterialCommand({ KeyId, ImportToken, EncryptedKeyMaterial, ValidTo }));
  return { KeyId, arn, canaries: [material, EncryptedKeyMaterial, Buffer.from(ImportToken)] };
}

/** Whether bytes stand anywhere in the state, as they are or as text. */
function isInState(state: string, bytes: Buffer): boolean {
  const names = readdirSync(state, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = names.map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
  const writings = [bytes, ...(["hex", "base64", "base64url"] as const).map((encoding) => Buffer.from(bytes.toString(encoding)))];
  return writings.some((writing) => files.some((file) => file.includes(writing)));
}

const stateOf = async (kms: KMSClient, KeyId: string) =>
  (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;

testWithCompiler(
  "material and wrapping keys whose end passes while nothing runs are gone from the disk a minute after the next start (skipped without cc)",
  async () => {
    const state = newState();
    const first = await startServer(state);
    const before = kmsClient(state);
    const [ends, stays] = [await imported(before, 5), await imported(before, 300)];
    for (let more = 0; more < 4; more++) await parametersFor(before, ends.KeyId);
    await first.stop("npm");
    const sealed = readSealed(state);
    expect(sealed).toHaveLength(2 * 3 + 4); // material, salt and wrapping key of each, and the further wrapping keys
    expect(keysOnDisk(state, sealed)).toHaveLength(sealed.length);
    for (const canary of [...ends.canaries, ...stays.canaries]) expect(isInState(state, canary)).toBe(false);

    const { server, kms } = await startAhead(state, 8);
    expect([await stateOf(kms, ends.KeyId), await stateOf(kms, stays.KeyId)]).toEqual(["PendingImport", "Enabled"]);
    await pause(MINUTE_MS);
    const event = await eventually("the service's record", () => serviceEvents(readTrail(state), ends.arn)[0]);
    expect(event.eventName).toBe("DeleteExpiredKeyMaterial");
    await eventually("the store to be put away", () => isPutAway(state));
    await server.stop("npm");
    const left = [ends.KeyId, stays.KeyId, stays.KeyId]; // a salt; a salt and a material
    expect(keysOnDisk(state, sealed).toSorted()).toEqual(left.toSorted());
    for (const canary of [...ends.canaries, ...stays.canaries]) expect(isInState(state, canary)).toBe(false);
    expect(serviceEvents(readTrail(state), ends.arn)).toEqual([event]);
  },
  TIMEOUT_MS,
);
