// Wycheproof against the registry's own functions: MACs, OAEP, key agreement, ML-DSA's and ML-KEM's seeds.

import ecdh256 from "wycheproof:ecdh_secp256r1";
import ecdh384 from "wycheproof:ecdh_secp384r1";
import ecdh521 from "wycheproof:ecdh_secp521r1";
import hmac224 from "wycheproof:hmac_sha224";
import hmac256 from "wycheproof:hmac_sha256";
import hmac384 from "wycheproof:hmac_sha384";
import hmac512 from "wycheproof:hmac_sha512";
import mldsa44 from "wycheproof:mldsa_44_sign_seed";
import mldsa65 from "wycheproof:mldsa_65_sign_seed";
import mldsa87 from "wycheproof:mldsa_87_sign_seed";
import mlkem512 from "wycheproof:mlkem_512";
import encaps512 from "wycheproof:mlkem_512_encaps";
import keygen512 from "wycheproof:mlkem_512_keygen_seed";
import mlkem768 from "wycheproof:mlkem_768";
import encaps768 from "wycheproof:mlkem_768_encaps";
import keygen768 from "wycheproof:mlkem_768_keygen_seed";
import mlkem1024 from "wycheproof:mlkem_1024";
import encaps1024 from "wycheproof:mlkem_1024_encaps";
import keygen1024 from "wycheproof:mlkem_1024_keygen_seed";
import oaep2048sha1 from "wycheproof:rsa_oaep_2048_sha1_mgf1sha1";
import oaep2048 from "wycheproof:rsa_oaep_2048_sha256_mgf1sha256";
import oaep3072 from "wycheproof:rsa_oaep_3072_sha256_mgf1sha256";
import oaep4096 from "wycheproof:rsa_oaep_4096_sha256_mgf1sha256";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { describe, expect } from "vitest";
import { Secret } from "../../../src/crypto/secret.ts";
import { keySpec } from "../../../src/keyring/specs.ts";
import { type Bytes, concat, toHex } from "../../../src/wire/bytes.ts";
import { random } from "../../support/keyrings.ts";
import { type Group, hex, type Vector, vectors } from "../../support/wycheproof.ts";

const open = (spec: string, material: Bytes) => keySpec(spec).open(new Secret(material));
const nothingRandom = (): never => {
  throw new Error("nothing is random here");
};

describe("HMAC", () => {
  for (const [bits, file] of [
    [224, hmac224],
    [256, hmac256],
    [384, hmac384],
    [512, hmac512],
  ] as const) {
    // A tag that was cut is valid for those who cut tags; KMS never does.
    const isWhole = (group: Group): boolean => group["tagSize"] === bits;
    vectors(
      `HMAC_${bits}`,
      file,
      () => undefined,
      async (_, vector, group) => {
        const key = await open(`HMAC_${bits}`, hex(vector, "key"));
        const holds = await key.verifyMac(`HMAC_SHA_${bits}`, hex(vector, "msg"), hex(vector, "tag"));
        expect(holds).toBe(vector.result === "valid" && isWhole(group));
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
    const prepare = (group: Group) => open(`RSA_${bits}`, hex(group, "privateKeyPkcs8"));
    vectors(`RSA_${bits}, ${hash}`, file, prepare, async (key, vector) => {
      const opened = await key.decrypt(`RSAES_OAEP_${hash}`, hex(vector, "ct"));
      const isOurs = vector.result === "valid" && (vector["label"] ?? "") === "";
      expect(opened && toHex(opened)).toBe(isOurs ? vector["msg"] : undefined);
    });
  }
});

/** Of what Wycheproof leaves open. Refused are: curves by their parameters instead of their names, and sloppy DER. */
const ACCEPTABLE_AND_TAKEN = ["CompressedPoint"];

describe("ECDH", () => {
  const CURVES = [
    ["ECC_NIST_P256", "P-256", p256, 32, ecdh256],
    ["ECC_NIST_P384", "P-384", p384, 48, ecdh384],
    ["ECC_NIST_P521", "P-521", p521, 66, ecdh521],
  ] as const;
  for (const [spec, namedCurve, library, width, file] of CURVES) {
    const pkcs8 = async (scalar: Bytes): Promise<Bytes> => {
      const point = library.getPublicKey(scalar, false);
      const text = (bytes: Uint8Array): string => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
      const [x, y] = [text(point.subarray(1, 1 + width)), text(point.subarray(1 + width))];
      const jwk = { kty: "EC", crv: namedCurve, d: text(scalar), x, y };
      const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve }, true, ["deriveBits"]);
      return new Uint8Array((await crypto.subtle.exportKey("pkcs8", key)) as ArrayBuffer);
    };
    const scalarOf = (vector: Vector): Bytes => {
      const digits = String(vector["private"]).padStart(2 * width, "0");
      return Uint8Array.fromHex(digits.slice(-2 * width));
    };
    vectors(
      spec,
      file,
      () => undefined,
      async (_, vector) => {
        const key = await open(spec, await pkcs8(scalarOf(vector)));
        const secret = await key.derive("ECDH", hex(vector, "public"));
        const given = secret && toHex(secret);
        const isAcceptable = vector.result === "acceptable" && vector.flags.some((flag) => ACCEPTABLE_AND_TAKEN.includes(flag));
        const isTaken = vector.result === "valid" || isAcceptable;
        expect(given).toBe(isTaken ? vector["shared"] : undefined);
      },
    );
  }
});

describe("ML-DSA", () => {
  for (const [size, file, publicBytes, spkiPrefix] of [
    [44, mldsa44, 1312, "30820532300b06096086480165030403110382052100"],
    [65, mldsa65, 1952, "308207b2300b0609608648016503040312038207a100"],
    [87, mldsa87, 2592, "30820a32300b060960864801650304031303820a2100"],
  ] as const) {
    const spec = `ML_DSA_${size}`;
    const algorithm = "ML_DSA_SHAKE_256";
    vectors(
      spec,
      file,
      () => undefined,
      async (_, vector, group) => {
        const [seed, publicKey] = [hex(group, "privateSeed"), hex(group, "publicKey")];
        if (seed.byteLength !== 32) {
          await expect(open(spec, seed)).rejects.toThrow();
          return;
        }
        expect(publicKey).toHaveLength(publicBytes);
        const key = await open(spec, seed);
        const verifier = await keySpec(spec).openPublic(concat(Uint8Array.fromHex(spkiPrefix), publicKey));
        const message = hex(vector, "msg");
        expect(await verifier.verify(algorithm, message, "RAW", await key.sign(algorithm, message, "RAW", nothingRandom))).toBe(
          true,
        );
        const mu = hex(vector, "mu");
        if (vector.result !== "valid" || mu.byteLength !== 64) return;
        // Hedged with what the vector was hedged with, or with zeros where it was not: then the bytes are the same.
        const hedge = vector["rnd"] === undefined ? new Uint8Array(32) : hex(vector, "rnd");
        const signature = await key.sign(algorithm, mu, "EXTERNAL_MU", () => hedge);
        expect(toHex(signature)).toBe(vector["sig"]);
        expect(await verifier.verify(algorithm, mu, "EXTERNAL_MU", signature)).toBe(true);
      },
    );
  }
});

describe("ML-KEM", () => {
  for (const [size, spkiPrefix, both, encaps, keygen] of [
    [512, "30820332300b06096086480165030404010382032100", mlkem512, encaps512, keygen512],
    [768, "308204b2300b0609608648016503040402038204a100", mlkem768, encaps768, keygen768],
    [1024, "30820632300b06096086480165030404030382062100", mlkem1024, encaps1024, keygen1024],
  ] as const) {
    const spec = `ML_KEM_${size}`;
    const spkiOf = (key: Bytes): Bytes => concat(Uint8Array.fromHex(spkiPrefix), key);

    vectors(
      `${spec}: decapsulation`,
      both,
      () => undefined,
      async (_, vector) => {
        const [seed, ciphertext] = [hex(vector, "seed"), hex(vector, "c")];
        if (seed.byteLength !== 64) {
          await expect(open(spec, seed)).rejects.toThrow();
          return;
        }
        const secret = await (await open(spec, seed)).decapsulate("ML_KEM", ciphertext);
        expect(secret && toHex(secret)).toBe(vector.result === "valid" ? vector["K"] : undefined);
      },
    );

    vectors(
      `${spec}: encapsulation`,
      encaps,
      () => undefined,
      async (_, vector) => {
        const publicKey = keySpec(spec).openPublic(spkiOf(hex(vector, "ek")));
        const encapsulated = publicKey.then((key) => key.encapsulate("ML_KEM", () => hex(vector, "m")));
        if (vector.result === "invalid") {
          await expect(encapsulated).rejects.toThrow();
          return;
        }
        const { secret, ciphertext } = await encapsulated;
        if (size === 512) expect([toHex(secret), toHex(ciphertext)]).toEqual([vector["K"], vector["c"]]);
        else expect([secret.byteLength, ciphertext.byteLength]).toEqual([32, size === 768 ? 1088 : 1568]); // the platform draws m itself
      },
    );

    vectors(
      `${spec}: a key from its seed`,
      keygen,
      () => undefined,
      async (_, vector) => {
        const publicKey = await keySpec(spec).openPublic(spkiOf(hex(vector, "ek")));
        const { secret, ciphertext } = await publicKey.encapsulate("ML_KEM", random);
        const opened = await (await open(spec, hex(vector, "seed"))).decapsulate("ML_KEM", ciphertext);
        expect(opened).toEqual(secret);
      },
    );
  }
});
