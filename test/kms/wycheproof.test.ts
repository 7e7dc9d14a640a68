// Wycheproof's signatures against Verify: the key's public row is planted, the message goes as RAW and, hashed here, as DIGEST or EXTERNAL_MU.

import ecdsa256k1 from "wycheproof:ecdsa_secp256k1_sha256";
import ecdsa256 from "wycheproof:ecdsa_secp256r1_sha256";
import ecdsa384 from "wycheproof:ecdsa_secp384r1_sha384";
import ecdsa521 from "wycheproof:ecdsa_secp521r1_sha512";
import ed25519 from "wycheproof:ed25519";
import mldsa44 from "wycheproof:mldsa_44_verify";
import mldsa65 from "wycheproof:mldsa_65_verify";
import mldsa87 from "wycheproof:mldsa_87_verify";
import pss2048sha256 from "wycheproof:rsa_pss_2048_sha256_mgf1_32";
import pss2048sha384 from "wycheproof:rsa_pss_2048_sha384_mgf1_48";
import pss3072sha256 from "wycheproof:rsa_pss_3072_sha256_mgf1_32";
import pss4096sha384 from "wycheproof:rsa_pss_4096_sha384_mgf1_48";
import pss4096sha512 from "wycheproof:rsa_pss_4096_sha512_mgf1_64";
import rsa2048sha256 from "wycheproof:rsa_signature_2048_sha256";
import rsa2048sha384 from "wycheproof:rsa_signature_2048_sha384";
import rsa2048sha512 from "wycheproof:rsa_signature_2048_sha512";
import rsa3072sha256 from "wycheproof:rsa_signature_3072_sha256";
import rsa3072sha384 from "wycheproof:rsa_signature_3072_sha384";
import rsa3072sha512 from "wycheproof:rsa_signature_3072_sha512";
import rsa4096sha256 from "wycheproof:rsa_signature_4096_sha256";
import rsa4096sha384 from "wycheproof:rsa_signature_4096_sha384";
import rsa4096sha512 from "wycheproof:rsa_signature_4096_sha512";
import { shake256 } from "@noble/hashes/sha3.js";
import { describe, expect } from "vitest";
import { newAccount, raw } from "../support/client.ts";
import { plant } from "../support/planted.ts";
import { type Group, hex, type Vector, type VectorFile, vectors } from "../support/wycheproof.ts";
import { messagesOf } from "../vectors/key-types.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const FILES: readonly (readonly [spec: string, algorithm: string, file: VectorFile | null])[] = [
  ["ECC_SECG_P256K1", "ECDSA_SHA_256", ecdsa256k1],
  ["ECC_NIST_P256", "ECDSA_SHA_256", ecdsa256],
  ["ECC_NIST_P384", "ECDSA_SHA_384", ecdsa384],
  ["ECC_NIST_P521", "ECDSA_SHA_512", ecdsa521],
  ["ECC_NIST_EDWARDS25519", "ED25519_SHA_512", ed25519],
  ["ML_DSA_44", "ML_DSA_SHAKE_256", mldsa44],
  ["ML_DSA_65", "ML_DSA_SHAKE_256", mldsa65],
  ["ML_DSA_87", "ML_DSA_SHAKE_256", mldsa87],
  ["RSA_2048", "RSASSA_PSS_SHA_256", pss2048sha256],
  ["RSA_2048", "RSASSA_PSS_SHA_384", pss2048sha384],
  ["RSA_3072", "RSASSA_PSS_SHA_256", pss3072sha256],
  ["RSA_4096", "RSASSA_PSS_SHA_384", pss4096sha384],
  ["RSA_4096", "RSASSA_PSS_SHA_512", pss4096sha512],
  ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", rsa2048sha256],
  ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_384", rsa2048sha384],
  ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512", rsa2048sha512],
  ["RSA_3072", "RSASSA_PKCS1_V1_5_SHA_256", rsa3072sha256],
  ["RSA_3072", "RSASSA_PKCS1_V1_5_SHA_384", rsa3072sha384],
  ["RSA_3072", "RSASSA_PKCS1_V1_5_SHA_512", rsa3072sha512],
  ["RSA_4096", "RSASSA_PKCS1_V1_5_SHA_256", rsa4096sha256],
  ["RSA_4096", "RSASSA_PKCS1_V1_5_SHA_384", rsa4096sha384],
  ["RSA_4096", "RSASSA_PKCS1_V1_5_SHA_512", rsa4096sha512],
];

const account = newAccount();

/** KMS takes messages of at least a byte, and at most so many. */
const MESSAGE_BYTES_MAX = 4096;

/** µ of FIPS 204, algorithm 7, with an empty context. */
function representative(publicKey: Bytes, message: Bytes): Uint8Array {
  const hashed = shake256(publicKey, { dkLen: 64 });
  return shake256(new Uint8Array([...hashed, 0, 0, ...message]), { dkLen: 64 });
}

async function digested(type: string, algorithm: string, group: Group, message: Bytes): Promise<Uint8Array> {
  if (type === "EXTERNAL_MU") return representative(hex(group, "publicKey"), message);
  const hash = algorithm.replace(/^.*SHA_(\d+)$/, "SHA-$1");
  return new Uint8Array(await crypto.subtle.digest(hash, message));
}

/** AWS's signatures have no context, and Wycheproof calls a missing NULL in DigestInfo acceptable, which we refuse. */
const shouldHold = ({ result, ctx }: Vector): boolean => result === "valid" && (ctx === undefined || ctx === "");

describe("Wycheproof", () => {
  for (const [spec, algorithm, file] of FILES) {
    const messages = messagesOf(algorithm);
    vectors(
      `${spec}, ${algorithm}`,
      file,
      (group) => plant(account, { spec, usage: "SIGN_VERIFY", publicKey: hex(group, "publicKeyDer") }),
      async (KeyId, vector, group) => {
        const message = hex(vector, "msg");
        const input = { KeyId, SigningAlgorithm: algorithm, Signature: hex(vector, "sig").toBase64() };
        const verify = async (MessageType: string, bytes: Uint8Array) =>
          (await raw("Verify", { ...input, MessageType, Message: bytes.toBase64() }, { account })).status === 200;
        if (message.byteLength > 0 && message.byteLength <= MESSAGE_BYTES_MAX)
          expect(await verify("RAW", message), "RAW").toBe(shouldHold(vector));
        for (const type of Object.keys(messages).filter((name) => name !== "RAW"))
          expect(await verify(type, await digested(type, algorithm, group, message)), type).toBe(shouldHold(vector));
      },
    );
  }
});
