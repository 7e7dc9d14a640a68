// Programs that sign with a key of a KMS, unmodified: wallets of ethers and viem, JSON Web Tokens checked by jose, cosign, the AWS CLI.

import { execFile, execFileSync } from "node:child_process";
import { createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import {
  CreateKeyCommand,
  GetPublicKeyCommand,
  type KeySpec,
  type KMSClient,
  SignCommand,
  type SigningAlgorithmSpec,
} from "@aws-sdk/client-kms";
import { AwsKmsSigner } from "@cuonghx.gu-tech/ethers-aws-kms-signer";
import { getAddress, Transaction, verifyMessage } from "ethers";
import { jwtVerify } from "jose";
import {
  type Hex,
  hashMessage,
  hexToBigInt,
  keccak256,
  parseEther,
  recoverAddress,
  recoverMessageAddress,
  recoverTransactionAddress,
  serializeTransaction,
  toHex,
} from "viem";
import { publicKeyToAddress, toAccount } from "viem/accounts";
import { afterEach, expect, test } from "vitest";
import { clientEnvironment, kmsClient, newState, profileValue, startServer } from "./edgekeep.ts";

const PATIENCE_MS = 90_000;
const { AWS_ENDPOINT_URL_KMS } = process.env;

afterEach(() => {
  if (AWS_ENDPOINT_URL_KMS === undefined) delete process.env["AWS_ENDPOINT_URL_KMS"];
  else process.env["AWS_ENDPOINT_URL_KMS"] = AWS_ENDPOINT_URL_KMS;
});

/** A server, a key, and the key's public half. */
async function withKey(spec: string) {
  const state = newState();
  const server = await startServer(state);
  const kms = kmsClient(state);
  return { state, server, kms, ...(await newKey(kms, spec)) };
}

async function newKey(kms: KMSClient, spec: string) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec: spec as KeySpec, KeyUsage: "SIGN_VERIFY" }));
  const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: KeyMetadata?.KeyId }));
  const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
  return { KeyId: KeyMetadata?.KeyId ?? "", publicKey, spki: Buffer.from(PublicKey) };
}

/** The two numbers of an ECDSA signature in DER. */
function numbersOf(der: Uint8Array): [r: Buffer, s: Buffer] {
  const bytes = Buffer.from(der);
  const at = (bytes[1] ?? 0) > 127 ? 3 : 2;
  const r = bytes.subarray(at + 2, at + 2 + (bytes[at + 1] ?? 0));
  const s = bytes.subarray(at + 2 + r.length + 2);
  return [r, s];
}

test("a wallet of ethers signs a transaction and a message; both give its address back", { timeout: PATIENCE_MS }, async () => {
  const { state, server, KeyId, spki } = await withKey("ECC_SECG_P256K1");
  process.env["AWS_ENDPOINT_URL_KMS"] = server.endpoint;
  const credentials = {
    accessKeyId: profileValue(state, "credentials", "aws_access_key_id"),
    secretAccessKey: profileValue(state, "credentials", "aws_secret_access_key"),
  };
  const signer = new AwsKmsSigner({ keyId: KeyId, region: profileValue(state, "config", "region"), credentials });
  const address = getAddress(await signer.getAddress());
  expect(address).toBe(publicKeyToAddress(toHex(spki.subarray(-65))));
  for (let count = 0; count < 5; count++) {
    const message = `the ${count}th message`;
    expect(verifyMessage(message, await signer.signMessage(message))).toBe(address);
    const to = "0x0000000000000000000000000000000000000001";
    const signed = await signer.signTransaction({
      from: null,
      to,
      value: count,
      chainId: 1,
      nonce: count,
      gasLimit: 21_000,
      gasPrice: 1,
    });
    expect(Transaction.from(signed).from).toBe(address);
  }
  await server.stop("npm");
});

const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

test("so does an account of viem", { timeout: PATIENCE_MS }, async () => {
  const { server, kms, KeyId, spki } = await withKey("ECC_SECG_P256K1");
  const address = publicKeyToAddress(toHex(spki.subarray(-65)));

  const sign = async (hash: Hex) => {
    const Message = Buffer.from(hash.slice(2), "hex");
    const input = { KeyId, Message, MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" } as const;
    const { Signature = new Uint8Array() } = await kms.send(new SignCommand(input));
    const [r, high] = numbersOf(Signature).map((number) => hexToBigInt(toHex(number)));
    const [one, other] = [r ?? 0n, high ?? 0n];
    const s = other > CURVE_ORDER / 2n ? CURVE_ORDER - other : other; // chains take the lower one; KMS gives either
    for (const yParity of [0, 1]) {
      const signature = { r: toHex(one, { size: 32 }), s: toHex(s, { size: 32 }), yParity };
      if ((await recoverAddress({ hash, signature })) === address) return signature;
    }
    throw new Error("neither point is the key's");
  };
  const account = toAccount({
    address,
    async signMessage({ message }) {
      const { r, s, yParity } = await sign(hashMessage(message));
      return `${r}${s.slice(2)}${yParity === 0 ? "1b" : "1c"}` as Hex;
    },
    async signTransaction(transaction) {
      return serializeTransaction(transaction, await sign(keccak256(serializeTransaction(transaction))));
    },
    signTypedData: () => Promise.reject(new Error("not asked for here")),
  });
  const signature = await account.signMessage({ message: "hello" });
  expect(await recoverMessageAddress({ message: "hello", signature })).toBe(address);
  const common = { chainId: 1, nonce: 0, gas: 21_000n, maxFeePerGas: 1n, maxPriorityFeePerGas: 1n } as const;
  const serializedTransaction = await account.signTransaction({
    ...common,
    type: "eip1559",
    to: address,
    value: parseEther("1"),
  });
  expect(await recoverTransactionAddress({ serializedTransaction: serializedTransaction as `0x02${string}` })).toBe(address);
  await server.stop("npm");
});

/** JSON Web Algorithms (RFC 7518, RFC 8037, draft-ietf-cose-dilithium) and what signs by them here. */
const JWA: readonly (readonly [alg: string, spec: string, algorithm: SigningAlgorithmSpec, coordinateBytes?: number])[] = [
  ["ES256", "ECC_NIST_P256", "ECDSA_SHA_256", 32],
  ["ES384", "ECC_NIST_P384", "ECDSA_SHA_384", 48],
  ["ES512", "ECC_NIST_P521", "ECDSA_SHA_512", 66],
  ["RS256", "RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"],
  ["PS256", "RSA_2048", "RSASSA_PSS_SHA_256"],
  ["EdDSA", "ECC_NIST_EDWARDS25519", "ED25519_SHA_512"],
  ["ML-DSA-65", "ML_DSA_65", "ML_DSA_SHAKE_256"],
];

/** A JWT has r and s side by side, as wide as the field. */
function sideBySide(der: Uint8Array, bytes: number): Buffer {
  const wide = (number: Buffer): Buffer => Buffer.concat([Buffer.alloc(bytes), number]).subarray(-bytes);
  return Buffer.concat(numbersOf(der).map(wide));
}

test("JSON Web Tokens verify with jose from GetPublicKey", { timeout: PATIENCE_MS }, async () => {
  const state = newState();
  const server = await startServer(state);
  const kms = kmsClient(state);
  const text = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  for (const [alg, spec, SigningAlgorithm, coordinateBytes] of JWA) {
    const { KeyId, publicKey }: { KeyId: string; publicKey: KeyObject } = await newKey(kms, spec);
    const signed = `${text({ alg })}.${text({ sub: "edge", aud: alg })}`;
    const { Signature = new Uint8Array() } = await kms.send(
      new SignCommand({ KeyId, Message: Buffer.from(signed), SigningAlgorithm }),
    );
    const signature = coordinateBytes === undefined ? Buffer.from(Signature) : sideBySide(Signature, coordinateBytes);
    const { payload } = await jwtVerify(`${signed}.${signature.toString("base64url")}`, publicKey, { audience: alg });
    expect(payload.sub).toBe("edge");
  }
  await server.stop("npm");
});

function isInstalled(program: string, ...words: string[]): boolean {
  try {
    execFileSync(program, words, { stdio: "ignore", timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}

const noCli = isInstalled("aws", "--version") ? undefined : "no AWS CLI is installed here";

test.skipIf(noCli !== undefined)(
  `the AWS CLI signs a file, which openssl verifies${noCli === undefined ? "" : ` (${noCli})`}`,
  { timeout: PATIENCE_MS },
  async () => {
    const { state, server, KeyId, spki } = await withKey("RSA_2048");
    const folder = dirname(state);
    const [file, key, signature] = ["file", "key.der", "signature"].map((name) => join(folder, name));
    writeFileSync(file ?? "", "a release");
    writeFileSync(key ?? "", spki);
    const words = ["kms", "sign", "--key-id", KeyId, "--message", `fileb://${file}`, "--signing-algorithm", "RSASSA_PSS_SHA_256"];
    const options = { env: clientEnvironment(state), timeout: PATIENCE_MS };
    const { stdout } = await promisify(execFile)("aws", [...words, "--output", "text", "--query", "Signature"], options);
    writeFileSync(signature ?? "", Buffer.from(stdout.trim(), "base64"));
    const padding = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"];
    const dgst = [
      "dgst",
      "-sha256",
      "-keyform",
      "DER",
      "-verify",
      key ?? "",
      "-signature",
      signature ?? "",
      ...padding,
      file ?? "",
    ];
    expect(execFileSync("openssl", dgst, { encoding: "utf8" })).toContain("Verified OK");
    expect(readFileSync(signature ?? "")).toHaveLength(256);
    await server.stop("npm");
  },
);

const noCosign = isInstalled("cosign", "version") ? undefined : "no cosign is installed here";

test.skipIf(noCosign !== undefined)(
  `cosign signs a blob and verifies it${noCosign === undefined ? "" : ` (${noCosign})`}`,
  { timeout: PATIENCE_MS },
  async () => {
    const { state, server, KeyId } = await withKey("ECC_NIST_P256");
    const blob = join(dirname(state), "blob");
    writeFileSync(blob, "a release");
    const key = `awskms://${server.endpoint.replace(/^https?:\/\//, "")}/${KeyId}`;
    const options = { env: clientEnvironment(state), timeout: PATIENCE_MS };
    const run = async (...words: string[]) => (await promisify(execFile)("cosign", words, options)).stdout;
    const signature = join(dirname(state), "blob.sig");
    await run("sign-blob", "--yes", "--tlog-upload=false", "--key", key, "--output-signature", signature, blob);
    await run("verify-blob", "--insecure-ignore-tlog", "--key", key, "--signature", signature, blob);
    await server.stop("npm");
  },
);
