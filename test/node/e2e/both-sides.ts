// Whether a key of the service is the key that somebody holds outside: each of its uses in both directions, outside by node:crypto.

import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
import { expect } from "vitest";
import type { KeyUsage } from "../../../src/keyring/key.ts";
import { KEY_TYPES } from "../../vectors/key-types.ts";
import { CURVES, type OutsideKey, privateKeyOf } from "./outside-keys.ts";

const MESSAGE = Buffer.from("what one side seals or signs, the other opens or verifies");

/** One call of the service. Bytes go as bytes and come as bytes, under the names of the members; other members as they are. */
export type Call = (operation: string, input: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, unknown>>>;

export interface BothSides {
  readonly call: Call;
  readonly account: string;
  readonly KeyId: string;
  readonly spec: string;
  /** The id of the material that the service has taken in; of symmetric keys alone. */
  readonly materialId: string;
  readonly outside: OutsideKey;
}

/** Does everything that a key of a usage does, in both directions; before that, the public keys are compared. */
export async function expectAgreement(usage: KeyUsage, sides: BothSides): Promise<void> {
  const { call, KeyId, outside } = sides;
  if (outside.spki !== undefined) expect(bytesOf((await call("GetPublicKey", { KeyId }))["PublicKey"])).toEqual(outside.spki);
  const agree = AGREEING[usage];
  if (agree === undefined) throw new Error(`nothing is known of keys for ${usage}`);
  await agree(sides);
}

const AGREEING: Readonly<Partial<Record<KeyUsage, (sides: BothSides) => Promise<void>>>> = {
  SIGN_VERIFY: signaturesAgree,
  GENERATE_VERIFY_MAC: macsAgree,
  KEY_AGREEMENT: secretsAgree,
  ENCRYPT_DECRYPT: (sides) => (sides.outside.spki === undefined ? ciphertextsAgree(sides) : oaepAgrees(sides)),
};

const bytesOf = (value: unknown): Buffer => Buffer.from(String(value), "base64");

async function signaturesAgree({ call, KeyId, spec, outside }: BothSides): Promise<void> {
  for (const SigningAlgorithm of KEY_TYPES[spec]?.usages.SIGN_VERIFY ?? []) {
    const hash = SigningAlgorithm.replace(/^.*SHA_(\d+)$/, "sha$1");
    const padding = SigningAlgorithm.startsWith("RSASSA_PSS")
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
      : {};
    const privateKey = privateKeyOf(outside);
    const { Signature: made } = await call("Sign", { KeyId, Message: MESSAGE, SigningAlgorithm });
    expect(verify(hash, MESSAGE, { key: createPublicKey(privateKey), ...padding }, bytesOf(made)), SigningAlgorithm).toBe(true);
    const Signature = sign(hash, MESSAGE, { key: privateKey, ...padding });
    const { SignatureValid } = await call("Verify", { KeyId, Message: MESSAGE, Signature, SigningAlgorithm });
    expect(SignatureValid, SigningAlgorithm).toBe(true);
  }
}

async function macsAgree({ call, KeyId, spec, outside }: BothSides): Promise<void> {
  const bits = spec.slice("HMAC_".length);
  const MacAlgorithm = `HMAC_SHA_${bits}`;
  const macOf = (message: Buffer): Buffer => createHmac(`sha${bits}`, outside.material).update(message).digest();
  const made = await call("GenerateMac", { KeyId, Message: MESSAGE, MacAlgorithm });
  expect(bytesOf(made["Mac"])).toEqual(macOf(MESSAGE));
  const other = Buffer.from("another message");
  const { MacValid } = await call("VerifyMac", { KeyId, Message: other, Mac: macOf(other), MacAlgorithm });
  expect(MacValid).toBe(true);
}

async function secretsAgree({ call, KeyId, spec, outside }: BothSides): Promise<void> {
  const peer = generateKeyPairSync("ec", { namedCurve: CURVES[spec] ?? "" });
  const PublicKey = peer.publicKey.export({ format: "der", type: "spki" });
  const { SharedSecret } = await call("DeriveSharedSecret", { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey });
  const printed = bytesOf((await call("GetPublicKey", { KeyId }))["PublicKey"]);
  const publicKey = createPublicKey({ key: printed, format: "der", type: "spki" });
  expect(bytesOf(SharedSecret)).toEqual(diffieHellman({ privateKey: peer.privateKey, publicKey })); // as the peer has it
  expect(bytesOf(SharedSecret)).toEqual(diffieHellman({ privateKey: privateKeyOf(outside), publicKey: peer.publicKey }));
}

async function oaepAgrees({ call, KeyId, outside }: BothSides): Promise<void> {
  const privateKey = privateKeyOf(outside);
  for (const [EncryptionAlgorithm, oaepHash] of [
    ["RSAES_OAEP_SHA_1", "sha1"],
    ["RSAES_OAEP_SHA_256", "sha256"],
  ] as const) {
    const CiphertextBlob = publicEncrypt({ key: createPublicKey(privateKey), oaepHash }, MESSAGE);
    const { Plaintext } = await call("Decrypt", { KeyId, CiphertextBlob, EncryptionAlgorithm });
    expect(bytesOf(Plaintext)).toEqual(MESSAGE);
    const made = await call("Encrypt", { KeyId, Plaintext: MESSAGE, EncryptionAlgorithm });
    expect(privateDecrypt({ key: privateKey, oaepHash }, bytesOf(made["CiphertextBlob"]))).toEqual(MESSAGE);
  }
}

const CONTEXT = { "z last": "1", "a first": "2", é: "" };

/** docs/formats.md, "Canonical encryption context". */
function contextBytes(context: Readonly<Record<string, string>>): Buffer {
  const u32 = (value: number): Buffer => Buffer.from(value.toString(16).padStart(8, "0"), "hex");
  const pairs = Object.entries(context).map((pair) => pair.map((text) => Buffer.from(text)));
  pairs.sort(([left = MESSAGE], [right = MESSAGE]) => Buffer.compare(left, right));
  return Buffer.concat([u32(pairs.length), ...pairs.flat().flatMap((text) => [u32(text.byteLength), text])]);
}

const [ORIGIN_BYTES, NONCE_BYTES, HEADER_BYTES, TAG_BYTES] = [39, 16, 87, 16];

/** docs/formats.md, "Ciphertext of a symmetric key, version 1": how one begins that names its key and its material. */
const originOf = ({ account, KeyId, materialId }: BothSides): Buffer =>
  Buffer.from(
    `0100${Number(account).toString(16).padStart(10, "0")}${KeyId.replaceAll("-", "")}${materialId.slice(0, 32)}`,
    "hex",
  );

function scheduleOf(material: Buffer, nonce: Buffer) {
  const derived = Buffer.from(hkdfSync("sha256", material, nonce, "edgekeep/v1/message", 76));
  return { aes: derived.subarray(0, 32), iv: derived.subarray(32, 44), commitment: derived.subarray(44) };
}

/** Seals a message as the service would, knowing the material. */
export function sealOutside(sides: BothSides, plaintext: Buffer) {
  const nonce = randomBytes(NONCE_BYTES);
  const { aes, iv, commitment } = scheduleOf(sides.outside.material, nonce);
  const header = Buffer.concat([originOf(sides), nonce, commitment]);
  const cipher = createCipheriv("aes-256-gcm", aes, iv).setAAD(Buffer.concat([header, contextBytes(CONTEXT)]));
  const blob = Buffer.concat([header, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return { blob, EncryptionContext: CONTEXT };
}

/** Opens what the service has sealed, knowing the material. */
function openOutside(sides: BothSides, blob: Buffer): Buffer {
  const header = blob.subarray(0, HEADER_BYTES);
  expect(header.subarray(0, ORIGIN_BYTES)).toEqual(originOf(sides));
  const { aes, iv, commitment } = scheduleOf(sides.outside.material, header.subarray(ORIGIN_BYTES, ORIGIN_BYTES + NONCE_BYTES));
  expect(header.subarray(ORIGIN_BYTES + NONCE_BYTES)).toEqual(commitment);
  const cipher = createDecipheriv("aes-256-gcm", aes, iv).setAAD(Buffer.concat([header, contextBytes(CONTEXT)]));
  cipher.setAuthTag(blob.subarray(-TAG_BYTES));
  return Buffer.concat([cipher.update(blob.subarray(HEADER_BYTES, -TAG_BYTES)), cipher.final()]);
}

async function ciphertextsAgree(sides: BothSides): Promise<void> {
  const { call, KeyId, materialId } = sides;
  const { CiphertextBlob } = await call("Encrypt", { KeyId, Plaintext: MESSAGE, EncryptionContext: CONTEXT });
  expect(openOutside(sides, bytesOf(CiphertextBlob))).toEqual(MESSAGE);
  for (const [blob, plaintext] of [
    [bytesOf(CiphertextBlob), MESSAGE],
    [sealOutside(sides, Buffer.from("sealed outside")).blob, Buffer.from("sealed outside")],
  ] as const) {
    const opened = await call("Decrypt", { CiphertextBlob: blob, EncryptionContext: CONTEXT });
    expect(bytesOf(opened["Plaintext"])).toEqual(plaintext);
    expect(opened["KeyMaterialId"]).toBe(materialId);
  }
}
