// Trials of the keys that operations with a key's material add.

import { PLAINTEXT } from "../support/new-key.ts";
import type { Members, Stage, Trial } from "./condition-trials.ts";

/** An operation, how it names its key, and the rest of its input. */
interface Use {
  readonly operation: string;
  readonly member?: "KeyId" | "SourceKeyId" | "DestinationKeyId";
  readonly kind: keyof Stage["keys"];
  readonly on?: string;
  readonly rest: Members | ((stage: Stage) => Promise<Members>);
  readonly fails?: string;
}

const CONTEXT = { Team: "blue", "aws:s3/arn": "x" };
const OTHER_CONTEXT = { Team: "green" };
const DATA_KEY = { KeySpec: "AES_128" };
const PAIR = { KeyPairSpec: "ECC_NIST_P256" };
const DIGEST = btoa("d".repeat(32));

const dataKey = (operation: string, rest: Members): Use => ({ operation, kind: "cipher", rest });
const CIPHERS: readonly Use[] = [
  dataKey("Encrypt", { Plaintext: PLAINTEXT }),
  dataKey("GenerateDataKey", DATA_KEY),
  dataKey("GenerateDataKeyWithoutPlaintext", DATA_KEY),
  dataKey("GenerateDataKeyPair", PAIR),
  dataKey("GenerateDataKeyPairWithoutPlaintext", PAIR),
];
const DECRYPT: Use = {
  ...{ operation: "Decrypt", kind: "cipher" },
  rest: async ({ keys, encrypted }) => ({ CiphertextBlob: await encrypted(keys.cipher) }),
};
const recrypted = async ({ keys, encrypted }: Stage): Promise<Members> => ({
  CiphertextBlob: await encrypted(keys.bare),
  DestinationKeyId: keys.cipher,
});
const FROM: Use = {
  ...{ operation: "ReEncrypt", on: "ReEncryptFrom", kind: "cipher", member: "SourceKeyId" },
  rest: async ({ keys, encrypted }) => ({ CiphertextBlob: await encrypted(keys.cipher), DestinationKeyId: keys.bare }),
};
const TO: Use = { operation: "ReEncrypt", on: "ReEncryptTo", kind: "cipher", member: "DestinationKeyId", rest: recrypted };

const OTHERS: readonly Use[] = [
  { operation: "Sign", kind: "signing", rest: { Message: PLAINTEXT, SigningAlgorithm: "ECDSA_SHA_256" } },
  {
    ...{ operation: "Verify", kind: "signing", fails: "KMSInvalidSignatureException" },
    rest: { Message: PLAINTEXT, SigningAlgorithm: "ECDSA_SHA_256", Signature: DIGEST },
  },
  { operation: "GenerateMac", kind: "mac", rest: { Message: PLAINTEXT, MacAlgorithm: "HMAC_SHA_256" } },
  {
    ...{ operation: "VerifyMac", kind: "mac", fails: "KMSInvalidMacException" },
    rest: { Message: PLAINTEXT, MacAlgorithm: "HMAC_SHA_256", Mac: DIGEST },
  },
  {
    ...{ operation: "DeriveSharedSecret", kind: "agreement" },
    rest: async ({ call, keys }) => ({
      KeyAgreementAlgorithm: "ECDH",
      PublicKey: (await call("GetPublicKey", { KeyId: keys.agreement })).json["PublicKey"],
    }),
  },
  { operation: "Encapsulate", kind: "kem", rest: { EncapsulationAlgorithm: "ML_KEM" } },
  {
    ...{ operation: "Decapsulate", kind: "kem" },
    rest: async ({ call, keys }) => {
      const { json } = await call("Encapsulate", { KeyId: keys.kem, EncapsulationAlgorithm: "ML_KEM" });
      return { EncapsulationAlgorithm: "ML_KEM", SharedSecretCiphertextBlob: json["SharedSecretCiphertextBlob"] };
    },
  },
  { operation: "DescribeKey", kind: "cipher", rest: {} },
  { operation: "GetPublicKey", kind: "signing", rest: {} },
];

/** Its input, with the key by its id or as it is said. */
const inputOf =
  ({ member = "KeyId", kind, rest }: Use, more: (stage: Stage) => Members = () => ({})) =>
  async (stage: Stage): Promise<Members> => ({
    [member]: stage.keys[kind],
    ...(typeof rest === "function" ? await rest(stage) : rest),
    ...more(stage),
  });

const trialOf = ({ operation, on, fails }: Use) => ({
  ...{ operation },
  ...(on === undefined ? {} : { on }),
  ...(fails === undefined ? {} : { fails }),
});

function ofAliases(use: Use): Trial[] {
  const { kind, member = "KeyId" } = use;
  const common = { ...trialOf(use), key: "kms:RequestAlias" };
  const value = `alias/${kind}`;
  return [
    { ...common, value, input: inputOf(use, () => ({ [member]: value })), why: "which names its alias" },
    { ...common, value, input: inputOf(use, ({ arn }) => ({ [member]: arn(value) })), why: "which names its alias's ARN" },
    { ...common, other: value, input: inputOf(use), why: "which names its id" },
    { ...common, other: value, input: inputOf(use, ({ arn, keys }) => ({ [member]: arn(`key/${keys[kind]}`) })), why: "by ARN" },
  ];
}

/** `prefix`: of the members of a half of ReEncrypt. `fails`: with a context that is not the ciphertext's. */
function ofCiphers(use: Use, prefix = "", fails?: string): Trial[] {
  const name = `${prefix}EncryptionContext`;
  const bound = inputOf(use, () => ({ [name]: CONTEXT }));
  const trial = { ...trialOf(use), ...(fails === undefined ? {} : { fails }), input: bound };
  const bare = { ...trialOf(use), input: inputOf(use) };
  return [
    { ...trial, key: "kms:EncryptionContext:Team", value: "blue" },
    { ...trial, key: "kms:EncryptionContext:team", value: "blue", other: "Blue", why: "whatever the case of its name" },
    { ...trial, key: "kms:EncryptionContext:aws:s3/arn", value: "x" },
    { ...trial, key: "kms:EncryptionContext:aws:s3", other: "x", why: "which has a longer name" },
    { ...bare, key: "kms:EncryptionContext:Team", other: "blue", why: "without a context" },
    { ...trial, key: "kms:EncryptionContextKeys", value: Object.keys(CONTEXT), other: "team" },
    { ...bare, key: "kms:EncryptionContextKeys", other: "Team", why: "without a context" },
    { ...bare, key: "kms:EncryptionAlgorithm", value: "SYMMETRIC_DEFAULT", other: "RSAES_OAEP_SHA_256", why: "by default" },
  ];
}

const RSA = "RSAES_OAEP_SHA_1";
const byRsa = { EncryptionAlgorithm: RSA };
const WRONG = "InvalidCiphertextException";

/** Of ReEncrypt, each half sees its own. */
const OF_HALVES: readonly Trial[] = [FROM, TO].flatMap((use): Trial[] => {
  const isFrom = use === FROM;
  const [own, foreign] = isFrom ? ["Source", "Destination"] : ["Destination", "Source"];
  const both = () => ({ [`${own}EncryptionContext`]: CONTEXT, [`${foreign}EncryptionContext`]: OTHER_CONTEXT });
  const trial = { ...trialOf(use), input: inputOf(use, both), fails: WRONG };
  return [
    { ...trial, key: "kms:EncryptionContext:Team", value: "blue", other: "green", why: "beside the other half's" },
    { ...trial, key: "kms:EncryptionContextKeys", value: Object.keys(CONTEXT), other: "Key", why: "beside the other half's" },
    {
      ...trialOf(use),
      ...{ key: "kms:EncryptionAlgorithm", value: RSA, other: "SYMMETRIC_DEFAULT", why: "beside the other half's" },
      input: isFrom
        ? async ({ keys, encrypted }) => ({
            ...{ CiphertextBlob: await encrypted(keys.rsa, byRsa), SourceKeyId: keys.rsa, DestinationKeyId: keys.bare },
            SourceEncryptionAlgorithm: RSA,
          })
        : async ({ keys, encrypted }) => ({
            ...{ CiphertextBlob: await encrypted(keys.bare), DestinationKeyId: keys.rsa, DestinationEncryptionAlgorithm: RSA },
          }),
    },
    {
      ...trialOf(use),
      ...{ key: "kms:RequestAlias", value: "alias/cipher", other: "alias/second", why: "beside the other half's" },
      input: async ({ keys, encrypted }) => ({
        CiphertextBlob: await encrypted(keys.cipher),
        SourceKeyId: isFrom ? "alias/cipher" : "alias/second",
        DestinationKeyId: isFrom ? "alias/second" : "alias/cipher",
      }),
    },
    { ...trialOf(use), key: "kms:ReEncryptOnSameKey", value: "false", other: "true", input: inputOf(use) },
    {
      ...{ ...trialOf(use), key: "kms:ReEncryptOnSameKey", value: "true", other: "false" },
      input: async ({ keys, encrypted }) => ({ CiphertextBlob: await encrypted(keys.cipher), DestinationKeyId: "alias/second" }),
    },
  ];
});

const [SIGN, VERIFY, GENERATE_MAC, VERIFY_MAC, DERIVE] = OTHERS as readonly [Use, Use, Use, Use, Use];
const DIGESTED = { Message: DIGEST, MessageType: "DIGEST" };

export const OF_MATERIAL: readonly Trial[] = [
  ...[...CIPHERS, DECRYPT, FROM, TO, ...OTHERS].flatMap(ofAliases),
  ...CIPHERS.flatMap((use) => ofCiphers(use)),
  ...ofCiphers(DECRYPT, "", WRONG),
  ...ofCiphers(FROM, "Source", WRONG),
  ...ofCiphers(TO, "Destination"),
  ...OF_HALVES,
  {
    ...{ operation: "Decrypt", key: "kms:RequestAlias", other: "alias/cipher", why: "which names no key" },
    input: async ({ keys, encrypted }) => ({ CiphertextBlob: await encrypted(keys.cipher) }),
  },
  {
    ...{ operation: "Encrypt", key: "kms:EncryptionAlgorithm", value: RSA, other: "SYMMETRIC_DEFAULT" },
    input: ({ keys }) => ({ KeyId: keys.rsa, Plaintext: PLAINTEXT, ...byRsa }),
  },
  {
    ...{ operation: "Decrypt", key: "kms:EncryptionAlgorithm", value: RSA, other: "SYMMETRIC_DEFAULT" },
    input: async ({ keys, encrypted }) => ({ KeyId: keys.rsa, CiphertextBlob: await encrypted(keys.rsa, byRsa), ...byRsa }),
  },
  ...CIPHERS.filter(({ operation }) => operation.includes("Pair")).map((use) => ({
    ...{ ...trialOf(use), input: inputOf(use), key: "kms:DataKeyPairSpec", value: "ECC_NIST_P256", other: "RSA_2048" },
  })),
  ...[SIGN, VERIFY].flatMap((use): Trial[] => {
    const digested = { ...trialOf(use), input: inputOf(use, () => DIGESTED) };
    const plain = { ...trialOf(use), input: inputOf(use) };
    return [
      { ...plain, key: "kms:SigningAlgorithm", value: "ECDSA_SHA_256", other: "ECDSA_SHA_512" },
      { ...plain, key: "kms:MessageType", value: "RAW", other: "DIGEST", why: "by default" },
      { ...digested, key: "kms:MessageType", value: "DIGEST", other: "RAW" },
    ];
  }),
  ...[GENERATE_MAC, VERIFY_MAC].map((use) => ({
    ...{ ...trialOf(use), input: inputOf(use), key: "kms:MacAlgorithm", value: "HMAC_SHA_256", other: "HMAC_SHA_512" },
  })),
  { ...trialOf(DERIVE), input: inputOf(DERIVE), key: "kms:KeyAgreementAlgorithm", value: "ECDH", other: "DH" },
];
