// ECDH (NIST SP 800-56A §5.7.1.2) on the NIST curves, by Web Crypto. The secret is the x coordinate, as wide as the field.

import type { Bytes } from "../wire/bytes.ts";
import type { NistCurve, NistPrivate } from "./nist-curves.ts";

/** @returns undefined where the peer's SubjectPublicKeyInfo names no point of this curve. */
export async function derive({ name }: NistCurve, key: NistPrivate, peer: Bytes): Promise<Bytes | undefined> {
  const point = await crypto.subtle.importKey("spki", peer, { name: "ECDH", namedCurve: name }, false, []).catch(() => undefined);
  if (point === undefined) return undefined;
  // workers-types spells the member as C++ does; the platform reads the standard's name.
  const algorithm = { name: "ECDH", public: point } as unknown as SubtleCryptoDeriveKeyAlgorithm;
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, await key.agreeing(), null));
}
