// Private keys as somebody else may write them: PKCS#8 in each form that is taken, and in those that are not.

import type { ECDSA } from "@noble/curves/abstract/weierstrass.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { type Bytes, concat } from "../../src/wire/bytes.ts";
import { contentOf, elementsOf, SEQUENCE } from "../../src/wire/der.ts";
import { bits, element, hex, integer, numbered, octets, sequence } from "./der.ts";

/** By what they are. */
export type Forms = Readonly<Record<string, Bytes>>;
export interface Written {
  readonly publicKey: Bytes;
  readonly taken: Forms;
  readonly refused: Forms;
}

const EC = hex("06072a8648ce3d0201");
const PRIME_FIELD = hex("06072a8648ce3d0101");
const NULL = hex("0500");
const RSA_ENCRYPTION = hex("06092a864886f70d010101");
const RSASSA_PSS = hex("06092a864886f70d01010a");
const PBES2 = hex("06092a864886f70d01050d");
const PRIME256V1 = hex("06082a8648ce3d030107");
const SECP384R1 = hex("06052b81040022");

export interface Curve {
  readonly name: Bytes;
  readonly library: ECDSA;
}
export const CURVES: Readonly<Record<string, Curve>> = {
  ECC_NIST_P256: { name: PRIME256V1, library: p256 },
  ECC_NIST_P384: { name: SECP384R1, library: p384 },
  ECC_NIST_P521: { name: hex("06052b81040023"), library: p521 },
  ECC_SECG_P256K1: { name: hex("06052b8104000a"), library: secp256k1 },
};

const pkcs8 = (algorithm: Bytes, key: Bytes, ...more: readonly Bytes[]): Bytes =>
  sequence(integer(0), algorithm, octets(key), ...more);

/** An empty set of attributes. */
const ATTRIBUTES = numbered(0);
/** friendlyName, "key" (RFC 2985 §5.5.1). */
const FRIENDLY_NAME = numbered(0, sequence(hex("06092a864886f70d010914"), element(0x31, hex("1e06006b00650079"))));

/** The same in BER: a SEQUENCE of indefinite length, or with a length that has a zero in front. */
function inBer(der: Bytes): Forms {
  const content = contentOf(der, SEQUENCE) ?? new Uint8Array();
  const { byteLength: length } = content;
  return {
    "in BER, of indefinite length": concat(hex("3080"), content, hex("0000")),
    "in BER, with a longer length": concat(Uint8Array.of(0x30, 0x83, 0, length >> 8, length & 0xff), content),
  };
}

/** What is no private key of any kind. */
export const NO_KEYS: Forms = {
  encrypted: sequence(sequence(PBES2, sequence()), octets(new Uint8Array(64))),
  "a zero": Uint8Array.of(0),
  "an empty SEQUENCE": sequence(),
  "of nothing within": sequence(integer(0), sequence(), octets()),
  "of 138 zeros": new Uint8Array(138),
};

/** A key on a curve. */
export function onCurve({ name, library }: Curve, scalar: Bytes): Written {
  const { p, a, b, n, h, Gx, Gy } = library.Point.CURVE();
  const bytes = (value: bigint, length = scalar.byteLength) => Uint8Array.fromHex(value.toString(16).padStart(2 * length, "0"));
  const pointOf = (of: Bytes, isCompressed = false): Bytes => new Uint8Array(library.getPublicKey(of, isCompressed));
  const big = (value: bigint): Bytes => element(0x02, Uint8Array.of(0), bytes(value));
  const explicit = sequence(
    integer(1),
    sequence(PRIME_FIELD, big(p)),
    sequence(octets(bytes(a)), octets(bytes(b))),
    octets(Uint8Array.of(4), bytes(Gx), bytes(Gy)),
    big(n),
    integer(Number(h)),
  );
  const ours = sequence(EC, name);
  const other = name === SECP384R1 ? PRIME256V1 : SECP384R1;
  const inner = (...more: readonly Bytes[]): Bytes => sequence(integer(1), octets(scalar), ...more);
  const scalarOf = (value: Bytes): Bytes => pkcs8(ours, sequence(integer(1), octets(value)));
  const publicKey = numbered(1, bits(pointOf(scalar)));
  const whole = pkcs8(ours, inner(publicKey));
  return {
    publicKey: sequence(ours, bits(pointOf(scalar))),
    taken: {
      "with its public key": whole,
      "without it": pkcs8(ours, inner()),
      "with its public key compressed": pkcs8(ours, inner(numbered(1, bits(pointOf(scalar, true))))),
      "with its curve named again within": pkcs8(ours, inner(numbered(0, name), publicKey)),
      "with its curve named again, and no public key": pkcs8(ours, inner(numbered(0, name))),
      "with no attributes, but their place": pkcs8(ours, inner(publicKey), ATTRIBUTES),
      "with an attribute": pkcs8(ours, inner(publicKey), FRIENDLY_NAME),
    },
    refused: {
      "SEC1, without PKCS#8 around it": inner(numbered(0, name), publicKey),
      "of another curve": pkcs8(sequence(EC, other), inner()),
      "of another curve within": pkcs8(ours, inner(numbered(0, other))),
      "with explicit parameters": pkcs8(sequence(EC, explicit), inner(publicKey)),
      "with explicit parameters within": pkcs8(ours, inner(numbered(0, explicit), publicKey)),
      "with another's public key": pkcs8(ours, inner(numbered(1, bits(pointOf(bytes(2n)))))),
      "whose scalar is zero": scalarOf(new Uint8Array(scalar.byteLength)),
      "whose scalar is the order": scalarOf(bytes(n)),
      "with a byte behind it": concat(whole, Uint8Array.of(0)),
      "with an element behind it": sequence(integer(0), ours, octets(inner()), numbered(0), numbered(1)),
      "cut short": whole.subarray(0, -1),
      "of version 1": sequence(integer(1), ours, octets(inner())),
      "of RSA": pkcs8(sequence(RSA_ENCRYPTION, NULL), inner()),
      ...inBer(whole),
      ...NO_KEYS,
    },
  };
}

/** An RSA key, written anew from the platform's PKCS#8. `longer`: another, of another size. */
export function ofRsa(platform: { readonly pkcs8: Bytes; readonly publicKey: Bytes }, longer: Bytes): Written {
  const [, , key] = elementsOf(contentOf(platform.pkcs8, SEQUENCE) ?? new Uint8Array()) ?? [];
  const within = elementsOf(contentOf(key?.value ?? new Uint8Array(), SEQUENCE) ?? new Uint8Array()) ?? [];
  const numbers = within.map(({ whole }) => whole);
  const [, n = hex(""), e = hex(""), d = hex(""), ...rest] = numbers;
  const ours = sequence(RSA_ENCRYPTION, NULL);
  const changed = d.with(-1, (d.at(-1) ?? 0) ^ 2);
  const third = sequence(sequence(integer(3), integer(1), integer(1)));
  return {
    publicKey: platform.publicKey,
    taken: {
      "as it was made": platform.pkcs8,
      "with no attributes, but their place": pkcs8(ours, sequence(...numbers), ATTRIBUTES),
      "with an attribute": pkcs8(ours, sequence(...numbers), FRIENDLY_NAME),
    },
    refused: {
      "PKCS#1, without PKCS#8 around it": sequence(...numbers),
      "of id-RSASSA-PSS": pkcs8(sequence(RSASSA_PSS), sequence(...numbers)),
      "without NULL": pkcs8(sequence(RSA_ENCRYPTION), sequence(...numbers)),
      "of three primes": pkcs8(ours, sequence(integer(1), ...numbers.slice(1), third)),
      "of another size": longer,
      "with numbers that do not belong together": pkcs8(ours, sequence(integer(0), n, e, changed, ...rest)),
      "with a byte behind it": concat(platform.pkcs8, Uint8Array.of(0)),
      "with an element behind it": sequence(integer(0), ours, octets(sequence(...numbers)), numbered(0), numbered(1)),
      "cut short": platform.pkcs8.subarray(0, -1),
      "of a curve": pkcs8(sequence(EC, PRIME256V1), sequence(...numbers)),
      "with nothing within": pkcs8(ours, sequence()),
      ...inBer(platform.pkcs8),
      ...NO_KEYS,
    },
  };
}
