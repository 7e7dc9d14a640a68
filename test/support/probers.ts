// Queries of somebody who has a wrapped key and wants to read it, against whoever unwraps: Bleichenbacher's (CRYPTO '98), Manger's (CRYPTO
// 2001), and those that open in the first layer and fail in the second. None of them opens; the question is whether it shows where.

import { aeskwp } from "@noble/ciphers/aes.js";
import { type Bytes, concat } from "../../src/wire/bytes.ts";
import { random } from "./keyrings.ts";
import { oaep } from "./wrapped.ts";

/** A query, each time another one. */
export type Query = () => Promise<Bytes>;

const E = 65_537n;
const AES_BYTES = 32;

const numberOf = (bytes: Bytes): bigint => BigInt(`0x${bytes.toHex()}`);
const bytesOf = (number: bigint, length: number): Bytes => Uint8Array.fromHex(number.toString(16).padStart(2 * length, "0"));

/** The public operation. */
function raised(base: bigint, n: bigint): bigint {
  let power = base;
  for (let bit = 1n; bit < E; bit *= 2n) power = (power * power) % n; // e is 2^16 + 1
  return (power * base) % n;
}

/** Who is attacked: what everybody can learn of a wrapping key. */
interface Target {
  readonly n: bigint;
  readonly modulusBytes: number;
  readonly encrypted: (plain: Bytes) => Promise<Bytes>;
}

async function targetOf(publicKey: Bytes, hash: string): Promise<Target> {
  const key = await crypto.subtle.importKey("spki", publicKey, { name: "RSA-OAEP", hash }, true, ["encrypt"]);
  const { n = "" } = (await crypto.subtle.exportKey("jwk", key)) as JsonWebKey;
  const modulus = Uint8Array.fromBase64(n, { alphabet: "base64url" });
  return { n: numberOf(modulus), modulusBytes: modulus.byteLength, encrypted: (plain) => oaep(publicKey, hash, plain) };
}

/** A random number in this range. */
const between = (least: bigint, end: bigint, bytes: number): bigint => least + (numberOf(random(bytes + 8)) % (end - least));

/** What RSA is asked to open, and OAEP does not: each kind by what the private operation gives, or does not. */
async function firstLayer({ n, modulusBytes, encrypted }: Target): Promise<Readonly<Record<string, Query>>> {
  const right = numberOf(await encrypted(random(AES_BYTES)));
  const below = (least: bigint, end: bigint): bigint => between(least, end, modulusBytes);
  const high = 1n << BigInt(8 * (modulusBytes - 1));
  const sent = (ciphertext: bigint): Bytes => bytesOf(ciphertext, modulusBytes);
  return {
    "a right ciphertext times s^e": async () => sent((right * raised(below(2n, n), n)) % n),
    "the first byte zero": async () => sent(raised(below(0n, high), n)),
    "the first byte not zero": async () => sent(raised(below(high, n), n)),
    "anything below the modulus": async () => sent(below(2n, n)),
  };
}

/** Queries at OAEP alone, by kind. */
export const probersOfOaep = async (publicKey: Bytes, hash: string) => firstLayer(await targetOf(publicKey, hash));

/** Queries at an AES key's wrap behind OAEP, by kind. `plainBytes`: what is wrapped by that AES key. */
export async function probersOfKeyWrap(publicKey: Bytes, hash: string, plainBytes: number): Promise<Record<string, Query>> {
  const target = await targetOf(publicKey, hash);
  const wrappedBy = (aes: Bytes): Bytes => new Uint8Array(aeskwp(aes).encrypt(random(plainBytes)));
  const tailBytes = wrappedBy(random(AES_BYTES)).byteLength;
  const first = Object.entries(await firstLayer(target)).map(([kind, query]): [string, Query] => [
    `OAEP wrong, ${kind}`,
    async () => concat(await query(), wrappedBy(random(AES_BYTES))),
  ]);
  const behindOaep = (aesBytes: number, tailOf: (aes: Bytes) => Bytes): Query => {
    return async () => {
      const aes = random(aesBytes);
      return concat(await target.encrypted(aes), tailOf(aes));
    };
  };
  return {
    ...Object.fromEntries(first),
    "OAEP right, behind it anything": behindOaep(AES_BYTES, () => random(tailBytes)),
    "OAEP right, wrapped by another key": behindOaep(AES_BYTES, () => wrappedBy(random(AES_BYTES))),
    "OAEP right, an AES key of 16 bytes": behindOaep(16, wrappedBy),
    "OAEP right, a key of 33 bytes": behindOaep(33, () => wrappedBy(random(AES_BYTES))),
  };
}

/** What is no ciphertext by what everybody knows. It may be refused sooner than a query that is one. */
export async function oddities(publicKey: Bytes, hash: string): Promise<Readonly<Record<string, Bytes>>> {
  const { n, modulusBytes } = await targetOf(publicKey, hash);
  return {
    "the modulus": bytesOf(n, modulusBytes),
    "more than the modulus": new Uint8Array(modulusBytes).fill(0xff),
    zero: new Uint8Array(modulusBytes),
    one: bytesOf(1n, modulusBytes),
    "one less than the modulus": bytesOf(n - 1n, modulusBytes),
  };
}
