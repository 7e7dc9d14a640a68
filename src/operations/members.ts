// Members that several families share, with AWS's limits.

import { contextBytes, type EncryptionContext } from "../keyring/ciphertext.ts";
import { ENCRYPTION_ALGORITHMS } from "../keyring/specs.ts";
import { KmsError } from "../wire/faults.ts";
import { blob, defaulted, flag, integer, listOf, oneOf, optional, string, stringMap, structure } from "../wire/shape.ts";

export const keyId = string({ min: 1, max: 2048 });
export const grantTokens = optional(listOf(string({ min: 1, max: 8192 }), { min: 0, max: 10 }));
export const dryRun = optional(flag);
export const encryptionContext = optional(stringMap);
export const encryptionAlgorithm = defaulted(oneOf(...ENCRYPTION_ALGORITHMS), "SYMMETRIC_DEFAULT");
export const customKeyStoreId = string({ min: 1, max: 64 });
export const ciphertextBlob = blob({ min: 1, max: 6144 });
export const limit = (max: number) => integer({ min: 1, max });
export const marker = optional(string({ min: 1, max: 1024, pattern: "[\\u0020-\\u00FF]*" }));

/** An attestation of a Nitro enclave; a request that carries one is refused, see `refuseRecipient`. */
export const recipient = optional(
  structure({
    KeyEncryptionAlgorithm: optional(oneOf("RSAES_OAEP_SHA_256")),
    AttestationDocument: optional(blob({ min: 1, max: 262144 })),
  }),
);

/** Canonical bytes of an encryption context. */
const CONTEXT_BYTES_MAX = 8 * 1024;
export const NO_CONTEXT: EncryptionContext = new Map();

export function checkContext({ EncryptionContext = NO_CONTEXT }: { readonly EncryptionContext?: EncryptionContext }): void {
  if (contextBytes(EncryptionContext).byteLength > CONTEXT_BYTES_MAX) {
    throw new KmsError("ValidationException", `EncryptionContext must be at most ${CONTEXT_BYTES_MAX} bytes.`);
  }
}

/** There is no Nitro enclave to answer, and an answer in the clear is not what was asked for. */
export function refuseRecipient({ Recipient }: { readonly Recipient?: unknown }): void {
  if (Recipient !== undefined) throw new KmsError("UnsupportedOperationException", "Recipient is not supported.");
}
