// What must have survived a server that was killed: what was sealed opens, and every answer is recorded once.

import { CreateKeyCommand, DecryptCommand, EncryptCommand, type KMSClient } from "@aws-sdk/client-kms";
import { expect } from "vitest";
import { eventually } from "./processes.ts";
import { chainFault, readTrail, recordedRequests } from "./trail.ts";

export const CANARY = Buffer.from("canary: 7c0f4d1e a plaintext that no file may hold 93ab");

export interface Sealed {
  readonly KeyId: string;
  readonly CiphertextBlob: Uint8Array;
}

export async function seal(kms: KMSClient): Promise<Sealed> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "survives" }));
  const KeyId = String(KeyMetadata?.KeyId);
  const { CiphertextBlob = new Uint8Array() } = await kms.send(new EncryptCommand({ KeyId, Plaintext: CANARY }));
  return { KeyId, CiphertextBlob };
}

export async function open(kms: KMSClient, { CiphertextBlob }: Sealed): Promise<string> {
  const { Plaintext = new Uint8Array() } = await kms.send(new DecryptCommand({ CiphertextBlob }));
  return Buffer.from(Plaintext).toString();
}

/** Waits until the drain has brought every answered request to D1, and checks the trail once nothing runs any more. */
export async function everyAnswerIsRecordedOnce(state: string, answered: ReadonlySet<string>): Promise<void> {
  const missing = () => {
    const recorded = recordedRequests(readTrail(state));
    return [...answered].filter((id) => !recorded.has(id));
  };
  await eventually("the drain", () => missing().length === 0).catch(() => expect(missing()).toEqual([]));
}

/** Each request has one record, and so has each that was answered; the chain holds. */
export function trailIsSound(state: string, answered: ReadonlySet<string>): void {
  const rows = readTrail(state);
  const counts = recordedRequests(rows);
  expect([...answered].filter((id) => counts.get(id) !== 1)).toEqual([]);
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
  expect(chainFault(rows)).toBeUndefined();
}
