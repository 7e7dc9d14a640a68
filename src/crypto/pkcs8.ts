// PKCS#8 (RFC 5208) as it is imported: strictly DER, version 0, of one algorithm. The platform's own readers take more than that: PKCS#1,
// SEC1, explicit curve parameters, trailing bytes.

import type { Bytes } from "../wire/bytes.ts";
import { contentOf, elementsOf, INTEGER, numbered, OCTET_STRING, SEQUENCE } from "../wire/der.ts";
import { equal } from "./equal.ts";

const ZERO = Uint8Array.of(0);

/**
 * @param algorithm the AlgorithmIdentifier, which must be the same byte for byte.
 * @returns what stands in privateKey; undefined where this is no such key. Attributes behind it are passed over.
 */
export function privateKeyOf(pkcs8: Bytes, algorithm: Bytes): Bytes | undefined {
  const [version, identifier, key, attributes, ...more] = elementsOf(contentOf(pkcs8, SEQUENCE) ?? ZERO) ?? [];
  const isOurs = version?.tag === INTEGER && equal(version.value, ZERO) && identifier !== undefined;
  if (!isOurs || !equal(identifier.whole, algorithm) || key?.tag !== OCTET_STRING) return undefined;
  if (more.length > 0 || (attributes !== undefined && attributes.tag !== numbered(0))) return undefined;
  return key.value;
}
