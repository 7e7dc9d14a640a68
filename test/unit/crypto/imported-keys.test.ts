// Private keys that somebody else has made: PKCS#8 in each form that is taken, and in those that are not.

import { describe, expect, it } from "vitest";
import * as nist from "../../../src/crypto/nist-curves.ts";
import type { Pair } from "../../../src/crypto/pair.ts";
import * as rsa from "../../../src/crypto/rsa.ts";
import * as k1 from "../../../src/crypto/secp256k1.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { type Bytes, concat, toHex } from "../../../src/wire/bytes.ts";
import { contentOf, elementsOf, SEQUENCE } from "../../../src/wire/der.ts";
import { bits, element, hex, integer, numbered, octets, sequence } from "../../support/der.ts";
import { fixedKeys } from "../../vectors/fixed-keys.ts";

const EC = hex("06072a8648ce3d0201");
const PRIME256V1 = hex("06082a8648ce3d030107");
const SECP256K1 = hex("06052b8104000a");
const SECP384R1 = hex("06052b81040022");
const NULL = hex("0500");
const RSA_ENCRYPTION = hex("06092a864886f70d010101");
const RSASSA_PSS = hex("06092a864886f70d01010a");

const identifier = (curve: Bytes): Bytes => sequence(EC, curve);
const pkcs8 = (algorithm: Bytes, key: Bytes, ...more: readonly Bytes[]): Bytes =>
  sequence(integer(0), algorithm, octets(key), ...more);
const materialOf = (spec: string): Bytes => fixedKeys().find((key) => key.spec === spec)?.material ?? new Uint8Array();

describe.each([
  ["P-256", PRIME256V1, "ECC_NIST_P256", (bytes: Bytes) => nist.read(nist.P256, new Secret(bytes))],
  ["secp256k1", SECP256K1, "ECC_SECG_P256K1", async (bytes: Bytes) => k1.read(new Secret(bytes))],
] as const)("a key on %s", (_, curve, spec, read) => {
  const fixed = fixedKeys().find((key) => key.spec === spec);
  const spki = fixed?.publicKey ?? new Uint8Array();
  const point = spki.slice(-65);
  const compressed = concat(Uint8Array.of(2 + ((point.at(-1) ?? 0) & 1)), point.subarray(1, 33));
  const scalar = curve === SECP256K1 ? materialOf(spec) : materialOf(spec).slice(36, 68);
  const order =
    curve === SECP256K1
      ? hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
      : hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const ours = identifier(curve);
  const inner = (...more: readonly Bytes[]): Bytes => sequence(integer(1), octets(scalar), ...more);
  const withPoint = pkcs8(ours, inner(numbered(1, bits(point))));

  it.each<[string, Bytes]>([
    ["with its public key", withPoint],
    ["without it", pkcs8(ours, inner())],
    ["with its public key compressed", pkcs8(ours, inner(numbered(1, bits(compressed))))],
    ["with its curve named again within", pkcs8(ours, inner(numbered(0, curve), numbered(1, bits(point))))],
    ["with attributes", pkcs8(ours, inner(numbered(1, bits(point))), numbered(0))],
  ])("is taken %s: the same public key", async (__, bytes) => {
    const pair: Pair | undefined = await read(bytes);
    expect(pair && toHex(pair.publicKey)).toBe(toHex(spki));
  });

  const other = hex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
  );
  const scalarOf = (value: Bytes): Bytes => pkcs8(ours, sequence(integer(1), octets(value)));
  it.each<[string, Bytes]>([
    ["SEC1, without PKCS#8 around it", inner(numbered(0, curve), numbered(1, bits(point)))],
    ["of another curve", pkcs8(identifier(SECP384R1), inner())],
    ["of another curve within", pkcs8(ours, inner(numbered(0, SECP384R1)))],
    ["with explicit parameters", pkcs8(sequence(EC, sequence(integer(1))), inner())],
    ["with explicit parameters within", pkcs8(ours, inner(numbered(0, sequence(integer(1)))))],
    ["with another's public key", pkcs8(ours, inner(numbered(1, bits(other))))],
    ["whose scalar is zero", scalarOf(new Uint8Array(32))],
    ["whose scalar is the order", scalarOf(order)],
    ["with a byte behind it", concat(withPoint, Uint8Array.of(0))],
    ["with an element behind it", sequence(integer(0), ours, octets(inner()), numbered(0), numbered(1))],
    ["cut short", withPoint.subarray(0, -1)],
    ["of version 1", sequence(integer(1), ours, octets(inner()))],
    ["in BER, of indefinite length", concat(hex("3080"), integer(0), ours, octets(inner()), hex("0000"))],
    ["encrypted", sequence(sequence(hex("06092a864886f70d01050d"), sequence()), octets(hex("00".repeat(64))))],
    ["of RSA", pkcs8(sequence(RSA_ENCRYPTION, NULL), inner())],
    ["that is empty", hex("")],
  ])("is not taken %s", async (__, bytes) => {
    expect(await read(bytes)).toBeUndefined();
  });
});

describe("an RSA key", () => {
  const MODULUS_BYTES = 256;
  const made = rsa.generate(MODULUS_BYTES);
  const whole = async (): Promise<Bytes> => Secret.open((await made).material);
  const numbers = async (): Promise<Bytes[]> => {
    const [, , key] = elementsOf(contentOf(await whole(), SEQUENCE) ?? new Uint8Array()) ?? [];
    return (elementsOf(contentOf(key?.value ?? new Uint8Array(), SEQUENCE) ?? new Uint8Array()) ?? []).map((each) => each.whole);
  };
  const ours = sequence(RSA_ENCRYPTION, NULL);
  const read = (bytes: Bytes) => rsa.read(MODULUS_BYTES, new Secret(bytes));

  it("is taken as it was made, and with attributes: the same public key", async () => {
    const { publicKey } = await made;
    const attributed = pkcs8(ours, sequence(...(await numbers())), numbered(0));
    for (const bytes of [await whole(), attributed]) expect((await read(bytes))?.publicKey).toEqual(publicKey);
  });

  it("is not taken in any other form", async () => {
    const key = await numbers();
    const [, n = hex(""), e = hex(""), d = hex(""), ...rest] = key;
    const longer = await rsa.generate(384);
    const changed = d.with(-1, (d.at(-1) ?? 0) ^ 2);
    const forms: Readonly<Record<string, Bytes>> = {
      "PKCS#1": sequence(...key),
      "id-RSASSA-PSS": pkcs8(sequence(RSASSA_PSS), sequence(...key)),
      "without NULL": pkcs8(sequence(RSA_ENCRYPTION), sequence(...key)),
      "three primes": pkcs8(ours, sequence(integer(1), ...key.slice(1), sequence(sequence(integer(3), integer(1), integer(1))))),
      "another size": Secret.open(longer.material),
      "numbers that do not belong together": pkcs8(ours, sequence(integer(0), n, e, changed, ...rest)),
      "a byte behind it": concat(await whole(), Uint8Array.of(0)),
      "of a curve": pkcs8(sequence(EC, PRIME256V1), sequence(...key)),
      "nothing within": pkcs8(ours, element(0x30)),
    };
    for (const [form, bytes] of Object.entries(forms)) expect(await read(bytes), form).toBeUndefined();
  });
});
