// Keys with imported material: made, wrapped by node:crypto and sent, as their owner would.

import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { ACCOUNT, createKey } from "./loads.ts";
import type { Service } from "./requests.ts";

/** RFC 5649 §3. */
const KEY_WRAP_IV = Buffer.from("A65959A6", "hex");
const AES_BYTES = 32;

/** A wrapping algorithm and the wrapping key's spec. */
export interface Wrapping {
  readonly algorithm: string;
  readonly spec: string;
}

/** A key to be, and what it is to be made of: bytes, or PKCS#8. */
export interface Owned {
  readonly spec: string;
  readonly usage: string;
  readonly material: Buffer;
}

export const symmetric = (): Owned => ({
  spec: "SYMMETRIC_DEFAULT",
  usage: "ENCRYPT_DECRYPT",
  material: randomBytes(32),
});

export const hashOf = ({ algorithm }: Wrapping): "sha1" | "sha256" => (algorithm.endsWith("SHA_1") ? "sha1" : "sha256");
export const hasInnerWrap = ({ algorithm }: Wrapping): boolean => algorithm.startsWith("RSA_AES_KEY_WRAP");

function wrapped(wrapping: Wrapping, spki: Buffer, material: Buffer): Buffer {
  const key = createPublicKey({ key: spki, format: "der", type: "spki" });
  const oaep = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hashOf(wrapping) };
  if (!hasInnerWrap(wrapping)) return publicEncrypt(oaep, material);
  const aes = randomBytes(AES_BYTES);
  const cipher = createCipheriv("id-aes256-wrap-pad", aes, KEY_WRAP_IV);
  return Buffer.concat([publicEncrypt(oaep, aes), cipher.update(material), cipher.final()]);
}

/** A key that waits for its material. */
export const createPending = (service: Service, { spec, usage }: Owned): Promise<string> =>
  createKey(service, { KeySpec: spec, KeyUsage: usage, Origin: "EXTERNAL" });

/** Asks for a wrapping key. @returns what ImportKeyMaterial is to be sent, as often as one likes within a day. */
export async function wrappedFor({ call }: Service, KeyId: string, wrapping: Wrapping, { material }: Owned) {
  const asked = { KeyId, WrappingAlgorithm: wrapping.algorithm, WrappingKeySpec: wrapping.spec };
  const { ImportToken, PublicKey } = await call(ACCOUNT, "GetParametersForImport", asked);
  const EncryptedKeyMaterial = wrapped(wrapping, Buffer.from(String(PublicKey), "base64"), material).toString("base64");
  return { KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" };
}

/** A symmetric key with its material. @returns its id. */
export async function createImported(service: Service): Promise<string> {
  const owned = symmetric();
  const KeyId = await createPending(service, owned);
  const wrapping = { algorithm: "RSAES_OAEP_SHA_256", spec: "RSA_2048" };
  await service.call(ACCOUNT, "ImportKeyMaterial", await wrappedFor(service, KeyId, wrapping, owned));
  return KeyId;
}
