// ECPrivateKey (RFC 5915), as it stands in PKCS#8.

import type { Bytes } from "../wire/bytes.ts";
import { contentOf, elementsOf, INTEGER, numbered, OCTET_STRING, SEQUENCE } from "../wire/der.ts";
import { equal } from "./equal.ts";

const ONE = Uint8Array.of(1);

export interface EcPrivateKey {
  readonly scalar: Bytes;
  /** The BIT STRING of the public key, whole; undefined where it is left out. */
  readonly publicKey: Bytes | undefined;
}

/**
 * @param identifier the AlgorithmIdentifier, whose curve must be the one that is named here too, if any is.
 * @returns undefined where this is no such key.
 */
export function ecPrivateKeyOf(bytes: Bytes, identifier: Bytes): EcPrivateKey | undefined {
  const [version, scalar, ...rest] = elementsOf(contentOf(bytes, SEQUENCE) ?? new Uint8Array()) ?? [];
  if (version?.tag !== INTEGER || !equal(version.value, ONE) || scalar?.tag !== OCTET_STRING) return undefined;
  const [, curve] = elementsOf(contentOf(identifier, SEQUENCE) ?? new Uint8Array()) ?? [];
  const parameters = rest[0]?.tag === numbered(0) ? rest.shift() : undefined;
  if (parameters !== undefined && (curve === undefined || !equal(parameters.value, curve.whole))) return undefined;
  const publicKey = rest[0]?.tag === numbered(1) ? rest.shift() : undefined;
  return rest.length === 0 ? { scalar: scalar.value, publicKey: publicKey?.value } : undefined;
}
