// Sign and Verify. Source: KMS API reference; FIPS 186-5, RFC 8017, RFC 8032, FIPS 204.

import type { Key } from "../../keyring/key.ts";
import { MESSAGE_TYPES, type MessageType } from "../../keyring/key-spec.ts";
import { keySpec, SIGNING_ALGORITHMS } from "../../keyring/specs.ts";
import { ApiError } from "../../wire/api-error.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { blob, defaulted, oneOf, sensitive, structure } from "../../wire/shape.ts";
import { dryRun, grantTokens, keyId, requireAlgorithm, validation } from "../members.ts";
import { accepts } from "../operation.ts";

const members = {
  KeyId: keyId,
  Message: sensitive(blob({ min: 1, max: 4096 })),
  MessageType: defaulted(oneOf(...MESSAGE_TYPES), "RAW"),
  GrantTokens: grantTokens,
  SigningAlgorithm: oneOf(...SIGNING_ALGORITHMS),
  DryRun: dryRun,
};

/** @throws ApiError where the key, the algorithm, the type of the message and its length do not go together. */
function requireMessage(key: Key, algorithm: string, type: MessageType, message: Bytes): void {
  requireAlgorithm(key, algorithm);
  const taken = keySpec(key.spec).messages(algorithm)[type];
  if (taken === undefined) throw validation(`Message type ${type} is incompatible with algorithm ${algorithm}.`);
  if (taken.bytes !== undefined && taken.bytes !== message.byteLength)
    throw validation(`Digest is invalid length for algorithm ${algorithm}.`);
}

export const sign = accepts(structure(members), async ({ Message, MessageType, SigningAlgorithm }, { key, keyring }) => {
  requireMessage(key, SigningAlgorithm, MessageType, Message);
  const Signature = await keyring.sign(key, SigningAlgorithm, Message, MessageType);
  return { output: { KeyId: key.arn, Signature, SigningAlgorithm } };
});

export const verify = accepts(
  structure({ ...members, Signature: blob({ min: 1, max: 6144 }) }),
  async ({ Message, MessageType, Signature, SigningAlgorithm }, { key, keyring }) => {
    requireMessage(key, SigningAlgorithm, MessageType, Message);
    const isValid = await keyring.verify(key, SigningAlgorithm, Message, MessageType, Signature);
    if (!isValid) throw new ApiError("KMSInvalidSignatureException");
    return { output: { KeyId: key.arn, SignatureValid: true, SigningAlgorithm } };
  },
);
