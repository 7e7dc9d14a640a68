// Members that several families share, with AWS's limits.

import { malformed } from "../authz/policy-json.ts";
import { type EncryptionContext, exceeds } from "../keyring/ciphertext.ts";
import type { Key } from "../keyring/key.ts";
import { algorithmsOf, bindsContext, DEFAULT_CIPHER, ENCLAVE_ALGORITHMS, ENCRYPTION_ALGORITHMS } from "../keyring/specs.ts";
import { ApiError } from "../wire/api-error.ts";
import { blob, defaulted, flag, listOf, oneOf, optional, sensitive, string, stringMap, structure } from "../wire/shape.ts";
import type { CompiledPolicy } from "./key-policies.ts";
import type { Rulings } from "./operation.ts";
import type { Tag } from "./tables/tags.ts";

export const keyId = string({ min: 1, max: 2048 });
export const grantTokens = optional(listOf(sensitive(string({ min: 1, max: 8192 })), { min: 0, max: 10 }));
export const dryRun = optional(flag);
export const encryptionContext = optional(stringMap);
export const encryptionAlgorithm = defaulted(oneOf(...ENCRYPTION_ALGORITHMS), DEFAULT_CIPHER);
export const policyDocument = string({ min: 1, max: 131072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" });
export const customKeyStoreId = string({ min: 1, max: 64 });
export const ciphertextBlob = blob({ min: 1, max: 6144 });

export const validation = (message: string): ApiError => new ApiError("ValidationException", message);

/** An attestation of a Nitro enclave; a request that carries one is refused, see `refuseRecipient`. */
export const recipient = optional(
  structure({
    KeyEncryptionAlgorithm: optional(oneOf(...ENCLAVE_ALGORITHMS)),
    AttestationDocument: optional(blob({ min: 1, max: 262144 })),
  }),
);

/** Canonical bytes of an encryption context. */
const CONTEXT_BYTES_MAX = 8 * 1024;
export const NO_CONTEXT: EncryptionContext = new Map();

/** What a dry run would have answered; its end keeps it from leaving. */
export const NOTHING = { output: {} };

export function checkContext({ EncryptionContext = NO_CONTEXT }: { readonly EncryptionContext?: EncryptionContext }): void {
  if (exceeds(EncryptionContext, CONTEXT_BYTES_MAX)) {
    throw new ApiError("ValidationException", `EncryptionContext must be at most ${CONTEXT_BYTES_MAX} bytes.`);
  }
}

/** There is no Nitro enclave to answer, and an answer in the clear is not what was asked for. */
export function refuseRecipient({ Recipient }: { readonly Recipient?: unknown }): void {
  if (Recipient !== undefined) throw new ApiError("UnsupportedOperationException", "Recipient is not supported.");
}

/** Tags of one request. */
const TAGS_MAX = 50;

export const tagKey = string({ min: 1, max: 128 });
const tag = structure({ TagKey: tagKey, TagValue: string({ min: 0, max: 256 }) });
const tooManyTags = (): ApiError => new ApiError("TagException", "Too many tags");
export const tagList = listOf(tag, { tooMany: tooManyTags });

const RESERVED = /^aws:/i;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** @throws ApiError TagException where the tags of one request cannot stand together. */
export function checkTags(tags: readonly Tag[]): void {
  if (tags.length > TAGS_MAX) throw tooManyTags();
  if (new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length) throw new ApiError("TagException", "Duplicate tag keys");
  if (tags.some(({ TagKey }) => RESERVED.test(TagKey)))
    throw new ApiError("TagException", "Tags beginning with aws: are reserved");
  if (tags.some(({ TagKey, TagValue }) => !CHARACTERS.test(TagKey) || !CHARACTERS.test(TagValue))) {
    throw new ApiError("TagException", "Invalid tag");
  }
}

/** @throws ApiError InvalidKeyUsageException where a key of this spec and usage does not offer the algorithm. */
export function requireAlgorithm({ spec, usage }: Key, algorithm: string): void {
  if (algorithmsOf(spec, usage).includes(algorithm)) return;
  throw new ApiError("InvalidKeyUsageException", `Algorithm ${algorithm} is incompatible with key spec ${spec}.`);
}

/**
 * @throws ApiError ValidationException where a context is given that the algorithm cannot bind. An empty one is none.
 */
export function requireNoContext(algorithm: string, context: EncryptionContext): void {
  if (bindsContext(algorithm) || context.size === 0) return;
  throw validation("EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs.");
}

/** AWS has the spec in China alone. */
export const unsupportedSpec = (spec: string): ApiError =>
  new ApiError("UnsupportedOperationException", `KeySpec ${spec} is not supported in this Region.`);

/** @throws ApiError where whoever puts a policy could not put another one under it. */
export function requireWayBack(rulings: Rulings, key: Key, policy: CompiledPolicy): void {
  if (rulings.mayPutPolicy(key, policy)) return;
  throw malformed("The new key policy will not allow you to update the key policy in the future.");
}
