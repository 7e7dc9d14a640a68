// Wrapping: which RSA key and algorithm carry which key here. Like specs.ts a registry: it alone names them. Source: KMS developer guide,
// "Select a wrapping algorithm".

import { type OaepHash, oaepBytesMax, open } from "../crypto/rsa.ts";
import type { Secret } from "../crypto/secret.ts";
import { unwrapAesKey, unwrapOaep } from "../crypto/unwrapping.ts";
import type { Bytes, Random } from "../wire/bytes.ts";
import type { WrappingLayer } from "./key-spec.ts";
import { findKeySpec, keySpec } from "./specs.ts";

interface Way {
  readonly layer: WrappingLayer;
  readonly hash: OaepHash;
}

const WAYS: Readonly<Record<string, Way>> = {
  RSAES_OAEP_SHA_1: { layer: "OAEP", hash: "sha1" },
  RSAES_OAEP_SHA_256: { layer: "OAEP", hash: "sha256" },
  RSA_AES_KEY_WRAP_SHA_1: { layer: "AES_KEY_WRAP", hash: "sha1" },
  RSA_AES_KEY_WRAP_SHA_256: { layer: "AES_KEY_WRAP", hash: "sha256" },
};
/** Every wrapping algorithm of the API: those that carry nothing too. */
export const WRAPPING_ALGORITHMS = ["RSAES_PKCS1_V1_5", ...Object.keys(WAYS), "SM2PKE"];

const MODULUS_BYTES: Readonly<Record<string, number>> = { RSA_2048: 256, RSA_3072: 384, RSA_4096: 512 };
/** Every wrapping key spec of the API. */
export const WRAPPING_KEY_SPECS = [...Object.keys(MODULUS_BYTES), "SM2"];

/** The shortest AES key wrap with padding, and the steps in which it grows (RFC 5649 §4.1). */
const [KEY_WRAP_BYTES_MIN, KEY_WRAP_STEP_BYTES] = [16, 8];

/** How something was wrapped. */
export interface Wrapping {
  readonly algorithm: string;
  /** Of the wrapping key. */
  readonly spec: string;
}

type KnownWay = Way & { readonly modulusBytes: number };

const wayOf = ({ algorithm, spec }: Wrapping): KnownWay | undefined => {
  const way = Object.hasOwn(WAYS, algorithm) ? WAYS[algorithm] : undefined;
  const modulusBytes = Object.hasOwn(MODULUS_BYTES, spec) ? MODULUS_BYTES[spec] : undefined;
  return way === undefined || modulusBytes === undefined ? undefined : { ...way, modulusBytes };
};

/** Whether keys of a spec may come here wrapped in this way. */
export function carries(keySpecName: string, wrapping: Wrapping): boolean {
  const importing = findKeySpec(keySpecName)?.importing;
  const way = wayOf(wrapping);
  if (importing === undefined || way === undefined || !importing.wrapping.includes(way.layer)) return false;
  return way.layer === "AES_KEY_WRAP" || importing.bytesMax <= oaepBytesMax(way.hash, way.modulusBytes);
}

/** Whether anything that is wrapped in this way is so long. */
function isPossible({ layer, modulusBytes }: KnownWay, wrappedBytes: number): boolean {
  const behindOaep = wrappedBytes - modulusBytes;
  if (layer === "OAEP") return behindOaep === 0;
  return behindOaep >= KEY_WRAP_BYTES_MIN && behindOaep % KEY_WRAP_STEP_BYTES === 0;
}

/**
 * @returns what was wrapped; undefined for what does not open: which layer it was, is not told. A length that is not possible is refused
 * before the wrapping key is touched; whoever sends it knows it.
 */
export function unwrap(wrapping: Wrapping, wrappingKey: Secret, wrapped: Bytes, random: Random): Secret | undefined {
  const way = wayOf(wrapping);
  if (way === undefined) throw new RangeError(`nothing is wrapped by ${wrapping.algorithm} for ${wrapping.spec}`);
  if (!isPossible(way, wrapped.byteLength)) return undefined;
  const key = open(way.modulusBytes, wrappingKey);
  return way.layer === "OAEP" ? unwrapOaep(way.hash, key, wrapped) : unwrapAesKey(way.hash, key, wrapped, random);
}

/** Makes a wrapping key. */
export const generate = (spec: string, random: Random) => keySpec(spec).generate(random);
