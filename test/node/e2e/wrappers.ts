// Key material wrapped as its owners do it: by the openssl commands of AWS's guide, by node:crypto, by Python's cryptography.

import { execFileSync } from "node:child_process";
import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PATIENCE_MS = 30_000;

/** Wraps material by one of AWS's wrapping algorithms. `publicKey`: SubjectPublicKeyInfo. */
export type Wrap = (algorithm: string, publicKey: Uint8Array, material: Uint8Array) => Buffer;

interface Wrapper {
  readonly name: string;
  readonly wrap: Wrap;
  /** The wrapping keys that it wraps for. */
  readonly wrappingSpecs: readonly string[];
  /** Why it cannot be had on this machine. */
  readonly missing?: string | undefined;
}

const hashOf = (algorithm: string): string => (algorithm.endsWith("SHA_1") ? "sha1" : "sha256");
const isHybrid = (algorithm: string): boolean => algorithm.startsWith("RSA_AES_KEY_WRAP");

/** A folder that is gone when the work is done. */
export function inFolder<T>(work: (path: (name: string) => string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "edgekeep-wrapping-"));
  try {
    return work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const openssl = (...words: readonly string[]): Buffer =>
  execFileSync("openssl", words, { stdio: ["ignore", "pipe", "ignore"], timeout: PATIENCE_MS });

export const byOpenssl: Wrap = (algorithm, publicKey, material) =>
  inFolder((path) => {
    writeFileSync(path("WrappingPublicKey.bin"), publicKey);
    writeFileSync(path("KeyMaterial.bin"), material);
    const hash = hashOf(algorithm);
    const encrypt = (from: string, to: string): Buffer =>
      openssl(
        ...["pkeyutl", "-encrypt", "-in", path(from), "-out", path(to)],
        ...["-inkey", path("WrappingPublicKey.bin"), "-keyform", "DER", "-pubin"],
        ...["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", `rsa_oaep_md:${hash}`, "-pkeyopt", `rsa_mgf1_md:${hash}`],
      );
    if (!isHybrid(algorithm)) {
      encrypt("KeyMaterial.bin", "EncryptedKeyMaterial.bin");
      return readFileSync(path("EncryptedKeyMaterial.bin"));
    }
    openssl("rand", "-out", path("aes-key.bin"), "32");
    const aes = readFileSync(path("aes-key.bin")).toString("hex");
    const [from, to] = [path("KeyMaterial.bin"), path("key-material-wrapped.bin")];
    openssl("enc", "-id-aes256-wrap-pad", "-iv", "A65959A6", "-K", aes, "-in", from, "-out", to);
    encrypt("aes-key.bin", "aes-key-wrapped.bin");
    return Buffer.concat([readFileSync(path("aes-key-wrapped.bin")), readFileSync(path("key-material-wrapped.bin"))]);
  });

const byNode: Wrap = (algorithm, publicKey, material) => {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
  const encrypt = (bytes: Uint8Array): Buffer =>
    publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hashOf(algorithm) }, bytes);
  if (!isHybrid(algorithm)) return encrypt(material);
  const aes = randomBytes(32);
  const cipher = createCipheriv("id-aes256-wrap-pad", aes, Buffer.from("A65959A6", "hex"));
  return Buffer.concat([encrypt(aes), cipher.update(material), cipher.final()]);
};

const PYTHON = `
import base64, json, os, sys
from cryptography.hazmat.primitives import hashes, keywrap, serialization
from cryptography.hazmat.primitives.asymmetric import padding
asked = json.load(sys.stdin)
material = base64.b64decode(asked["material"])
key = serialization.load_der_public_key(base64.b64decode(asked["publicKey"]))
hash = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}[asked["hash"]]
encrypt = lambda plain: key.encrypt(plain, padding.OAEP(mgf=padding.MGF1(hash()), algorithm=hash(), label=None))
aes = os.urandom(32)
wrapped = encrypt(aes) + keywrap.aes_key_wrap_with_padding(aes, material) if asked["isHybrid"] else encrypt(material)
sys.stdout.buffer.write(wrapped)
`;

const byPython: Wrap = (algorithm, publicKey, material) =>
  execFileSync("python3", ["-c", PYTHON], {
    timeout: PATIENCE_MS,
    input: JSON.stringify({
      material: Buffer.from(material).toString("base64"),
      publicKey: Buffer.from(publicKey).toString("base64"),
      hash: hashOf(algorithm),
      isHybrid: isHybrid(algorithm),
    }),
  });

function whyNoPython(): string | undefined {
  try {
    execFileSync("python3", ["-c", "import cryptography"], { stdio: "ignore", timeout: PATIENCE_MS });
    return undefined;
  } catch {
    return "no python3 with cryptography is installed here";
  }
}

export const WRAPPING_SPECS = ["RSA_2048", "RSA_3072", "RSA_4096"];

export const WRAPPERS: readonly Wrapper[] = [
  { name: "openssl", wrap: byOpenssl, wrappingSpecs: WRAPPING_SPECS },
  { name: "node:crypto", wrap: byNode, wrappingSpecs: WRAPPING_SPECS },
  // Python starts slowly, so it wraps for one of them, the shortest that carries every key.
  { name: "Python's cryptography", wrap: byPython, wrappingSpecs: ["RSA_3072"], missing: whyNoPython() },
];
