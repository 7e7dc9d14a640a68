// The operations that are measured, each as a load on one key.

import { randomBytes } from "node:crypto";
import type { Load } from "./pairs.ts";
import { plainCall, type Service } from "./requests.ts";

export const ACCOUNT = "123456789012";
/** Prepared requests a slice: each is sent many times. */
const PREPARED = 128;
const BODY = "x".repeat(512);
export const CONTEXT = { purpose: "bench", tenant: "one" };
export const PLAINTEXT = randomBytes(256).toString("base64");

/** @param input what CreateKey is asked for; by default a symmetric key. */
export async function createKey({ call }: Service, input: Record<string, unknown> = {}): Promise<string> {
  const { KeyMetadata } = await call(ACCOUNT, "CreateKey", input);
  return (KeyMetadata as { KeyId: string }).KeyId;
}

export const plainLoad = (port: number, path: string): Load => ({
  port,
  prepare: async () => [plainCall(port, path, BODY)],
});

/** One request, again and again. */
export const repeated = ({ port, prepare }: Service, operation: string, input: Record<string, unknown>): Load => ({
  port,
  prepare: () => prepare(ACCOUNT, operation, [input], PREPARED),
});

export async function loadsOf(service: Service, KeyId: string): Promise<Record<string, Load>> {
  const [EncryptionContext, Plaintext] = [CONTEXT, PLAINTEXT];
  const { CiphertextBlob } = await service.call(ACCOUNT, "Encrypt", { KeyId, Plaintext, EncryptionContext });
  const load = (operation: string, input: Record<string, unknown>): Load => repeated(service, operation, input);
  return {
    static: plainLoad(service.port, "/bench/static"),
    body: plainLoad(service.port, "/bench/body"),
    DescribeKey: load("DescribeKey", { KeyId }),
    Encrypt: load("Encrypt", { KeyId, Plaintext, EncryptionContext }),
    Decrypt: load("Decrypt", { CiphertextBlob, EncryptionContext }),
    GenerateDataKey: load("GenerateDataKey", { KeyId, KeySpec: "AES_256", EncryptionContext }),
    GenerateRandom: load("GenerateRandom", { NumberOfBytes: 32 }),
    ReEncrypt: load("ReEncrypt", { CiphertextBlob, SourceEncryptionContext: EncryptionContext, DestinationKeyId: KeyId }),
  };
}

/** @throws Error where nothing of that name is measured. */
export function loadNamed(name: string, loads: Readonly<Record<string, Load>>): Load {
  const load = loads[name];
  if (load === undefined) throw new Error(`there is no ${name} to measure`);
  return load;
}
