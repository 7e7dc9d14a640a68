// What may stand in imported material: each way to write a private key that is taken is the same key, any other is refused without a word,
// and leaves the key as it was; keys that are bytes alone have their lengths.

import { describe, expect, it } from "vitest";
import { newAccount } from "../support/client.ts";
import { withoutMaterial } from "../support/imported.ts";
import { random } from "../support/keyrings.ts";
import { CURVES, NO_KEYS, ofRsa, onCurve, type Written } from "../support/private-keys.ts";
import { withoutRests } from "../support/store.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const REFUSED = { status: 400, text: '{"__type":"IncorrectKeyMaterialException"}' };

/** A key without material, and one wrapping key for whatever is sent to it. */
async function emptyKey(input: Record<string, unknown>, algorithm = "RSA_AES_KEY_WRAP_SHA_256") {
  const account = newAccount();
  await withoutRests(account);
  const { send, call } = await withoutMaterial(input, { account, algorithm });
  return { send: (material: Bytes) => send(material), call: async (name: string) => (await call(name)).json };
}

function expectEncodings(KeySpec: string, written: () => Promise<Written>): void {
  it("taken are several, of one key: imported, and imported again when it was deleted", async () => {
    const { publicKey, taken } = await written();
    const { send, call } = await emptyKey({ KeySpec, KeyUsage: "SIGN_VERIFY" });
    for (const [form, bytes] of Object.entries(taken)) {
      expect(await send(bytes), form).toMatchObject({ status: 200 });
      expect((await call("GetPublicKey"))["PublicKey"], form).toBe(publicKey.toBase64());
      await call("DeleteImportedKeyMaterial");
      expect(await send(bytes), form).toMatchObject({ status: 200 });
    }
  });

  it.each(["without material", "with the same key as its material"])("refused are others, by a key %s", async (which) => {
    const { taken, refused } = await written();
    const { send, call } = await emptyKey({ KeySpec, KeyUsage: "SIGN_VERIFY" });
    const [first = new Uint8Array()] = Object.values(taken);
    if (which.startsWith("with ")) expect(await send(first)).toMatchObject({ status: 200 });
    const before = await call("DescribeKey");
    for (const [form, bytes] of Object.entries(refused)) {
      expect(await send(bytes), form).toMatchObject(REFUSED);
      expect(await call("DescribeKey"), form).toEqual(before);
    }
    expect(await send(first)).toMatchObject({ status: 200 });
  });
}

describe.each(Object.entries(CURVES))("of the ways to write a key of %s", { timeout: 60_000 }, (spec, curve) => {
  const written = onCurve(curve, new Uint8Array(curve.library.utils.randomSecretKey()));
  expectEncodings(spec, async () => written);
});

describe("of the ways to write a key of RSA_2048", { timeout: 60_000 }, () => {
  const pairOf = async (modulusLength: number) => {
    const algorithm = { name: "RSA-PSS", hash: "SHA-256", modulusLength, publicExponent: Uint8Array.of(1, 0, 1) };
    const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
    const exported = async (format: "pkcs8" | "spki", key: CryptoKey): Promise<Bytes> =>
      new Uint8Array((await crypto.subtle.exportKey(format, key)) as ArrayBuffer);
    return { pkcs8: await exported("pkcs8", pair.privateKey), publicKey: await exported("spki", pair.publicKey) };
  };
  let made: Promise<Written> | undefined;
  expectEncodings("RSA_2048", () => {
    made ??= pairOf(2048).then(async (pair) => ofRsa(pair, (await pairOf(3072)).pkcs8));
    return made;
  });
});

describe("keys that are bytes", { timeout: 60_000 }, () => {
  const specs = [224, 256, 384, 512].map((bits) => [`HMAC_${bits}`, bits / 8, 128] as const);

  it.each([["SYMMETRIC_DEFAULT", 32, 32] as const, ...specs])("of %s have %i to %i", async (KeySpec, least, most) => {
    const usage = KeySpec === "SYMMETRIC_DEFAULT" ? {} : { KeyUsage: "GENERATE_VERIFY_MAC" };
    const input = { KeySpec, ...usage };
    const { send, call } = await emptyKey(input, "RSAES_OAEP_SHA_256");
    const before = await call("DescribeKey");
    const wrong = [0, 1, 16, least - 1, most + 1, 190].map(random);
    for (const bytes of [...wrong, ...Object.values(NO_KEYS).filter(({ byteLength }) => byteLength < 16)]) {
      expect(await send(bytes), String(bytes.byteLength)).toMatchObject(REFUSED);
      expect(await call("DescribeKey")).toEqual(before);
    }
    expect(await send(random(least))).toMatchObject({ status: 200 });
    expect(await (await emptyKey(input, "RSAES_OAEP_SHA_256")).send(random(most))).toMatchObject({ status: 200 });
  });
});
