// Data keys and random bytes. Source: KMS API reference.

import { DATA_KEY_PAIRS, DEFAULT_CIPHER, findKeySpec, KEY_SPECS } from "../../keyring/specs.ts";
import { ApiError } from "../../wire/api-error.ts";
import { type Decoded, integer, oneOf, optional, structure } from "../../wire/shape.ts";
import {
  checkContext,
  customKeyStoreId,
  dryRun,
  encryptionContext,
  grantTokens,
  keyId,
  NO_CONTEXT,
  NOTHING,
  recipient,
  refuseRecipient,
  requireAlgorithm,
  unsupportedSpec,
} from "../members.ts";
import { accepts, type Call } from "../operation.ts";

const RANDOM_BYTES = { min: 1, max: 1024 };
const DATA_KEY_BYTES = { AES_256: 32, AES_128: 16 } as const;

const dataKeySpecs = oneOf("AES_256", "AES_128");
const keySpecs = oneOf(...KEY_SPECS);

/** AWS asks first whether it is a spec of anything, and lists the keys' specs where it is not: those of data keys are not among them. */
const dataKeySpec: typeof dataKeySpecs = {
  ...dataKeySpecs,
  read(value, path, violations) {
    const isSpec = dataKeySpecs.constraints.values?.includes(value as string) || KEY_SPECS.some((name) => name === value);
    return isSpec ? dataKeySpecs.read(value, path, violations) : (keySpecs.read(value, path, violations) as never);
  },
};

/** Of each operation that makes a key for its caller, encrypted under one of his. */
const common = { KeyId: keyId, EncryptionContext: encryptionContext, GrantTokens: grantTokens, DryRun: dryRun };

const members = {
  ...common,
  NumberOfBytes: optional(integer(RANDOM_BYTES)),
  KeySpec: optional(dataKeySpec),
};

type DataKeyInput = Decoded<typeof members>;

function checkSize(input: DataKeyInput): void {
  if ((input.NumberOfBytes === undefined) === (input.KeySpec === undefined)) {
    throw new ApiError("ValidationException", "Please specify either number of bytes or key spec.");
  }
  checkContext(input);
}

/** A new data key, in the clear and encrypted: the ciphertext is an ordinary one of Encrypt. */
async function makeDataKey(input: DataKeyInput, { key, keyring, random }: Call) {
  const { EncryptionContext = NO_CONTEXT, NumberOfBytes, KeySpec = "AES_256" } = input;
  requireAlgorithm(key, DEFAULT_CIPHER);
  const plaintext = random(NumberOfBytes ?? DATA_KEY_BYTES[KeySpec]);
  const { blob, materialId } = await keyring.encrypt(key, DEFAULT_CIPHER, plaintext, EncryptionContext);
  return {
    plaintext,
    sealed: { CiphertextBlob: blob, KeyId: key.arn, KeyMaterialId: materialId },
    noted: { keyMaterialId: materialId },
  };
}

export const generateDataKey = accepts(
  structure({ ...members, Recipient: recipient }, (input) => {
    checkSize(input);
    refuseRecipient(input);
  }),
  async (input, call) => {
    const { plaintext, sealed, noted } = await makeDataKey(input, call);
    return { output: { Plaintext: plaintext, ...sealed }, noted };
  },
);

export const generateDataKeyWithoutPlaintext = accepts(structure(members, checkSize), async (input, call) => {
  const { sealed, noted } = await makeDataKey(input, call);
  return { output: sealed, noted };
});

const pairMembers = { ...common, KeyPairSpec: oneOf(...DATA_KEY_PAIRS.keys()) };

/** A new data key pair, its private key in the clear and encrypted. A dry run makes none: a pair may take seconds. */
async function makePair(
  { EncryptionContext = NO_CONTEXT, KeyPairSpec, DryRun }: Decoded<typeof pairMembers>,
  { key, keyring }: Call,
) {
  requireAlgorithm(key, DEFAULT_CIPHER);
  if (findKeySpec(KeyPairSpec) === undefined) throw unsupportedSpec(KeyPairSpec);
  if (DryRun) return undefined;
  const { privateKey, publicKey: PublicKey } = await keyring.dataKeyPair(KeyPairSpec);
  const { blob, materialId } = await keyring.encrypt(key, DEFAULT_CIPHER, privateKey, EncryptionContext);
  return {
    privateKey,
    sealed: { PrivateKeyCiphertextBlob: blob, PublicKey, KeyId: key.arn, KeyPairSpec, KeyMaterialId: materialId },
    noted: { keyMaterialId: materialId },
  };
}

export const generateDataKeyPair = accepts(
  structure({ ...pairMembers, Recipient: recipient }, (input) => {
    checkContext(input);
    refuseRecipient(input);
  }),
  async (input, call) => {
    const made = await makePair(input, call);
    return made === undefined ? NOTHING : { output: { PrivateKeyPlaintext: made.privateKey, ...made.sealed }, noted: made.noted };
  },
);

export const generateDataKeyPairWithoutPlaintext = accepts(structure(pairMembers, checkContext), async (input, call) => {
  const made = await makePair(input, call);
  return made === undefined ? NOTHING : { output: made.sealed, noted: made.noted };
});

export const generateRandom = accepts(
  structure(
    { NumberOfBytes: optional(integer(RANDOM_BYTES)), CustomKeyStoreId: optional(customKeyStoreId), Recipient: recipient },
    (input) => {
      if (input.NumberOfBytes === undefined) throw new ApiError("ValidationException", "NumberOfBytes is required.");
      refuseRecipient(input);
      if (input.CustomKeyStoreId !== undefined) {
        throw new ApiError("UnsupportedOperationException", "Custom key stores are not available yet.");
      }
    },
  ),
  ({ NumberOfBytes = 0 }, { random }) => ({ output: { Plaintext: random(NumberOfBytes) } }),
);
