// Keys on the curves P-256, P-384 and P-521 (NIST SP 800-186). The material is PKCS#8; each form that an algorithm needs is made of it
// when it is first asked for, and kept.

import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { ECDSA } from "@noble/curves/abstract/weierstrass.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { type Bytes, fromBase64Url, type Random } from "../wire/bytes.ts";
import { ecPrivateKeyOf } from "./ec-private-key.ts";
import { signDigest, signMessage, verifyDigest, verifyMessage } from "./ecdsa.ts";
import type { HashName } from "./hash.ts";
import { constant, importedPair, type Pair, platformPair } from "./pair.ts";
import { privateKeyOf } from "./pkcs8.ts";
import { Secret } from "./secret.ts";

export interface NistCurve {
  readonly name: "P-256" | "P-384" | "P-521";
  /** Of its signatures. */
  readonly hash: HashName;
  /** What signs and verifies a digest: neither Web Crypto nor node:crypto takes one. */
  readonly library: ECDSA;
  /** An uncompressed point stands at the end of a SubjectPublicKeyInfo. */
  readonly pointBytes: number;
  /** Of a private key's PKCS#8 with its public key. */
  readonly pkcs8Bytes: number;
  /** AlgorithmIdentifier (RFC 5480 §2.1), which names the curve. */
  readonly identifier: Bytes;
}

const P256_IDENTIFIER = constant("301306072a8648ce3d020106082a8648ce3d030107");
const P384_IDENTIFIER = constant("301006072a8648ce3d020106052b81040022");
const P521_IDENTIFIER = constant("301006072a8648ce3d020106052b81040023");

export const P256: NistCurve = {
  name: "P-256",
  hash: "sha256",
  library: p256,
  pointBytes: 65,
  pkcs8Bytes: 138,
  identifier: P256_IDENTIFIER,
};
export const P384: NistCurve = {
  name: "P-384",
  hash: "sha384",
  library: p384,
  pointBytes: 97,
  pkcs8Bytes: 185,
  identifier: P384_IDENTIFIER,
};
export const P521: NistCurve = {
  name: "P-521",
  hash: "sha512",
  library: p521,
  pointBytes: 133,
  pkcs8Bytes: 241,
  identifier: P521_IDENTIFIER,
};

export const generate = ({ name }: NistCurve): Promise<Pair> =>
  platformPair({ name: "ECDSA", namedCurve: name }, ["sign", "verify"]);

/**
 * Reads a key that somebody else has made: PKCS#8 of this curve by its name. The platform checks that the scalar is in range, and that a
 * public key which is there belongs to it.
 * @returns undefined for anything else.
 */
export async function read({ name, identifier }: NistCurve, bytes: Secret): Promise<Pair | undefined> {
  const pkcs8 = Secret.open(bytes);
  const inner = privateKeyOf(pkcs8, identifier);
  if (inner === undefined || ecPrivateKeyOf(inner, identifier) === undefined) return undefined;
  return importedPair(pkcs8, { name: "ECDSA", namedCurve: name }, ["sign"], ["verify"]);
}

export class NistPrivate {
  readonly #curve: NistCurve;
  readonly #material: Secret;
  #key: KeyObject | undefined;
  #scalar: Secret | undefined;
  #agreeing: Promise<CryptoKey> | undefined;

  constructor(curve: NistCurve, material: Secret) {
    this.#curve = curve;
    this.#material = material;
  }

  /** @returns a signature in DER over a message's hash. */
  signMessage(message: Bytes): Bytes {
    return signMessage(this.#curve.hash, this.#signing(), message);
  }

  /** @returns a signature in DER over a digest. */
  signDigest(digest: Bytes, random: Random): Bytes {
    this.#scalar ??= new Secret(fromBase64Url(this.#signing().export({ format: "jwk" }).d ?? "") ?? new Uint8Array());
    return signDigest(this.#curve.library, this.#scalar, digest, random);
  }

  /** The key for ECDH. */
  agreeing(): Promise<CryptoKey> {
    const algorithm = { name: "ECDH", namedCurve: this.#curve.name };
    this.#agreeing ??= crypto.subtle.importKey("pkcs8", Secret.open(this.#material), algorithm, false, ["deriveBits"]);
    return this.#agreeing;
  }

  #signing(): KeyObject {
    this.#key ??= createPrivateKey({ key: Secret.open(this.#material), format: "der", type: "pkcs8" });
    return this.#key;
  }
}

export class NistPublic {
  readonly #curve: NistCurve;
  readonly #key: KeyObject;
  readonly #point: Bytes;

  constructor(curve: NistCurve, spki: Bytes) {
    this.#curve = curve;
    this.#key = createPublicKey({ key: spki, format: "der", type: "spki" });
    this.#point = spki.subarray(-curve.pointBytes);
  }

  verifyMessage(message: Bytes, signature: Bytes): boolean {
    return verifyMessage(this.#curve.hash, this.#key, message, signature);
  }

  verifyDigest(digest: Bytes, signature: Bytes): boolean {
    return verifyDigest(this.#curve.library, this.#point, digest, signature);
  }
}
