// Data keys and random bytes. Source: KMS API reference.

import type { Key } from "../keyring/key.ts";
import { KmsError } from "../wire/faults.ts";
import { integer, oneOf, optional, structure } from "../wire/shape.ts";
import {
  checkContext,
  customKeyStoreId,
  dryRun,
  encryptionContext,
  grantTokens,
  keyId,
  NO_CONTEXT,
  recipient,
  refuseRecipient,
} from "./members.ts";
import { accepts } from "./operation.ts";

const RANDOM_BYTES = { min: 1, max: 1024 };
const DATA_KEY_BYTES = { AES_256: 32, AES_128: 16 } as const;

function requireSymmetric({ spec }: Key): void {
  if (spec !== "SYMMETRIC_DEFAULT") {
    throw new KmsError("InvalidKeyUsageException", `Algorithm SYMMETRIC_DEFAULT is incompatible with key spec ${spec}.`);
  }
}

export const generateDataKey = accepts(
  structure(
    {
      KeyId: keyId,
      EncryptionContext: encryptionContext,
      NumberOfBytes: optional(integer(RANDOM_BYTES)),
      KeySpec: optional(oneOf("AES_256", "AES_128")),
      GrantTokens: grantTokens,
      Recipient: recipient,
      DryRun: dryRun,
    },
    (input) => {
      if ((input.NumberOfBytes === undefined) === (input.KeySpec === undefined)) {
        throw new KmsError("ValidationException", "Please specify either number of bytes or key spec.");
      }
      checkContext(input);
      refuseRecipient(input);
    },
  ),
  async ({ EncryptionContext = NO_CONTEXT, NumberOfBytes, KeySpec = "AES_256" }, { key, keyring, random }) => {
    requireSymmetric(key);
    const Plaintext = random(NumberOfBytes ?? DATA_KEY_BYTES[KeySpec]);
    const { blob: CiphertextBlob, materialId } = await keyring.encrypt(key, Plaintext, EncryptionContext);
    return { output: { CiphertextBlob, Plaintext, KeyId: key.arn, KeyMaterialId: materialId }, materialId };
  },
);

export const generateRandom = accepts(
  structure(
    { NumberOfBytes: optional(integer(RANDOM_BYTES)), CustomKeyStoreId: optional(customKeyStoreId), Recipient: recipient },
    (input) => {
      if (input.NumberOfBytes === undefined) throw new KmsError("ValidationException", "NumberOfBytes is required.");
      refuseRecipient(input);
      if (input.CustomKeyStoreId !== undefined) {
        throw new KmsError("UnsupportedOperationException", "Custom key stores are not available yet.");
      }
    },
  ),
  ({ NumberOfBytes = 0 }, { random }) => ({ output: { Plaintext: random(NumberOfBytes) } }),
);
