// GenerateMac and VerifyMac. Source: KMS API reference; FIPS 198-1.

import { MAC_ALGORITHMS } from "../../keyring/specs.ts";
import { ApiError } from "../../wire/api-error.ts";
import { blob, oneOf, sensitive, structure } from "../../wire/shape.ts";
import { dryRun, grantTokens, keyId, requireAlgorithm } from "../members.ts";
import { accepts } from "../operation.ts";

const members = {
  Message: sensitive(blob({ min: 1, max: 4096 })),
  KeyId: keyId,
  MacAlgorithm: oneOf(...MAC_ALGORITHMS),
  GrantTokens: grantTokens,
  DryRun: dryRun,
};

export const generateMac = accepts(structure(members), async ({ Message, MacAlgorithm }, { key, keyring }) => {
  requireAlgorithm(key, MacAlgorithm);
  return { output: { Mac: await keyring.mac(key, MacAlgorithm, Message), MacAlgorithm, KeyId: key.arn } };
});

export const verifyMac = accepts(
  structure({ ...members, Mac: blob({ min: 1, max: 6144 }) }),
  async ({ Message, Mac, MacAlgorithm }, { key, keyring }) => {
    requireAlgorithm(key, MacAlgorithm);
    if (!(await keyring.verifyMac(key, MacAlgorithm, Message, Mac))) throw new ApiError("KMSInvalidMacException");
    return { output: { KeyId: key.arn, MacValid: true, MacAlgorithm } };
  },
);
