// ML-DSA (FIPS 204), hedged, with an empty context: over a message by Web Crypto; over a message representative µ, which an application
// has computed itself, by noble. The material is the seed ξ of 32 bytes; noble's expanded key is made of it when a µ is first signed.

import { ml_dsa44, ml_dsa65, ml_dsa87 } from "@noble/post-quantum/ml-dsa.js";
import type { Bytes, Random } from "../wire/bytes.ts";
import { behind, constant, type Pair, platformPair } from "./pair.ts";
import { Secret } from "./secret.ts";

export interface Parameters {
  readonly name: "ML-DSA-44" | "ML-DSA-65" | "ML-DSA-87";
  readonly library: typeof ml_dsa44;
  readonly pkcs8Prefix: Bytes;
  readonly publicBytes: number;
}

/** The last arc of the object identifier tells the three apart. */
const pkcs8Prefix = (arc: string): Bytes => constant(`3034020100300b06096086480165030403${arc}04228020`);

export const ML_DSA_44: Parameters = { name: "ML-DSA-44", library: ml_dsa44, pkcs8Prefix: pkcs8Prefix("11"), publicBytes: 1312 };
export const ML_DSA_65: Parameters = { name: "ML-DSA-65", library: ml_dsa65, pkcs8Prefix: pkcs8Prefix("12"), publicBytes: 1952 };
export const ML_DSA_87: Parameters = { name: "ML-DSA-87", library: ml_dsa87, pkcs8Prefix: pkcs8Prefix("13"), publicBytes: 2592 };

const SEED_BYTES = 32;
const HEDGE_BYTES = 32;
/** µ comes from outside. */
const EXTERNAL = { externalMu: true } as const;

export const generate = ({ name, pkcs8Prefix: prefix }: Parameters): Promise<Pair> =>
  platformPair({ name }, ["sign", "verify"], (pkcs8) => behind(prefix, SEED_BYTES, pkcs8));

export class MlDsaPrivate {
  readonly #parameters: Parameters;
  readonly #seed: Secret;
  readonly #key: CryptoKey;
  #expanded: Secret | undefined;

  private constructor(parameters: Parameters, seed: Secret, key: CryptoKey) {
    this.#parameters = parameters;
    this.#seed = seed;
    this.#key = key;
  }

  static async open(parameters: Parameters, seed: Secret): Promise<MlDsaPrivate> {
    const { name } = parameters;
    return new MlDsaPrivate(
      parameters,
      seed,
      await crypto.subtle.importKey("raw-seed", Secret.open(seed), { name }, false, ["sign"]),
    );
  }

  async sign(message: Bytes): Promise<Bytes> {
    return new Uint8Array(await crypto.subtle.sign({ name: this.#parameters.name }, this.#key, message));
  }

  /** Takes some milliseconds, and blocks the thread meanwhile. */
  signRepresentative(mu: Bytes, random: Random): Bytes {
    const { library } = this.#parameters;
    this.#expanded ??= new Secret(new Uint8Array(library.keygen(Secret.open(this.#seed)).secretKey));
    const extraEntropy = random(HEDGE_BYTES);
    return new Uint8Array(library.internal.sign(mu, Secret.open(this.#expanded), { ...EXTERNAL, extraEntropy }));
  }
}

export interface MlDsaPublic {
  readonly parameters: Parameters;
  readonly key: CryptoKey;
  readonly bytes: Bytes;
}

export const openPublic = async (parameters: Parameters, spki: Bytes): Promise<MlDsaPublic> => ({
  parameters,
  key: await crypto.subtle.importKey("spki", spki, { name: parameters.name }, false, ["verify"]),
  bytes: spki.subarray(-parameters.publicBytes),
});

export const verify = ({ parameters: { name }, key }: MlDsaPublic, message: Bytes, signature: Bytes): Promise<boolean> =>
  crypto.subtle.verify({ name }, key, signature, message);

export function verifyRepresentative({ parameters: { library }, bytes }: MlDsaPublic, mu: Bytes, signature: Bytes): boolean {
  try {
    return library.internal.verify(signature, mu, bytes, EXTERNAL);
  } catch {
    return false;
  }
}
