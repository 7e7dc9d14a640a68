// Wycheproof through imported keys: each key that can be one is sent wrapped, and then does what its vectors say, failures included.

import kwp from "wycheproof:aes_kwp";
import ecdh256 from "wycheproof:ecdh_secp256r1";
import ecdh384 from "wycheproof:ecdh_secp384r1";
import ecdh521 from "wycheproof:ecdh_secp521r1";
import hmac224 from "wycheproof:hmac_sha224";
import hmac256 from "wycheproof:hmac_sha256";
import hmac384 from "wycheproof:hmac_sha384";
import hmac512 from "wycheproof:hmac_sha512";
import oaep2048sha1 from "wycheproof:rsa_oaep_2048_sha1_mgf1sha1";
import oaep2048 from "wycheproof:rsa_oaep_2048_sha256_mgf1sha256";
import oaep3072 from "wycheproof:rsa_oaep_3072_sha256_mgf1sha256";
import oaep4096 from "wycheproof:rsa_oaep_4096_sha256_mgf1sha256";
import { describe, expect } from "vitest";
import { Secret } from "../../src/crypto/secret.ts";
import { generate, unwrap } from "../../src/keyring/wrapping.ts";
import { concat, toHex } from "../../src/wire/bytes.ts";
import { newAccount, raw } from "../support/client.ts";
import { random } from "../support/keyrings.ts";
import { newKey } from "../support/new-key.ts";
import { CURVES, onCurve } from "../support/private-keys.ts";
import { withoutRests } from "../support/store.ts";
import { importInto, oaep, parametersFor } from "../support/wrapped.ts";
import { type Group, hex, vectors } from "../support/wycheproof.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** KMS takes messages of at least a byte. */
const isMessage = ({ byteLength }: Bytes): boolean => byteLength >= 1 && byteLength <= 4096;

/** Keys of a spec by what Wycheproof calls their private keys: each is imported once. "refused" where it was not taken. */
function importedKeys(KeySpec: string, KeyUsage: string, algorithm: string) {
  const account = newAccount();
  const kept = new Map<string, Promise<string>>();
  const imported = async (material: Bytes): Promise<string> => {
    await withoutRests(account);
    const KeyId = await newKey(account, { Origin: "EXTERNAL", KeySpec, KeyUsage });
    const { status, json } = await importInto(account, KeyId, await parametersFor(account, KeyId, algorithm), material);
    if (status !== 200) expect(json).toEqual({ __type: "IncorrectKeyMaterialException" });
    return status === 200 ? KeyId : "refused";
  };
  return {
    of(name: string, material: () => Bytes): Promise<string> {
      const key = kept.get(name) ?? imported(material());
      kept.set(name, key);
      return key;
    },
    call: (name: string, input: Record<string, unknown>) => raw(name, input, { account }),
  };
}

describe("HMAC", () => {
  for (const [bits, file] of [
    [224, hmac224],
    [256, hmac256],
    [384, hmac384],
    [512, hmac512],
  ] as const) {
    const keys = importedKeys(`HMAC_${bits}`, "GENERATE_VERIFY_MAC", "RSAES_OAEP_SHA_256");
    const MacAlgorithm = `HMAC_SHA_${bits}`;
    vectors(
      `HMAC_${bits}`,
      file,
      () => undefined,
      async (_, vector, group) => {
        const [key, message, tag] = [hex(vector, "key"), hex(vector, "msg"), hex(vector, "tag")];
        const KeyId = await keys.of(toHex(key), () => key);
        if (key.byteLength < bits / 8) {
          expect(KeyId).toBe("refused");
          return;
        }
        if (!isMessage(message)) return;
        const input = { KeyId, MacAlgorithm, Message: message.toBase64() };
        // A tag that was cut is valid for those who cut tags; KMS never does.
        const isValid = vector.result === "valid" && group["tagSize"] === bits;
        const verified = await keys.call("VerifyMac", { ...input, Mac: tag.toBase64() });
        if (isValid) expect(verified.json).toMatchObject({ MacValid: true });
        else expect(verified).toMatchObject({ status: 400, text: '{"__type":"KMSInvalidMacException"}' });
        if (isValid) expect((await keys.call("GenerateMac", input)).json).toMatchObject({ Mac: tag.toBase64() });
      },
    );
  }
});

/** Of what Wycheproof leaves open. Refused are: curves by their parameters instead of their names, and sloppy DER. */
const ACCEPTABLE_AND_TAKEN = ["CompressedPoint"];

describe("ECDH", () => {
  for (const [spec, width, file] of [
    ["ECC_NIST_P256", 32, ecdh256],
    ["ECC_NIST_P384", 48, ecdh384],
    ["ECC_NIST_P521", 66, ecdh521],
  ] as const) {
    const keys = importedKeys(spec, "KEY_AGREEMENT", "RSA_AES_KEY_WRAP_SHA_256");
    /** PKCS#8 of a number, without its public key: nobody but the service works that out. */
    const pkcs8 = (number: string): Bytes => {
      const digits = number.padStart(2 * width, "0");
      const { taken } = onCurve(CURVES[spec] ?? expect.unreachable(), Uint8Array.fromHex(digits.slice(-2 * width)));
      return taken["without it"] ?? expect.unreachable();
    };
    vectors(
      spec,
      file,
      () => undefined,
      async (_, vector) => {
        const number = String(vector["private"]);
        const KeyId = await keys.of(number, () => pkcs8(number));
        const input = { KeyId, KeyAgreementAlgorithm: "ECDH", PublicKey: hex(vector, "public").toBase64() };
        const { status, json } = await keys.call("DeriveSharedSecret", input);
        const isAcceptable = vector.result === "acceptable" && vector.flags.some((flag) => ACCEPTABLE_AND_TAKEN.includes(flag));
        if (vector.result === "valid" || isAcceptable) {
          expect(json).toMatchObject({ SharedSecret: hex(vector, "shared").toBase64(), KeyOrigin: "EXTERNAL" });
        } else {
          expect({ status, type: json["__type"] }).toEqual({ status: 400, type: "ValidationException" });
        }
      },
    );
  }
});

describe("OAEP", () => {
  for (const [bits, hash, file] of [
    [2048, "SHA_1", oaep2048sha1],
    [2048, "SHA_256", oaep2048],
    [3072, "SHA_256", oaep3072],
    [4096, "SHA_256", oaep4096],
  ] as const) {
    const keys = importedKeys(`RSA_${bits}`, "ENCRYPT_DECRYPT", `RSA_AES_KEY_WRAP_${hash}`);
    const prepare = (group: Group) => keys.of("the group's", () => hex(group, "privateKeyPkcs8"));
    vectors(`RSA_${bits}, ${hash}`, file, prepare, async (KeyId, vector) => {
      const ciphertext = hex(vector, "ct");
      const input = { KeyId, EncryptionAlgorithm: `RSAES_OAEP_${hash}`, CiphertextBlob: ciphertext.toBase64() };
      const { status, json } = await keys.call("Decrypt", input);
      const type = ciphertext.byteLength === 0 ? "ValidationException" : "InvalidCiphertextException";
      // KMS has no labels.
      if (vector.result === "valid" && (vector["label"] ?? "") === "")
        expect(json).toMatchObject({ Plaintext: hex(vector, "msg").toBase64() });
      else expect({ status, type: json["__type"] }).toEqual({ status: 400, type });
    });
  }
});

describe("AES-KWP behind OAEP", () => {
  const wrappings = [
    ["RSA_AES_KEY_WRAP_SHA_1", "SHA-1"],
    ["RSA_AES_KEY_WRAP_SHA_256", "SHA-256"],
  ] as const;
  for (const [algorithm, hash] of wrappings) {
    const keyPair = Promise.resolve().then(() => generate("RSA_2048", random));
    const ofWhole = kwp && { testGroups: kwp.testGroups.filter((group) => group["keySize"] === 256) };
    vectors(
      algorithm,
      ofWhole,
      () => keyPair,
      async ({ material, publicKey = new Uint8Array() }, vector) => {
        const wrapped = concat(await oaep(publicKey, hash, hex(vector, "key")), hex(vector, "ct"));
        const opened = unwrap({ algorithm, spec: "RSA_2048" }, material, wrapped, random);
        expect(opened && toHex(Secret.open(opened))).toBe(vector.result === "valid" ? vector["msg"] : undefined);
      },
    );
  }
});
