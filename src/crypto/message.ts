// The cipher of symmetric keys: HKDF-SHA256 (RFC 5869) of the material under a fresh nonce gives an AES-256-GCM key, its IV and a
// commitment to the key, which AES-GCM alone does not give. Nothing else is ever derived from the material's bytes.

import { type Bytes, utf8 } from "../wire/bytes.ts";
import { equal } from "./equal.ts";
import { mac, macKey } from "./mac.ts";
import { Secret } from "./secret.ts";

export const MESSAGE_NONCE_BYTES = 16;
export const COMMITMENT_BYTES = 32;
export const MESSAGE_TAG_BYTES = 16;
export const MATERIAL_BYTES = 32;

// The label is part of the key schedule: changing it orphans every ciphertext ever made.
const INFO = utf8("edgekeep/v1/message");
const AES_BYTES = 32;
const IV_BYTES = 12;
const DERIVED_BITS = (AES_BYTES + IV_BYTES + COMMITMENT_BYTES) * 8;

/** A material's bytes, made ready to derive from and never to be read again. */
export const messageKey = (material: Secret): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", Secret.open(material), "HKDF", false, ["deriveBits"]);

export interface SealedMessage {
  readonly commitment: Bytes;
  /** Ciphertext and tag. */
  readonly body: Bytes;
}

async function schedule(key: CryptoKey, nonce: Bytes): Promise<{ aes: Bytes; iv: Bytes; commitment: Bytes }> {
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: nonce, info: INFO };
  const bytes = new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, DERIVED_BITS));
  return {
    aes: bytes.subarray(0, AES_BYTES),
    iv: bytes.subarray(AES_BYTES, AES_BYTES + IV_BYTES),
    commitment: bytes.subarray(AES_BYTES + IV_BYTES),
  };
}

/** Seals a message. `associated` is handed the commitment, which it covers. The nonce is fresh for each message. */
export async function sealMessage(
  key: CryptoKey,
  nonce: Bytes,
  plaintext: Bytes,
  associated: (commitment: Bytes) => Bytes,
): Promise<SealedMessage> {
  const { aes, iv, commitment } = await schedule(key, nonce);
  const cipher = await crypto.subtle.importKey("raw", aes, "AES-GCM", false, ["encrypt"]);
  const body = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: associated(commitment) }, cipher, plaintext);
  return { commitment, body: new Uint8Array(body) };
}

/** @returns the plaintext, or undefined where this key, nonce or associated data did not seal it; which of them is not told. */
export async function openMessage(
  key: CryptoKey,
  nonce: Bytes,
  { commitment, body }: SealedMessage,
  associated: Bytes,
): Promise<Bytes | undefined> {
  const derived = await schedule(key, nonce);
  if (!equal(derived.commitment, commitment)) return undefined;
  const cipher = await crypto.subtle.importKey("raw", derived.aes, "AES-GCM", false, ["decrypt"]);
  try {
    return new Uint8Array(
      await crypto.subtle.decrypt({ name: "AES-GCM", iv: derived.iv, additionalData: associated }, cipher, body),
    );
  } catch {
    return undefined;
  }
}

/** What tells materials of a key apart: HMAC-SHA256 under its salt, so that it is no oracle for weak material. */
export const tagOf = async (salt: Secret, material: Secret | Bytes): Promise<Bytes> =>
  mac(await macKey(salt), material instanceof Secret ? Secret.open(material) : material);
