// Key material that others make and wrap, taken in by the service: it is Enabled, and it is the very key that its maker has kept. Every
// combination of key spec, wrapping algorithm and wrapping key that AWS allows, wrapped by other implementations.

import { generateKeyPairSync } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { KeyUsage } from "../../../src/keyring/key.ts";
import { KEY_TYPES } from "../../vectors/key-types.ts";
import { startTarget, type Target } from "../bench/target.ts";
import { type BothSides, type Call, expectAgreement, sealOutside } from "./both-sides.ts";
import { type OutsideKey, outsideKeys, reprinted } from "./outside-keys.ts";
import { byOpenssl, WRAPPERS, WRAPPING_SPECS, type Wrap } from "./wrappers.ts";

const PATIENCE_MS = 120_000;
const FOR_EVER = { ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" };

const CURVE_SPECS = ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"];
/** AWS's guide, "Select a wrapping algorithm". */
const CARRIED: Readonly<Record<string, readonly string[]>> = {
  RSAES_OAEP: ["SYMMETRIC_DEFAULT", "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", ...CURVE_SPECS],
  RSA_AES_KEY_WRAP: ["RSA_2048", "RSA_3072", "RSA_4096", ...CURVE_SPECS],
};
const HASHES = ["SHA_1", "SHA_256"];

interface Combination {
  readonly spec: string;
  readonly usage: KeyUsage;
  readonly algorithm: string;
  readonly wrappingSpec: string;
  /** Which of the two outside keys of the spec is sent. */
  readonly which: 0 | 1;
}

const isTooLong = (spec: string, layer: string, wrappingSpec: string): boolean =>
  spec === "ECC_NIST_P521" && layer === "RSAES_OAEP" && wrappingSpec === "RSA_2048";

/** The uses of a spec take turns, like the squares of a chessboard: each meets every hash and every wrapping key. */
const combinationsOf = (layer: string, spec: string): Combination[] =>
  HASHES.flatMap((hash, row) =>
    WRAPPING_SPECS.flatMap((wrappingSpec, column) => {
      const usages = Object.keys(KEY_TYPES[spec]?.usages ?? {}) as KeyUsage[];
      const usage = usages[(row + column) % usages.length];
      if (usage === undefined || isTooLong(spec, layer, wrappingSpec)) return [];
      return [{ spec, usage, algorithm: `${layer}_${hash}`, wrappingSpec, which: row === 0 ? 0 : 1 } as const];
    }),
  );
const COMBINATIONS = Object.entries(CARRIED).flatMap(([layer, specs]) => specs.flatMap((spec) => combinationsOf(layer, spec)));

let target: Target;

beforeAll(async () => {
  target = await startTarget();
}, PATIENCE_MS);

afterAll(() => target.stop());

let accounts = 100_000_000_000;

/** A key without material in an account of its own, so that no call waits while another account's wrapping key is made. */
async function newKey(spec: string, usage: KeyUsage) {
  const account = String(accounts++);
  const call: Call = (operation, input) => {
    const printed = Object.entries(input).map(([member, value]) => [
      member,
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    ]);
    return target.call(account, operation, Object.fromEntries(printed));
  };
  const { KeyMetadata } = await call("CreateKey", { Origin: "EXTERNAL", KeySpec: spec, KeyUsage: usage });
  return { account, call, spec, KeyId: (KeyMetadata as { KeyId: string }).KeyId };
}
type NewKey = Awaited<ReturnType<typeof newKey>>;

const stateOf = async ({ call, KeyId }: NewKey): Promise<unknown> =>
  ((await call("DescribeKey", { KeyId }))["KeyMetadata"] as { KeyState: string }).KeyState;

/** @returns what wraps material for the key and sends it, as often as it is called. */
async function sending({ call, KeyId }: NewKey, algorithm: string, wrappingSpec: string) {
  const input = { KeyId, WrappingAlgorithm: algorithm, WrappingKeySpec: wrappingSpec };
  const { ImportToken, PublicKey } = await call("GetParametersForImport", input);
  const publicKey = Buffer.from(String(PublicKey), "base64");
  return async (wrap: Wrap, material: Uint8Array): Promise<string> => {
    const EncryptedKeyMaterial = wrap(algorithm, publicKey, material);
    return String((await call("ImportKeyMaterial", { KeyId, ImportToken, EncryptedKeyMaterial, ...FOR_EVER }))["KeyMaterialId"]);
  };
}

const made = new Map<string, readonly [OutsideKey, OutsideKey]>();

/** The same two keys for every combination of a spec: longer RSA keys take seconds to make. */
function outsideOf({ spec, which }: Combination): OutsideKey {
  const keys = made.get(spec) ?? outsideKeys(spec);
  made.set(spec, keys);
  return keys[which];
}

describe.each(
  COMBINATIONS.map((each) => [`${each.spec} for ${each.usage}, by ${each.algorithm} under ${each.wrappingSpec}`, each] as const),
)("%s", (_, combination) => {
  const { spec, usage, algorithm, wrappingSpec } = combination;
  const outside = (): OutsideKey => outsideOf(combination);
  let key: NewKey;
  let send: Awaited<ReturnType<typeof sending>>;

  beforeAll(async () => {
    outside();
    key = await newKey(spec, usage);
    send = await sending(key, algorithm, wrappingSpec);
  }, PATIENCE_MS);

  afterEach(() => key.call("DeleteImportedKeyMaterial", { KeyId: key.KeyId }));

  for (const wrapper of WRAPPERS.filter(({ wrappingSpecs }) => wrappingSpecs.includes(wrappingSpec))) {
    const reason = wrapper.missing === undefined ? "" : ` (skipped: ${wrapper.missing})`;
    test.skipIf(reason !== "")(`wrapped by ${wrapper.name}${reason}`, async () => {
      expect(await stateOf(key)).toBe("PendingImport");
      const materialId = await send(wrapper.wrap, outside().material);
      expect(await stateOf(key)).toBe("Enabled");
      await expectAgreement(usage, { ...key, materialId, outside: outside() });
    });
  }
});

test("what AWS's guide excludes: P-521 is too long for RSAES_OAEP under RSA_2048", async () => {
  const key = await newKey("ECC_NIST_P521", "SIGN_VERIFY");
  for (const hash of HASHES)
    await expect(sending(key, `RSAES_OAEP_${hash}`, "RSA_2048")).rejects.toThrow("UnsupportedOperationException");
});

/** A key of a spec, Enabled with material that openssl has wrapped. */
async function imported(spec: string, usage: KeyUsage, outside: OutsideKey): Promise<BothSides> {
  const key = await newKey(spec, usage);
  const send = await sending(key, "RSAES_OAEP_SHA_256", "RSA_3072");
  return { ...key, materialId: await send(byOpenssl, outside.material), outside };
}

test("the same bytes in two keys have two ids, and each key opens what names it and its material", async () => {
  const [outside] = outsideKeys("SYMMETRIC_DEFAULT");
  const one = await imported("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", outside);
  const other = await imported("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", outside);
  expect(one.materialId).not.toBe(other.materialId);
  for (const sides of [one, other]) await expectAgreement("ENCRYPT_DECRYPT", sides);
  const { blob, EncryptionContext } = sealOutside({ ...one, materialId: other.materialId }, Buffer.from("of no such material"));
  const astray = one.call("Decrypt", { CiphertextBlob: blob, EncryptionContext });
  await expect(astray).rejects.toThrow("InvalidCiphertextException");
});

describe("private keys as OpenSSL prints them too", () => {
  const FORMS = { "without its public key": ["-no_public"], "with its public key compressed": ["-conv_form", "compressed"] };
  const cases = CURVE_SPECS.flatMap((spec) => Object.entries(FORMS).map(([form, options]) => [spec, form, options] as const));
  test.each(cases)("%s %s", async (spec, _, options) => {
    const [{ material, spki }] = outsideKeys(spec);
    const outside = { material: reprinted(material, ...options), spki };
    expect(outside.material.byteLength).toBeLessThan(material.byteLength);
    await expectAgreement("SIGN_VERIFY", await imported(spec, "SIGN_VERIFY", outside));
  });
});

test.each([2041, 2046, 2047, 2056])("an RSA key of %i bits is none of RSA_2048", async (modulusLength) => {
  const key = await newKey("RSA_2048", "SIGN_VERIFY");
  const send = await sending(key, "RSA_AES_KEY_WRAP_SHA_256", "RSA_2048");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength });
  const sent = send(byOpenssl, privateKey.export({ format: "der", type: "pkcs8" }));
  await expect(sent).rejects.toThrow("IncorrectKeyMaterialException");
});
