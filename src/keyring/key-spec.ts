// What an entry of the registry is (specs.ts): how a spec's keys are made, opened and printed, and by usage and algorithm the functions
// that work. `keySpecOf` closes over the types of its keys, as a row of the operation table closes over its input.

import type { SealedMessage } from "../crypto/message.ts";
import type { Encapsulated } from "../crypto/ml-kem.ts";
import type { Secret } from "../crypto/secret.ts";
import type { Bytes, Random } from "../wire/bytes.ts";
import type { KeyUsage } from "./key.ts";

export const MESSAGE_TYPES = ["RAW", "DIGEST", "EXTERNAL_MU"] as const;
/** What a message to be signed is: itself; its digest; or ML-DSA's message representative µ (FIPS 204 §5.2). */
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** Keys whose cryptographic operations share a request rate. */
export type SharedRate = "symmetric" | "rsa" | "ecc" | "postQuantum";

type Soon<T> = T | Promise<T>;

/** A new key. */
export interface Made {
  /** What is sealed: bytes, PKCS#8, a scalar or a seed, as the family in crypto/ says. */
  readonly material: Secret;
  /** SubjectPublicKeyInfo in DER; absent: no pair. It alone decides whether two pairs are the same. */
  readonly publicKey?: Bytes | undefined;
}

export interface Signing<Private, Public> {
  /** The message types that it takes; `bytes`: the one length that a message of that type may have. */
  readonly messages: Readonly<Partial<Record<MessageType, { readonly bytes?: number }>>>;
  sign(key: Private, message: Bytes, type: MessageType, random: Random): Soon<Bytes>;
  verify(key: Public, message: Bytes, type: MessageType, signature: Bytes): Soon<boolean>;
}

export interface Encrypting<Private, Public> {
  readonly plaintextBytesMax: number;
  encrypt(key: Public, plaintext: Bytes): Soon<Bytes>;
  /** @returns undefined where it does not open; why is not told. */
  decrypt(key: Private, ciphertext: Bytes): Soon<Bytes | undefined>;
}

/** A cipher whose ciphertexts name their key and material, and bind a context: see ciphertext.ts. */
export interface Sealing<Private> {
  seal(key: Private, nonce: Bytes, plaintext: Bytes, associated: (commitment: Bytes) => Bytes): Promise<SealedMessage>;
  unseal(key: Private, nonce: Bytes, sealed: SealedMessage, associated: Bytes): Promise<Bytes | undefined>;
}

export interface Authenticating<Private> {
  mac(key: Private, message: Bytes): Soon<Bytes>;
  /** In constant time. */
  verify(key: Private, message: Bytes, mac: Bytes): Soon<boolean>;
}

export interface Agreeing<Private> {
  /** @returns undefined where the peer's SubjectPublicKeyInfo is none of this spec. */
  derive(key: Private, peer: Bytes): Soon<Bytes | undefined>;
}

export interface Encapsulating<Private, Public> {
  encapsulate(key: Public, random: Random): Soon<Encapsulated>;
  /** @returns undefined for a ciphertext of another length; every other one gives a secret (FIPS 203: implicit rejection). */
  decapsulate(key: Private, ciphertext: Bytes): Soon<Bytes | undefined>;
}

/** By usage, by algorithm, in the order in which AWS lists them. */
export interface Usages<Private, Public> {
  readonly SIGN_VERIFY: Readonly<Record<string, Signing<Private, Public>>>;
  readonly ENCRYPT_DECRYPT: Readonly<Record<string, Encrypting<Private, Public> | Sealing<Private>>>;
  readonly GENERATE_VERIFY_MAC: Readonly<Record<string, Authenticating<Private>>>;
  readonly KEY_AGREEMENT: Readonly<Record<string, Agreeing<Private>>>;
  readonly ENCAPSULATE_DECAPSULATE: Readonly<Record<string, Encapsulating<Private, Public>>>;
}

/** How material may be wrapped: for an RSA key itself, or for an AES key that is wrapped for an RSA key. */
export type WrappingLayer = "OAEP" | "AES_KEY_WRAP";

interface Facts {
  /** Whose request rate its operations share. */
  readonly rate: SharedRate;
  /** Whether the deprecated CustomerMasterKeySpec knows it too. */
  readonly legacy: boolean;
  /** Whether a key may get new material. Callers see the ids of such materials, and of no others. */
  readonly rotates: boolean;
  /** Whether making a key blocks the store for so long that keys are made one at a time. */
  readonly isSlow: boolean;
  /** The usage where CreateKey names none. */
  readonly defaultUsage?: KeyUsage;
  /** Absent: there are no data key pairs of it. `print` gives PKCS#8 in DER. */
  readonly dataKeyPairs?: { readonly perSecond: number; print(material: Secret): Secret };
  /** Absent: keys of this spec have no origin EXTERNAL. */
  readonly importing?: Importing;
}

/** How a key of somebody else's becomes one of a spec. */
export interface Importing {
  readonly wrapping: readonly WrappingLayer[];
  /** How long it may be, unwrapped. */
  readonly bytesMax: number;
  /** @returns undefined for what is no key of this spec. */
  read(bytes: Secret): Soon<Made | undefined>;
}

export interface Entry<Private, Public> extends Facts {
  generate(random: Random): Soon<Made>;
  open(material: Secret): Soon<Private>;
  /** Absent: its keys are no pairs. */
  openPublic?(spki: Bytes): Soon<Public>;
  readonly usages: Partial<Usages<Private, Public>>;
}

/** A key in memory: it works, and cannot be read. Each throws RangeError for an algorithm that its spec does not have. */
export interface Opened {
  sign(algorithm: string, message: Bytes, type: MessageType, random: Random): Soon<Bytes>;
  decrypt(algorithm: string, ciphertext: Bytes): Soon<Bytes | undefined>;
  seal(algorithm: string, nonce: Bytes, plaintext: Bytes, associated: (commitment: Bytes) => Bytes): Promise<SealedMessage>;
  unseal(algorithm: string, nonce: Bytes, sealed: SealedMessage, associated: Bytes): Promise<Bytes | undefined>;
  mac(algorithm: string, message: Bytes): Soon<Bytes>;
  verifyMac(algorithm: string, message: Bytes, mac: Bytes): Soon<boolean>;
  derive(algorithm: string, peer: Bytes): Soon<Bytes | undefined>;
  decapsulate(algorithm: string, ciphertext: Bytes): Soon<Bytes | undefined>;
}

/** A pair's public key in memory. */
export interface OpenedPublic {
  verify(algorithm: string, message: Bytes, type: MessageType, signature: Bytes): Soon<boolean>;
  encrypt(algorithm: string, plaintext: Bytes): Soon<Bytes>;
  encapsulate(algorithm: string, random: Random): Soon<Encapsulated>;
}

/** An entry with the types of its keys closed over. */
export interface KeySpec extends Facts {
  readonly name: string;
  readonly isPair: boolean;
  /** Usages a key of this spec may have, with the algorithms each then offers. */
  readonly algorithms: Readonly<Partial<Record<KeyUsage, readonly string[]>>>;
  /** What an algorithm takes, for whoever checks a request. @throws RangeError for an algorithm that this spec does not have. */
  messages(algorithm: string): Signing<never, never>["messages"];
  plaintextBytesMax(algorithm: string): number;
  generate(random: Random): Promise<Made>;
  open(material: Secret): Promise<Opened>;
  /** @throws Error where its keys are no pairs. */
  openPublic(spki: Bytes): Promise<OpenedPublic>;
}

export function keySpecOf<Private, Public>(name: string, entry: Entry<Private, Public>): KeySpec {
  const { generate, open, openPublic, usages, ...facts } = entry;
  const algorithms = Object.fromEntries(Object.entries(usages).map(([usage, ways]) => [usage, Object.keys(ways)]));
  return {
    ...facts,
    name,
    isPair: openPublic !== undefined,
    algorithms,
    messages: (algorithm) => way(usages.SIGN_VERIFY, algorithm).messages,
    plaintextBytesMax: (algorithm) => encrypting(usages, algorithm).plaintextBytesMax,
    generate: async (random) => generate(random),
    open: async (material) => opened(usages, await open(material)),
    async openPublic(spki) {
      if (openPublic === undefined) throw new Error(`keys of ${name} have no public key`);
      return openedPublic(usages, await openPublic(spki));
    },
  };
}

const opened = <Private, Public>(usages: Partial<Usages<Private, Public>>, key: Private): Opened => ({
  sign: (algorithm, ...of) => way(usages.SIGN_VERIFY, algorithm).sign(key, ...of),
  decrypt: (algorithm, ...of) => encrypting(usages, algorithm).decrypt(key, ...of),
  seal: (algorithm, ...of) => sealing(usages, algorithm).seal(key, ...of),
  unseal: (algorithm, ...of) => sealing(usages, algorithm).unseal(key, ...of),
  mac: (algorithm, ...of) => way(usages.GENERATE_VERIFY_MAC, algorithm).mac(key, ...of),
  verifyMac: (algorithm, ...of) => way(usages.GENERATE_VERIFY_MAC, algorithm).verify(key, ...of),
  derive: (algorithm, ...of) => way(usages.KEY_AGREEMENT, algorithm).derive(key, ...of),
  decapsulate: (algorithm, ...of) => way(usages.ENCAPSULATE_DECAPSULATE, algorithm).decapsulate(key, ...of),
});

const openedPublic = <Private, Public>(usages: Partial<Usages<Private, Public>>, key: Public): OpenedPublic => ({
  verify: (algorithm, ...of) => way(usages.SIGN_VERIFY, algorithm).verify(key, ...of),
  encrypt: (algorithm, ...of) => encrypting(usages, algorithm).encrypt(key, ...of),
  encapsulate: (algorithm, ...of) => way(usages.ENCAPSULATE_DECAPSULATE, algorithm).encapsulate(key, ...of),
});

/** A name from outside selects; it never reaches a prototype. */
function way<Way>(ways: Readonly<Record<string, Way>> | undefined, algorithm: string): Way {
  const found = ways !== undefined && Object.hasOwn(ways, algorithm) ? ways[algorithm] : undefined;
  if (found === undefined) throw new RangeError(`no such algorithm: ${algorithm}`);
  return found;
}

const isSealing = <Private, Public>(cipher: Encrypting<Private, Public> | Sealing<Private>): cipher is Sealing<Private> =>
  "seal" in cipher;

function sealing<Private, Public>(usages: Partial<Usages<Private, Public>>, algorithm: string): Sealing<Private> {
  const cipher = way(usages.ENCRYPT_DECRYPT, algorithm);
  if (!isSealing(cipher)) throw new RangeError(`${algorithm} binds no context`);
  return cipher;
}

function encrypting<Private, Public>(usages: Partial<Usages<Private, Public>>, algorithm: string): Encrypting<Private, Public> {
  const cipher = way(usages.ENCRYPT_DECRYPT, algorithm);
  if (isSealing(cipher)) throw new RangeError(`${algorithm} binds a context`);
  return cipher;
}
