// DeriveSharedSecret. Source: KMS API reference; NIST SP 800-56A.

import { KEY_AGREEMENT_ALGORITHMS } from "../../keyring/specs.ts";
import { ApiError } from "../../wire/api-error.ts";
import { blob, oneOf, structure } from "../../wire/shape.ts";
import { dryRun, grantTokens, keyId, recipient, refuseRecipient, requireAlgorithm } from "../members.ts";
import { accepts } from "../operation.ts";

export const deriveSharedSecret = accepts(
  structure(
    {
      KeyId: keyId,
      KeyAgreementAlgorithm: oneOf(...KEY_AGREEMENT_ALGORITHMS),
      PublicKey: blob({ min: 1, max: 8192 }),
      GrantTokens: grantTokens,
      DryRun: dryRun,
      Recipient: recipient,
    },
    refuseRecipient,
  ),
  async ({ KeyAgreementAlgorithm, PublicKey }, { key, keyring }) => {
    requireAlgorithm(key, KeyAgreementAlgorithm);
    const SharedSecret = await keyring.derive(key, KeyAgreementAlgorithm, PublicKey);
    if (SharedSecret === undefined) throw new ApiError("ValidationException"); // AWS says nothing more
    return { output: { KeyId: key.arn, SharedSecret, KeyAgreementAlgorithm, KeyOrigin: key.origin } };
  },
);
