// Private keys that somebody else has made: PKCS#8 in each form that is taken, and in those that are not.

import { describe, expect, it } from "vitest";
import * as nist from "../../../src/crypto/nist-curves.ts";
import type { Pair } from "../../../src/crypto/pair.ts";
import * as rsa from "../../../src/crypto/rsa.ts";
import * as k1 from "../../../src/crypto/secp256k1.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { type Bytes, toHex } from "../../../src/wire/bytes.ts";
import { CURVES, type Curve, ofRsa, onCurve } from "../../support/private-keys.ts";
import { fixedKeys } from "../../vectors/fixed-keys.ts";

const READERS: Readonly<Record<string, (bytes: Secret) => Promise<Pair | undefined>>> = {
  ECC_NIST_P256: (bytes) => nist.read(nist.P256, bytes),
  ECC_NIST_P384: (bytes) => nist.read(nist.P384, bytes),
  ECC_NIST_P521: (bytes) => nist.read(nist.P521, bytes),
  ECC_SECG_P256K1: async (bytes) => k1.read(bytes),
};

describe.each(Object.entries(CURVES))("a key of %s", (spec: string, curve: Curve) => {
  const { publicKey, taken, refused } = onCurve(curve, new Uint8Array(curve.library.utils.randomSecretKey()));
  const read = async (bytes: Bytes) => READERS[spec]?.(new Secret(bytes));

  it.each(Object.entries(taken))("is taken %s: the same public key", async (_, bytes) => {
    const pair = await read(bytes);
    expect(pair && toHex(pair.publicKey)).toBe(toHex(publicKey));
  });

  it.each(Object.entries(refused))("is not taken %s", async (_, bytes) => {
    expect(await read(bytes)).toBeUndefined();
  });
});

it("a key that everybody knows has the public key that everybody knows", async () => {
  for (const { spec, material, publicKey } of fixedKeys().filter((key) =>
    ["ECC_NIST_P256", "ECC_SECG_P256K1"].includes(key.spec),
  )) {
    const scalar = spec === "ECC_NIST_P256" ? material.slice(36, 68) : material;
    const written = onCurve(CURVES[spec] ?? expect.unreachable(), scalar);
    expect(written.publicKey).toEqual(publicKey);
    const whole = written.taken["with its public key"] ?? new Uint8Array();
    expect((await READERS[spec]?.(new Secret(whole)))?.publicKey).toEqual(publicKey);
    if (spec === "ECC_NIST_P256") expect(whole).toEqual(material);
  }
});

describe("an RSA key", () => {
  const MODULUS_BYTES = 256;
  const made = Promise.all([rsa.generate(MODULUS_BYTES), rsa.generate(384)]).then(([{ material, publicKey }, longer]) =>
    ofRsa({ pkcs8: Secret.open(material), publicKey }, Secret.open(longer.material)),
  );
  const read = (bytes: Bytes) => rsa.read(MODULUS_BYTES, new Secret(bytes));

  it("is taken as it was made, and with attributes: the same public key", async () => {
    const { taken, publicKey } = await made;
    for (const [form, bytes] of Object.entries(taken)) expect((await read(bytes))?.publicKey, form).toEqual(publicKey);
  });

  it("is not taken in any other form", async () => {
    for (const [form, bytes] of Object.entries((await made).refused)) expect(await read(bytes), form).toBeUndefined();
  });
});
