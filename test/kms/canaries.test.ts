// Private keys, seeds and scalars leave nothing of themselves: not in a table, a record, a log line, an answer or an error. Their bytes are
// caught where the platform gives them, and looked for everywhere.

import { afterEach, expect, it, vi } from "vitest";
import { newAccount, raw } from "../support/client.ts";
import { recordsOf } from "../support/records.ts";
import { inStore, logOf } from "../support/store.ts";
import { KEY_KINDS } from "../vectors/key-types.ts";

afterEach(() => vi.restoreAllMocks());

/** Long enough that no chance meets it. */
const CANARY_BYTES = 16;

/** Whatever the platform draws or prints of private keys from now on. */
function caught(): Uint8Array[] {
  const found: Uint8Array[] = [];
  const { exportKey } = crypto.subtle;
  vi.spyOn(crypto.subtle, "exportKey").mockImplementation(async (format, key) => {
    const exported = await exportKey.call(crypto.subtle, format, key);
    if (format === "pkcs8" && exported instanceof ArrayBuffer) found.push(...piecesOf(new Uint8Array(exported)));
    return exported;
  });
  const { getRandomValues } = crypto;
  vi.spyOn(crypto, "getRandomValues").mockImplementation((bytes) => {
    const drawn = getRandomValues.call(crypto, bytes);
    if (drawn instanceof Uint8Array && drawn.byteLength >= CANARY_BYTES) found.push(drawn.slice());
    return drawn as never;
  });
  return found;
}

/** What is private in a PKCS#8 stands behind its head: pieces of it from there on. The public point of a curve is at its end. */
function piecesOf(pkcs8: Uint8Array): Uint8Array[] {
  const [first, last] = pkcs8.byteLength > 1000 ? [700, pkcs8.byteLength] : [40, Math.min(pkcs8.byteLength, 60)];
  const pieces: Uint8Array[] = [];
  for (let at = first; at + CANARY_BYTES <= last; at += CANARY_BYTES) pieces.push(pkcs8.slice(at, at + CANARY_BYTES));
  return pieces;
}

/** The same bytes as people and programs write them. */
const writings = (canary: Uint8Array): string[] => {
  const text = canary.toBase64({ omitPadding: true });
  return [
    canary.toHex(),
    text.slice(0, -2),
    canary.toBase64({ alphabet: "base64url", omitPadding: true }).slice(0, -2),
    canary.join(","),
  ];
};

/** Everything that a store keeps, as text; bytes by their Latin-1 characters and in hexadecimal. */
const everything = (account: string): Promise<string[]> =>
  inStore(account, (_, { storage: { sql } }) => {
    const tables = sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    );
    return tables.toArray().flatMap(({ name }) =>
      sql
        .exec(`SELECT * FROM "${name}"`)
        .toArray()
        .flatMap((row) => Object.values(row))
        .map((value) => (value instanceof ArrayBuffer ? new Uint8Array(value).toHex() : String(value))),
    );
  });

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
    ...(await recordsOf(account)).map(({ record }) => record),
    ...lines.map((line) => JSON.stringify(line)),
    ...answers.map(({ text }) => text),
  ];
  expect(texts.length).toBeGreaterThan(10);
  for (const canary of canaries)
    for (const written of writings(canary)) expect(texts.filter((text) => text.includes(written))).toEqual([]);
});
