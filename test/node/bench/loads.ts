// The operations that are measured, each as a load on one key.

import { randomBytes } from "node:crypto";
import type { Load } from "./pairs.ts";
import { plainCall, type Service } from "./requests.ts";

export const ACCOUNT = "123456789012";
/** Prepared requests a slice: each is sent many times. */
export const PREPARED = 128;
const BODY = "x".repeat(512);
export const CONTEXT = { purpose: "bench", tenant: "one" };
export const PLAINTEXT = randomBytes(256).toString("base64");

export async function createKey({ call }: Service): Promise<string> {
  const { KeyMetadata } = await call(ACCOUNT, "CreateKey", {});
  return (KeyMetadata as { KeyId: string }).KeyId;
}

export const plainLoad = (port: number, path: string): Load => ({
  port,
  prepare: async () => [plainCall(port, path, BODY)],
});

export async function loadsOf({ port, call, prepare }: Service, KeyId: string): Promise<Record<string, Load>> {
  const [EncryptionContext, Plaintext] = [CONTEXT, PLAINTEXT];
  const { CiphertextBlob } = await call(ACCOUNT, "Encrypt", { KeyId, Plaintext, EncryptionContext });
  const repeated = (operation: string, input: Record<string, unknown>): Load => ({
    port,
    prepare: () => prepare(ACCOUNT, operation, [input], PREPARED),
  });
  return {
    static: plainLoad(port, "/bench/static"),
    body: plainLoad(port, "/bench/body"),
    DescribeKey: repeated("DescribeKey", { KeyId }),
    Encrypt: repeated("Encrypt", { KeyId, Plaintext, EncryptionContext }),
    Decrypt: repeated("Decrypt", { CiphertextBlob, EncryptionContext }),
    GenerateDataKey: repeated("GenerateDataKey", { KeyId, KeySpec: "AES_256", EncryptionContext }),
    GenerateRandom: repeated("GenerateRandom", { NumberOfBytes: 32 }),
    ReEncrypt: repeated("ReEncrypt", { CiphertextBlob, SourceEncryptionContext: EncryptionContext, DestinationKeyId: KeyId }),
  };
}

/** @throws Error where nothing of that name is measured. */
export function loadNamed(name: string, loads: Readonly<Record<string, Load>>): Load {
  const load = loads[name];
  if (load === undefined) throw new Error(`there is no ${name} to measure`);
  return load;
}
