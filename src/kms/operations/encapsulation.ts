// Encapsulate and Decapsulate. Source: KMS API reference; FIPS 203.

import { ENCAPSULATION_ALGORITHMS } from "../../keyring/specs.ts";
import { ApiError } from "../../wire/api-error.ts";
import { oneOf, structure } from "../../wire/shape.ts";
import { ciphertextBlob, dryRun, grantTokens, keyId, requireAlgorithm } from "../members.ts";
import { accepts } from "../operation.ts";

const members = {
  KeyId: keyId,
  EncapsulationAlgorithm: oneOf(...ENCAPSULATION_ALGORITHMS),
  GrantTokens: grantTokens,
  DryRun: dryRun,
};

export const encapsulate = accepts(structure(members), async ({ EncapsulationAlgorithm }, { key, keyring }) => {
  requireAlgorithm(key, EncapsulationAlgorithm);
  const { secret, ciphertext } = await keyring.encapsulate(key, EncapsulationAlgorithm);
  return {
    output: { KeyId: key.arn, SharedSecret: secret, SharedSecretCiphertextBlob: ciphertext, EncapsulationAlgorithm },
  };
});

/** A ciphertext that was made for another key, or by nobody, gives a secret too, which nobody has (FIPS 203: implicit rejection). */
export const decapsulate = accepts(
  structure({ ...members, SharedSecretCiphertextBlob: ciphertextBlob }),
  async ({ EncapsulationAlgorithm, SharedSecretCiphertextBlob }, { key, keyring }) => {
    requireAlgorithm(key, EncapsulationAlgorithm);
    const SharedSecret = await keyring.decapsulate(key, EncapsulationAlgorithm, SharedSecretCiphertextBlob);
    if (SharedSecret === undefined) throw new ApiError("InvalidCiphertextException");
    return { output: { KeyId: key.arn, SharedSecret, EncapsulationAlgorithm } };
  },
);
