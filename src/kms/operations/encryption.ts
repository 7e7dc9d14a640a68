// Encrypt, Decrypt and ReEncrypt. Source: KMS API reference.

import type { EncryptionContext } from "../../keyring/ciphertext.ts";
import { ApiError } from "../../wire/api-error.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { blob, type Decoded, listOf, oneOf, optional, sensitive, structure } from "../../wire/shape.ts";
import { missing } from "../../wire/violations.ts";
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
  requireAlgorithm,
} from "../members.ts";
import { accepts, type Call } from "../operation.ts";

const SYMMETRIC = "SYMMETRIC_DEFAULT";

export const encrypt = accepts(
  structure(
    {
      KeyId: keyId,
      Plaintext: sensitive(blob({ min: 1, max: 4096 })),
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
    return { output: { CiphertextBlob, KeyId: key.arn, EncryptionAlgorithm }, noted: { keyMaterialId: materialId } };
  },
);

const ignorable = {
  CiphertextBlob: optional(ciphertextBlob),
  GrantTokens: grantTokens,
  DryRun: dryRun,
  DryRunModifiers: optional(listOf(oneOf("IGNORE_CIPHERTEXT"))),
};

/** A ciphertext may be left out of a dry run that names the key; the key must be named where the ciphertext does not. */
function checkIgnorable(
  input: Decoded<typeof ignorable>,
  algorithm: string,
  key: { readonly name: string; readonly given: boolean },
): void {
  const { CiphertextBlob, DryRun = false, DryRunModifiers = [] } = input;
  const ignored = DryRunModifiers.includes("IGNORE_CIPHERTEXT");
  if (ignored && !DryRun) throw new ApiError("ValidationException", "DryRunModifiers can only be specified when DryRun is true.");
  if (CiphertextBlob === undefined && !ignored) throw missing("ciphertextBlob");
  if (!key.given && (ignored || algorithm !== SYMMETRIC)) throw missing(key.name);
}

/** Opens the ciphertext of a call; undefined where a dry run has left it out. */
async function open(
  { key, ciphertext, keyring }: Call,
  algorithm: string,
  context: EncryptionContext,
  { DryRunModifiers = [] }: Decoded<typeof ignorable>,
): Promise<{ plaintext: Bytes; materialId: string } | undefined> {
  requireAlgorithm(key, algorithm);
  if (DryRunModifiers.includes("IGNORE_CIPHERTEXT")) return undefined;
  const opened = ciphertext === undefined ? undefined : await keyring.decrypt(key, ciphertext, context);
  if (opened === undefined) throw new ApiError("InvalidCiphertextException");
  return opened;
}

/** What a dry run would have answered; its end keeps it from leaving. */
const NOTHING = { output: {} };

export const decrypt = accepts(
  structure(
    {
      ...ignorable,
      EncryptionContext: encryptionContext,
      KeyId: optional(keyId),
      EncryptionAlgorithm: encryptionAlgorithm,
      Recipient: recipient,
    },
    (input) => {
      checkContext(input);
      refuseRecipient(input);
      checkIgnorable(input, input.EncryptionAlgorithm, { name: "keyId", given: input.KeyId !== undefined });
    },
  ),
  async (input, call) => {
    const { EncryptionContext = NO_CONTEXT, EncryptionAlgorithm } = input;
    const opened = await open(call, EncryptionAlgorithm, EncryptionContext, input);
    if (opened === undefined) return NOTHING;
    const { plaintext: Plaintext, materialId: KeyMaterialId } = opened;
    return {
      output: { KeyId: call.key.arn, Plaintext, EncryptionAlgorithm, KeyMaterialId },
      noted: { keyMaterialId: KeyMaterialId },
    };
  },
);

export const reEncrypt = accepts(
  structure(
    {
      ...ignorable,
      SourceEncryptionContext: encryptionContext,
      SourceKeyId: optional(keyId),
      DestinationKeyId: keyId,
      DestinationEncryptionContext: encryptionContext,
      SourceEncryptionAlgorithm: encryptionAlgorithm,
      DestinationEncryptionAlgorithm: encryptionAlgorithm,
    },
    (input) => {
      const { SourceEncryptionContext = NO_CONTEXT, DestinationEncryptionContext = NO_CONTEXT } = input;
      for (const EncryptionContext of [SourceEncryptionContext, DestinationEncryptionContext])
        checkContext({ EncryptionContext });
      checkIgnorable(input, input.SourceEncryptionAlgorithm, { name: "sourceKeyId", given: input.SourceKeyId !== undefined });
    },
  ),
  async (input, call) => {
    const { key: source, destination, keyring } = call;
    const { SourceEncryptionContext = NO_CONTEXT, DestinationEncryptionContext = NO_CONTEXT } = input;
    const { SourceEncryptionAlgorithm, DestinationEncryptionAlgorithm } = input;
    requireAlgorithm(source, SourceEncryptionAlgorithm);
    requireAlgorithm(destination, DestinationEncryptionAlgorithm);
    const opened = await open(call, SourceEncryptionAlgorithm, SourceEncryptionContext, input);
    if (opened === undefined) return NOTHING;
    const sealed = await keyring.encrypt(destination, opened.plaintext, DestinationEncryptionContext);
    return {
      output: {
        CiphertextBlob: sealed.blob,
        SourceKeyId: source.arn,
        KeyId: destination.arn,
        SourceEncryptionAlgorithm,
        DestinationEncryptionAlgorithm,
        SourceKeyMaterialId: opened.materialId,
        DestinationKeyMaterialId: sealed.materialId,
      },
      noted: { sourceKeyMaterialId: opened.materialId, destinationKeyMaterialId: sealed.materialId },
    };
  },
);
