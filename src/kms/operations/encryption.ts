// Encrypt, Decrypt and ReEncrypt. Source: KMS API reference.

import type { EncryptionContext } from "../../keyring/ciphertext.ts";
import type { Key } from "../../keyring/key.ts";
import type { Decrypted } from "../../keyring/keyring.ts";
import { bindsContext, keySpec } from "../../keyring/specs.ts";
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
  NOTHING,
  recipient,
  refuseRecipient,
  requireAlgorithm,
  requireNoContext,
  validation,
} from "../members.ts";
import { accepts, type Call } from "../operation.ts";

/** Asks what may be asked before a key is opened. */
function requireCipher(key: Key, algorithm: string, context: EncryptionContext): void {
  requireAlgorithm(key, algorithm);
  requireNoContext(algorithm, context);
}

/** What binds a context takes whatever a request may carry. */
function requireLength({ spec }: Key, algorithm: string, plaintext: Bytes): void {
  if (bindsContext(algorithm)) return;
  const most = keySpec(spec).plaintextBytesMax(algorithm);
  if (plaintext.byteLength > most)
    throw validation(`Algorithm ${algorithm} and key spec ${spec} cannot encrypt data larger than ${most} bytes.`);
}

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
    requireCipher(key, EncryptionAlgorithm, EncryptionContext);
    requireLength(key, EncryptionAlgorithm, Plaintext);
    const { blob: CiphertextBlob, materialId } = await keyring.encrypt(key, EncryptionAlgorithm, Plaintext, EncryptionContext);
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
  if (!key.given && (ignored || !bindsContext(algorithm))) throw missing(key.name);
}

/** Opens the ciphertext of a call; undefined where a dry run has left it out. */
async function open(
  { key, ciphertext, keyring }: Call,
  algorithm: string,
  context: EncryptionContext,
  { CiphertextBlob, DryRunModifiers = [] }: Decoded<typeof ignorable>,
): Promise<Decrypted | undefined> {
  if (DryRunModifiers.includes("IGNORE_CIPHERTEXT")) return undefined;
  const sealed = bindsContext(algorithm) ? ciphertext : CiphertextBlob;
  const opened = sealed === undefined ? undefined : await keyring.decrypt(key, algorithm, sealed, context);
  if (opened === undefined) throw new ApiError("InvalidCiphertextException");
  return opened;
}

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
    requireCipher(call.key, EncryptionAlgorithm, EncryptionContext);
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
    requireCipher(source, SourceEncryptionAlgorithm, SourceEncryptionContext);
    requireCipher(destination, DestinationEncryptionAlgorithm, DestinationEncryptionContext);
    const opened = await open(call, SourceEncryptionAlgorithm, SourceEncryptionContext, input);
    if (opened === undefined) return NOTHING;
    const { plaintext } = opened;
    requireLength(destination, DestinationEncryptionAlgorithm, plaintext);
    const sealed = await keyring.encrypt(destination, DestinationEncryptionAlgorithm, plaintext, DestinationEncryptionContext);
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
