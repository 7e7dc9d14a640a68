// Key material that others make for import: by the openssl commands of AWS's guide, and by node:crypto.

import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { inFolder, openssl } from "./wrappers.ts";

export interface OutsideKey {
  /** What is wrapped and sent: bytes, or PKCS#8 in DER. */
  readonly material: Buffer;
  /** The pair's, as OpenSSL prints it from the private key. */
  readonly spki: Buffer | undefined;
}

export const privateKeyOf = ({ material }: OutsideKey): KeyObject =>
  createPrivateKey({ key: material, format: "der", type: "pkcs8" });

/** The names of a curve: genpkey's, node:crypto's. */
export const CURVES: Readonly<Record<string, string>> = {
  ECC_NIST_P256: "P-256",
  ECC_NIST_P384: "P-384",
  ECC_NIST_P521: "P-521",
  ECC_SECG_P256K1: "secp256k1",
};

/** By spec: the fewest bytes that are a key, and the most. */
const KEY_BYTES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  SYMMETRIC_DEFAULT: [32, 32],
  HMAC_224: [28, 128],
  HMAC_256: [32, 128],
  HMAC_384: [48, 128],
  HMAC_512: [64, 128],
};

const bitsOf = (spec: string): number => Number(spec.slice("RSA_".length));

/** `openssl genpkey … | openssl pkcs8 -topk8 -outform der -nocrypt`. */
function pairByOpenssl(spec: string): Buffer {
  const curve = CURVES[spec];
  const options = curve === undefined ? ["RSA", `rsa_keygen_bits:${bitsOf(spec)}`] : ["EC", `ec_paramgen_curve:${curve}`];
  const [algorithm = "", option = ""] = options;
  return inFolder((path) => {
    openssl("genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", path("key.pem"));
    return openssl("pkcs8", "-topk8", "-outform", "der", "-nocrypt", "-in", path("key.pem"));
  });
}

function pairByNode(spec: string): Buffer {
  const namedCurve = CURVES[spec];
  const { privateKey } =
    namedCurve === undefined
      ? generateKeyPairSync("rsa", { modulusLength: bitsOf(spec) })
      : generateKeyPairSync("ec", { namedCurve });
  return privateKey.export({ format: "der", type: "pkcs8" });
}

/** The public key that the openssl command prints of a private one. */
const spkiByOpenssl = (pkcs8: Uint8Array): Buffer =>
  inFolder((path) => {
    writeFileSync(path("key.der"), pkcs8, { mode: 0o600 });
    return openssl("pkey", "-inform", "DER", "-in", path("key.der"), "-pubout", "-outform", "DER");
  });

/** The PKCS#8 that OpenSSL makes of a private key on a curve which its `ec` command has printed with these options. */
export const reprinted = (pkcs8: Uint8Array, ...options: readonly string[]): Buffer =>
  inFolder((path) => {
    writeFileSync(path("key.der"), pkcs8, { mode: 0o600 });
    openssl("ec", "-inform", "DER", "-in", path("key.der"), ...options, "-out", path("key.pem"));
    return openssl("pkcs8", "-topk8", "-outform", "der", "-nocrypt", "-in", path("key.pem"));
  });

/** Two keys of a spec: an openssl command's and node:crypto's; of keys that are no pairs, the shortest and the longest. */
export function outsideKeys(spec: string): readonly [OutsideKey, OutsideKey] {
  const bytes = KEY_BYTES[spec];
  if (bytes !== undefined) {
    const [least, most] = bytes;
    const [short, long] = [openssl("rand", String(least)), randomBytes(most)];
    return [
      { material: short, spki: undefined },
      { material: long, spki: undefined },
    ];
  }
  const pairOf = (material: Buffer): OutsideKey => ({ material, spki: spkiByOpenssl(material) });
  return [pairOf(pairByOpenssl(spec)), pairOf(pairByNode(spec))];
}
