// Key material as its owner wraps it: by Web Crypto, and noble for the inner wrap. Nothing of src/ has a part in it.

import { aeskwp } from "@noble/ciphers/aes.js";
import { raw } from "./client.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** RSAES-OAEP; `hash` as Web Crypto names it. */
export async function oaep(publicKey: Bytes, hash: string, plain: Bytes): Promise<Bytes> {
  const key = await crypto.subtle.importKey("spki", publicKey, { name: "RSA-OAEP", hash }, false, ["encrypt"]);
  return new Uint8Array(await crypto.subtle.encrypt("RSA-OAEP", key, plain));
}

/** Wraps material for a wrapping key by one of AWS's algorithms. */
export async function wrap(algorithm: string, publicKey: Bytes, material: Bytes): Promise<Bytes> {
  const hash = algorithm.endsWith("SHA_1") ? "SHA-1" : "SHA-256";
  if (algorithm.startsWith("RSAES_OAEP")) return oaep(publicKey, hash, material);
  const aes = crypto.getRandomValues(new Uint8Array(32));
  return new Uint8Array([...(await oaep(publicKey, hash, aes)), ...aeskwp(aes).encrypt(material)]);
}

export interface Parameters {
  readonly token: string;
  readonly publicKey: Bytes;
  readonly algorithm: string;
}

/** Asks for a wrapping key and its token. */
export async function parametersFor(
  account: string,
  KeyId: string,
  algorithm = "RSAES_OAEP_SHA_256",
  WrappingKeySpec = "RSA_2048",
): Promise<Parameters> {
  const input = { KeyId, WrappingAlgorithm: algorithm, WrappingKeySpec };
  const { status, json, text } = await raw("GetParametersForImport", input, { account });
  if (status !== 200) throw new Error(text);
  return { algorithm, token: String(json["ImportToken"]), publicKey: Uint8Array.fromBase64(String(json["PublicKey"])) };
}

/** Material that stays until it is deleted. */
export const FOR_EVER = { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" };

/** Sends material, by default for good. */
export async function importInto(
  account: string,
  KeyId: string,
  { token, publicKey, algorithm }: Parameters,
  material: Bytes,
  more: Record<string, unknown> = FOR_EVER,
) {
  const EncryptedKeyMaterial = (await wrap(algorithm, publicKey, material)).toBase64();
  return raw("ImportKeyMaterial", { KeyId, ImportToken: token, EncryptedKeyMaterial, ...more }, { account });
}
