// Private keys, seeds and scalars leave nothing of themselves: not in a table, a record, a log line, an answer or an error. Their bytes are
// caught where the platform gives them, and looked for everywhere.

import { afterEach, expect, it, vi } from "vitest";
import { caught, everything, writings } from "../support/canaries.ts";
import { newAccount, raw } from "../support/client.ts";
import { logOf } from "../support/store.ts";
import { KEY_KINDS } from "../vectors/key-types.ts";

afterEach(() => vi.restoreAllMocks());

/** A call of each usage, and one that is refused. */
const CALLS: Readonly<Record<string, readonly (readonly [name: string, input: Record<string, unknown>])[]>> = {
  SIGN_VERIFY: ["ECDSA_SHA_256", "RSASSA_PSS_SHA_256", "ED25519_SHA_512", "ML_DSA_SHAKE_256"].flatMap((SigningAlgorithm) =>
    [
      { Message: "AA==" },
      { Message: new Uint8Array(32).toBase64(), MessageType: "DIGEST" },
      { Message: new Uint8Array(64).toBase64(), MessageType: "EXTERNAL_MU" },
    ].map((input) => ["Sign", { ...input, SigningAlgorithm }] as const),
  ),
  ENCRYPT_DECRYPT: [
    ["Encrypt", { Plaintext: "AA==", EncryptionAlgorithm: "RSAES_OAEP_SHA_256" }],
    ["Decrypt", { CiphertextBlob: new Uint8Array(256).toBase64(), EncryptionAlgorithm: "RSAES_OAEP_SHA_256" }],
    ["GenerateDataKeyPairWithoutPlaintext", { KeyPairSpec: "ECC_NIST_P256" }],
  ],
  GENERATE_VERIFY_MAC: ["224", "256", "384", "512"].map(
    (bits) => ["GenerateMac", { Message: "AA==", MacAlgorithm: `HMAC_SHA_${bits}` }] as const,
  ),
  KEY_AGREEMENT: [["DeriveSharedSecret", { KeyAgreementAlgorithm: "ECDH", PublicKey: "AA==" }]],
  ENCAPSULATE_DECAPSULATE: [["Encapsulate", { EncapsulationAlgorithm: "ML_KEM" }]],
};

it.each(KEY_KINDS)("of %s for %s", { timeout: 60_000 }, async (KeySpec, KeyUsage) => {
  const account = newAccount();
  const canaries = caught();
  const made = await raw("CreateKey", { KeySpec, KeyUsage }, { account });
  vi.restoreAllMocks(); // what is drawn later is no secret: nonces, salts of signatures, data keys that are answered
  const lines = await logOf(account);
  const { KeyId } = made.json["KeyMetadata"] as { KeyId: string };
  expect(canaries.length).toBeGreaterThan(0);
  const answers = [made];
  for (const [name, input] of CALLS[KeyUsage] ?? []) answers.push(await raw(name, { KeyId, ...input }, { account }));
  answers.push(await raw("GetPublicKey", { KeyId }, { account }), await raw("DescribeKey", { KeyId }, { account }));

  const texts = [
    ...(await everything(account)),
    ...lines.map((line) => JSON.stringify(line)),
    ...answers.map(({ text }) => text),
  ];
  expect(texts.length).toBeGreaterThan(10);
  for (const canary of canaries)
    for (const written of writings(canary)) expect(texts.filter((text) => text.includes(written))).toEqual([]);
});
