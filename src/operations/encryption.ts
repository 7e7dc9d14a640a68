// Encrypt and Decrypt. Source: KMS API reference.

import type { Key } from "../keyring/key.ts";
import { algorithmsOf } from "../keyring/specs.ts";
import { KmsError } from "../wire/faults.ts";
import { blob, listOf, oneOf, optional, structure } from "../wire/shape.ts";
import {
  checkContext,
  ciphertextBlob,
  dryRun,
  encryptionAlgorithm,
  encryptionContext,
  grantTokens,
  keyId,
  NO_CONTEXT,
  recipient,
  refuseRecipient,
} from "./members.ts";
import { accepts } from "./operation.ts";

const SYMMETRIC = "SYMMETRIC_DEFAULT";

function requireAlgorithm({ spec, usage }: Key, algorithm: string): void {
  if (!algorithmsOf(spec, usage).includes(algorithm)) {
    throw new KmsError("InvalidKeyUsageException", `Algorithm ${algorithm} is incompatible with key spec ${spec}.`);
  }
}

export const encrypt = accepts(
  structure(
    {
      KeyId: keyId,
      Plaintext: blob({ min: 1, max: 4096 }),
      EncryptionContext: encryptionContext,
      GrantTokens: grantTokens,
      EncryptionAlgorithm: encryptionAlgorithm,
      DryRun: dryRun,
    },
    checkContext,
  ),
  async ({ Plaintext, EncryptionContext = NO_CONTEXT, EncryptionAlgorithm }, { key, keyring }) => {
    requireAlgorithm(key, EncryptionAlgorithm);
    const { blob: CiphertextBlob, materialId } = await keyring.encrypt(key, Plaintext, EncryptionContext);
    return { output: { CiphertextBlob, KeyId: key.arn, EncryptionAlgorithm }, materialId };
  },
);

export const decrypt = accepts(
  structure(
    {
      CiphertextBlob: optional(ciphertextBlob),
      EncryptionContext: encryptionContext,
      GrantTokens: grantTokens,
      KeyId: optional(keyId),
      EncryptionAlgorithm: encryptionAlgorithm,
      Recipient: recipient,
      DryRun: dryRun,
      DryRunModifiers: optional(listOf(oneOf("IGNORE_CIPHERTEXT"))),
    },
    (input) => {
      checkContext(input);
      refuseRecipient(input);
      const { CiphertextBlob, KeyId, EncryptionAlgorithm, DryRun = false, DryRunModifiers = [] } = input;
      const ignored = DryRunModifiers.includes("IGNORE_CIPHERTEXT");
      if (ignored && !DryRun)
        throw new KmsError("ValidationException", "DryRunModifiers can only be specified when DryRun is true.");
      if (CiphertextBlob === undefined && !ignored) throw missing("ciphertextBlob");
      if (KeyId === undefined && (ignored || EncryptionAlgorithm !== SYMMETRIC)) throw missing("keyId");
    },
  ),
  async ({ EncryptionContext = NO_CONTEXT, EncryptionAlgorithm, DryRunModifiers = [] }, { key, ciphertext, keyring }) => {
    requireAlgorithm(key, EncryptionAlgorithm);
    if (DryRunModifiers.includes("IGNORE_CIPHERTEXT")) return { output: {} }; // the dry run ends this call before its answer
    const opened = ciphertext === undefined ? undefined : await keyring.decrypt(key, ciphertext, EncryptionContext);
    if (opened === undefined) throw new KmsError("InvalidCiphertextException");
    const { plaintext: Plaintext, materialId } = opened;
    return { output: { KeyId: key.arn, Plaintext, EncryptionAlgorithm, KeyMaterialId: materialId }, materialId };
  },
);

const missing = (member: string): KmsError =>
  new KmsError(
    "ValidationException",
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
