// Each algorithm in each direction: its rate beside the floor, by paired slices; what its primitive costs by itself in the same workerd; and
// the rest, which is ours: the request's time less GenerateRandom's less the primitive's.

import { randomBytes } from "node:crypto";
import type { Asked } from "../../support/asked.ts";
import { KEY_TYPES, messagesOf } from "../../vectors/key-types.ts";
import { ACCOUNT, createKey, plainLoad, repeated } from "./loads.ts";
import { compare, type Extent } from "./pairs.ts";
import { primitiveOf } from "./primitive.ts";
import type { Service } from "./requests.ts";
import { median, spreadOf } from "./statistics.ts";

/** Specs that stand for others with the same algorithms: the smallest, and the largest RSA. */
const SPECS = [
  ...["RSA_2048", "RSA_4096"],
  ...["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"],
  ...["HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512"],
  ...["ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"],
];
const MESSAGE_BYTES = 256;
const PLAINTEXT_BYTES = 32;

/** One algorithm in one direction: the call, and the primitive that it rests on. */
interface Direction {
  readonly name: string;
  readonly usage: string;
  readonly asked: Asked;
  readonly operation: string;
  /** What the call is sent beside its key; what it needs made before is made by calls. */
  readonly input: (key: string, service: Service) => Promise<Record<string, unknown>>;
}

const base64 = (length: number): string => randomBytes(length).toString("base64");

function signing(spec: string, algorithm: string): Direction[] {
  const messages = Object.entries(messagesOf(algorithm)) as [Asked["type"], number | undefined][];
  return messages.flatMap(([type, length = MESSAGE_BYTES]) => {
    const asked = { spec, algorithm, type, bytes: length };
    const common = { SigningAlgorithm: algorithm, MessageType: type, Message: base64(length) };
    const sign: Direction = {
      ...{ name: `Sign ${spec} ${algorithm} ${type}`, usage: "SIGN_VERIFY", operation: "Sign" },
      asked: { ...asked, what: "sign" },
      input: async () => common,
    };
    const verify: Direction = {
      ...{ name: `Verify ${spec} ${algorithm} ${type}`, usage: "SIGN_VERIFY", operation: "Verify" },
      asked: { ...asked, what: "verify" },
      input: async (KeyId, { call }) => ({
        ...common,
        Signature: (await call(ACCOUNT, "Sign", { KeyId, ...common }))["Signature"],
      }),
    };
    return [sign, verify];
  });
}

function encryption(spec: string, algorithm: string): Direction[] {
  const asked = { spec, algorithm, type: "RAW", bytes: PLAINTEXT_BYTES } as const;
  const common = { EncryptionAlgorithm: algorithm };
  const encrypt = { ...common, Plaintext: base64(PLAINTEXT_BYTES) };
  const usage = "ENCRYPT_DECRYPT";
  return [
    {
      name: `Encrypt ${spec} ${algorithm}`,
      usage,
      operation: "Encrypt",
      asked: { ...asked, what: "encrypt" },
      input: async () => encrypt,
    },
    {
      ...{ name: `Decrypt ${spec} ${algorithm}`, usage, operation: "Decrypt", asked: { ...asked, what: "decrypt" } },
      input: async (KeyId, { call }) => ({
        ...common,
        CiphertextBlob: (await call(ACCOUNT, "Encrypt", { KeyId, ...encrypt }))["CiphertextBlob"],
      }),
    },
  ];
}

const mac = (spec: string, algorithm: string): Direction => ({
  ...{ name: `GenerateMac ${algorithm}`, usage: "GENERATE_VERIFY_MAC", operation: "GenerateMac" },
  asked: { spec, algorithm, type: "RAW", bytes: MESSAGE_BYTES, what: "mac" },
  input: async () => ({ MacAlgorithm: algorithm, Message: base64(MESSAGE_BYTES) }),
});

const agreement = (spec: string, algorithm: string): Direction => ({
  ...{ name: `DeriveSharedSecret ${spec}`, usage: "KEY_AGREEMENT", operation: "DeriveSharedSecret" },
  asked: { spec, algorithm, type: "RAW", bytes: 0, what: "derive" },
  input: async (KeyId, { call }) => ({
    KeyAgreementAlgorithm: algorithm,
    PublicKey: (await call(ACCOUNT, "GetPublicKey", { KeyId }))["PublicKey"],
  }),
});

function encapsulation(spec: string, algorithm: string): Direction[] {
  const asked = { spec, algorithm, type: "RAW", bytes: 0 } as const;
  const common = { EncapsulationAlgorithm: algorithm };
  const usage = "ENCAPSULATE_DECAPSULATE";
  const made = "SharedSecretCiphertextBlob";
  return [
    {
      name: `Encapsulate ${spec}`,
      usage,
      operation: "Encapsulate",
      asked: { ...asked, what: "encapsulate" },
      input: async () => common,
    },
    {
      ...{ name: `Decapsulate ${spec}`, usage, operation: "Decapsulate", asked: { ...asked, what: "decapsulate" } },
      input: async (KeyId, { call }) => ({ ...common, [made]: (await call(ACCOUNT, "Encapsulate", { KeyId, ...common }))[made] }),
    },
  ];
}

const pair: Direction = {
  ...{ name: "GenerateDataKeyPair ECC_NIST_P256", usage: "ENCRYPT_DECRYPT", operation: "GenerateDataKeyPair" },
  asked: { spec: "ECC_NIST_P256", algorithm: "", type: "RAW", bytes: 0, what: "generate" },
  input: async () => ({ KeyPairSpec: "ECC_NIST_P256" }),
};

const directions = (): Direction[] => [
  ...SPECS.flatMap((spec) => {
    const usages = KEY_TYPES[spec]?.usages ?? {};
    return [
      ...(usages.SIGN_VERIFY ?? []).flatMap((algorithm) => signing(spec, algorithm)),
      ...(usages.ENCRYPT_DECRYPT ?? []).flatMap((algorithm) => encryption(spec, algorithm)),
      ...(usages.GENERATE_VERIFY_MAC ?? []).map((algorithm) => mac(spec, algorithm)),
      ...(usages.KEY_AGREEMENT ?? []).map((algorithm) => agreement(spec, algorithm)),
      ...(usages.ENCAPSULATE_DECAPSULATE ?? []).flatMap((algorithm) => encapsulation(spec, algorithm)),
    ];
  }),
  pair,
];

const keyFor = ({ usage, asked, operation }: Direction, service: Service): Promise<string> =>
  createKey(service, { KeySpec: operation === "GenerateDataKeyPair" ? "SYMMETRIC_DEFAULT" : asked.spec, KeyUsage: usage });

const microsecondsOf = (requestsPerSecond: readonly number[]): number => 1e6 / median(requestsPerSecond);

/** Prints a row for each algorithm and direction whose name holds one of `names`. */
export async function measureAlgorithms(service: Service, extents: readonly Extent[], names: readonly string[]): Promise<void> {
  const floor = plainLoad(service.port, "/bench/floor");
  for (const extent of extents) {
    const random = repeated(service, "GenerateRandom", { NumberOfBytes: 32 });
    console.log(`${extent.connections} connections`);
    console.log(`${"what".padEnd(60)} ratio  primitive µs  request µs  glue µs`);
    for (const direction of directions().filter(({ name }) => names.some((word) => name.includes(word)))) {
      const KeyId = await keyFor(direction, service);
      const input = { KeyId, ...(await direction.input(KeyId, service)) };
      const primitive = await primitiveOf(service.port, direction.asked);
      const load = repeated(service, direction.operation, input);
      const { median: ratio } = spreadOf((await compare(load, floor, extent)).ratios);
      // The machine changes its speed by the minute: GenerateRandom's time is that of the slices directly before and after.
      const { ratios, slices } = await compare(load, random, extent);
      const whole = microsecondsOf(slices.map(({ requestsPerSecond }) => requestsPerSecond));
      const columns = [primitive, whole, whole * (1 - median(ratios)) - primitive].map((value) => value.toFixed(0).padStart(11));
      console.log([direction.name.padEnd(60), ratio.toFixed(2).padStart(5), ...columns].join(" "));
    }
  }
}
