// What a key can do, for whoever holds its row: it is opened when it is first used, kept in memory as a key that cannot be read, and
// dropped in the turn in which it is disabled, deleted or rotated. What works stands in specs.ts, what is stored in sealed-keys.ts.

import { MESSAGE_NONCE_BYTES } from "../crypto/message.ts";
import { handedOver } from "../crypto/secret.ts";
import { type Bytes, concat } from "../wire/bytes.ts";
import {
  type Ciphertext,
  contextBytes,
  type EncryptionContext,
  HEADER_BYTES,
  MATERIAL_PREFIX_BYTES,
  ORIGIN_BYTES,
  printOrigin,
} from "./ciphertext.ts";
import { Kept } from "./kept.ts";
import type { Key } from "./key.ts";
import type { KeySpec, Made, MessageType, Opened, OpenedPublic } from "./key-spec.ts";
import { type Described, type NewMaterial, type NextMaterial, SealedKeys, type SealedKeysPorts } from "./sealed-keys.ts";
import { bindsContext, keySpec } from "./specs.ts";
import { unwrap, type Wrapping } from "./wrapping.ts";
import { type NewWrappingKey, type SealedWrappingKey, WrappingKeys } from "./wrapping-keys.ts";

/** Materials of keys that are no pairs, private keys, and public ones. */
const [MATERIALS_MAX, PRIVATE_KEYS_MAX, PUBLIC_KEYS_MAX] = [4096, 512, 2048];

/** The material rows of a store, as far as the keyring reads them. */
export interface SealedMaterials {
  /** @returns the row whose id begins with `prefix`, or undefined. */
  find(keyId: string, prefix: string): { readonly id: string; readonly box: Bytes } | undefined;
}

/** The sealed public keys of a store's pairs. */
export interface SealedPublicKeys {
  find(keyId: string): Bytes | undefined;
}

export interface KeyringPorts extends SealedKeysPorts {
  readonly materials: SealedMaterials;
  readonly publicKeys: SealedPublicKeys;
  /** Makes a key whose making blocks the store, when its turn has come. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
}

interface OpenMaterial {
  readonly key: Opened;
  /** How each ciphertext under it begins that names its key. */
  readonly origin: Bytes;
}

interface OpenPair {
  readonly key: OpenedPublic;
  /** SubjectPublicKeyInfo. */
  readonly spki: Bytes;
}

/** A ciphertext, and the id of the material that callers may know of. */
export interface Encrypted {
  readonly blob: Bytes;
  readonly materialId?: string;
}

export interface Decrypted {
  readonly plaintext: Bytes;
  readonly materialId?: string;
}

export class Keyring {
  readonly #ports: KeyringPorts;
  readonly #sealed: SealedKeys;
  readonly #wrappingKeys: WrappingKeys;
  readonly #materials = new Kept<OpenMaterial | undefined>(MATERIALS_MAX);
  readonly #privateKeys = new Kept<OpenMaterial | undefined>(PRIVATE_KEYS_MAX);
  readonly #publicKeys = new Kept<OpenPair>(PUBLIC_KEYS_MAX);

  constructor(ports: KeyringPorts) {
    this.#ports = ports;
    this.#sealed = new SealedKeys(ports);
    this.#wrappingKeys = new WrappingKeys(ports);
  }

  /** Makes and seals the material of a new key. */
  async create(key: Described): Promise<NewMaterial> {
    await this.#sealed.requireSealing();
    return this.#sealed.seal(key, await this.#make(keySpec(key.spec)));
  }

  /** Makes and seals another material of a key, under the salt that it has. */
  async createNext(key: Described, saltBox: Bytes): Promise<NextMaterial> {
    await this.#sealed.requireSealing();
    return this.#sealed.sealNext(key, saltBox, await this.#make(keySpec(key.spec)));
  }

  /** Seals a salt for a key whose material is still to come. */
  async createEmpty(key: Described): Promise<Bytes> {
    await this.#sealed.requireSealing();
    return this.#sealed.sealSalt(key);
  }

  /** Makes a key that another key's material may be wrapped for. */
  createWrappingKey(key: Described, wrapping: Wrapping): Promise<NewWrappingKey> {
    return this.#wrappingKeys.create(key.id, wrapping);
  }

  /**
   * Unwraps and seals what somebody has sent for a key.
   * @returns "unopened" for what does not open, "unfit" for what is no key of the spec.
   */
  async import(
    key: Described,
    saltBox: Bytes,
    wrappingKey: SealedWrappingKey,
    wrapped: Bytes,
  ): Promise<NextMaterial | "unopened" | "unfit"> {
    await this.#sealed.requireSealing();
    const opened = unwrap(wrappingKey, await this.#wrappingKeys.open(wrappingKey), wrapped, this.#ports.random);
    if (opened === undefined) return "unopened";
    const made = await keySpec(key.spec).importing?.read(opened);
    return made === undefined ? "unfit" : this.#sealed.sealNext(key, saltBox, made);
  }

  /** Makes a pair that belongs to its caller: PKCS#8 and SubjectPublicKeyInfo. @throws Error where there are no data key pairs of the spec. */
  async dataKeyPair(spec: string): Promise<{ readonly privateKey: Bytes; readonly publicKey: Bytes }> {
    const entry = keySpec(spec);
    const { material, publicKey } = await this.#make(entry);
    if (entry.dataKeyPairs === undefined || publicKey === undefined) throw new Error(`no data key pairs of ${spec}`);
    return { privateKey: handedOver(entry.dataKeyPairs.print(material)), publicKey };
  }

  /** Encrypts under the key's current material, or for its private key. `context`: only where the algorithm binds one. */
  encrypt(key: Key, algorithm: string, plaintext: Bytes, context: EncryptionContext): Promise<Encrypted> {
    return bindsContext(algorithm) ? this.#seal(key, algorithm, plaintext, context) : this.#encrypt(key, algorithm, plaintext);
  }

  /**
   * `ciphertext`: as it was read where the algorithm binds a context, or else as it came.
   * @returns undefined where this key did not make this ciphertext in this context; which of them is not told.
   */
  decrypt(
    key: Key,
    algorithm: string,
    ciphertext: Ciphertext | Bytes,
    context: EncryptionContext,
  ): Promise<Decrypted | undefined> {
    return "header" in ciphertext ? this.#unseal(key, algorithm, ciphertext, context) : this.#decrypt(key, algorithm, ciphertext);
  }

  async sign(key: Key, algorithm: string, message: Bytes, type: MessageType): Promise<Bytes> {
    return (await this.#privateKey(key)).sign(algorithm, message, type, this.#ports.random);
  }

  async verify(key: Key, algorithm: string, message: Bytes, type: MessageType, signature: Bytes): Promise<boolean> {
    return (await this.#publicKey(key)).key.verify(algorithm, message, type, signature);
  }

  async mac(key: Key, algorithm: string, message: Bytes): Promise<Bytes> {
    return (await this.#privateKey(key)).mac(algorithm, message);
  }

  async verifyMac(key: Key, algorithm: string, message: Bytes, mac: Bytes): Promise<boolean> {
    return (await this.#privateKey(key)).verifyMac(algorithm, message, mac);
  }

  /** @returns undefined where the peer's SubjectPublicKeyInfo is none of the key's spec. */
  async derive(key: Key, algorithm: string, peer: Bytes): Promise<Bytes | undefined> {
    return (await this.#privateKey(key)).derive(algorithm, peer);
  }

  async encapsulate(key: Key, algorithm: string): Promise<{ readonly secret: Bytes; readonly ciphertext: Bytes }> {
    return (await this.#publicKey(key)).key.encapsulate(algorithm, this.#ports.random);
  }

  /** @returns undefined for a ciphertext of another length; every other one gives a secret. */
  async decapsulate(key: Key, algorithm: string, ciphertext: Bytes): Promise<Bytes | undefined> {
    return (await this.#privateKey(key)).decapsulate(algorithm, ciphertext);
  }

  /** @returns the SubjectPublicKeyInfo of a pair. */
  async publicKey(key: Key): Promise<Bytes> {
    return (await this.#publicKey(key)).spki;
  }

  /** Drops what is open of a key: in the turn in which it is disabled, deleted or rotated. */
  drop(keyId: string): void {
    for (const kept of [this.#materials, this.#privateKeys, this.#publicKeys]) kept.drop(keyId);
  }

  dropAll(): void {
    for (const kept of [this.#materials, this.#privateKeys, this.#publicKeys]) kept.clear();
  }

  #make(entry: KeySpec): Promise<Made> {
    const make = (): Promise<Made> => entry.generate(this.#ports.random);
    return entry.isSlow ? this.#ports.turn(make) : make();
  }

  async #seal(key: Key, algorithm: string, plaintext: Bytes, context: EncryptionContext): Promise<Encrypted> {
    const { materialId } = key;
    const opened = materialId === undefined ? undefined : await this.#material(key, materialId);
    if (opened === undefined || materialId === undefined) throw missing(key);
    const nonce = this.#ports.random(MESSAGE_NONCE_BYTES);
    // The header grows in its place before the context: both are covered by the tag, and nothing is copied twice.
    const associated = contextBytes(context, HEADER_BYTES);
    associated.set(opened.origin);
    associated.set(nonce, ORIGIN_BYTES);
    const { body } = await opened.key.seal(algorithm, nonce, plaintext, (commitment) => {
      associated.set(commitment, ORIGIN_BYTES + MESSAGE_NONCE_BYTES);
      return associated;
    });
    return { blob: concat(associated.subarray(0, HEADER_BYTES), body), materialId };
  }

  async #unseal(key: Key, algorithm: string, ciphertext: Ciphertext, context: EncryptionContext): Promise<Decrypted | undefined> {
    const { header, nonce, materialPrefix } = ciphertext;
    const isCurrent = key.materialId?.startsWith(materialPrefix);
    const materialId = isCurrent ? key.materialId : this.#ports.materials.find(key.id, materialPrefix)?.id;
    const opened = materialId === undefined ? undefined : await this.#material(key, materialId);
    if (opened === undefined || materialId === undefined) return undefined;
    const associated = contextBytes(context, HEADER_BYTES);
    associated.set(header);
    const plaintext = await opened.key.unseal(algorithm, nonce, ciphertext, associated);
    return plaintext === undefined ? undefined : { plaintext, materialId };
  }

  async #encrypt(key: Key, algorithm: string, plaintext: Bytes): Promise<Encrypted> {
    return { blob: await (await this.#publicKey(key)).key.encrypt(algorithm, plaintext) };
  }

  async #decrypt(key: Key, algorithm: string, ciphertext: Bytes): Promise<Decrypted | undefined> {
    const plaintext = await (await this.#privateKey(key)).decrypt(algorithm, ciphertext);
    return plaintext === undefined ? undefined : { plaintext };
  }

  /** The one key of a spec that has one material. */
  async #privateKey(key: Key): Promise<Opened> {
    const opened = key.materialId === undefined ? undefined : await this.#material(key, key.materialId);
    if (opened === undefined) throw missing(key);
    return opened.key;
  }

  #material(key: Described, materialId: string): Promise<OpenMaterial | undefined> {
    const kept = keySpec(key.spec).isPair ? this.#privateKeys : this.#materials;
    return kept.get(`${key.id}/${materialId}`, () => this.#openMaterial(key, materialId));
  }

  async #openMaterial(key: Described, materialId: string): Promise<OpenMaterial | undefined> {
    const row = this.#ports.materials.find(key.id, materialId);
    if (row === undefined) return undefined;
    const material = await this.#sealed.openMaterial(key, materialId, row.box);
    const materialPrefix = materialId.slice(0, 2 * MATERIAL_PREFIX_BYTES);
    return {
      key: await keySpec(key.spec).open(material),
      origin: printOrigin({ account: this.#ports.account, keyId: key.id, materialPrefix }),
    };
  }

  #publicKey(key: Key): Promise<OpenPair> {
    return this.#publicKeys.get(key.id, async () => {
      const box = this.#ports.publicKeys.find(key.id);
      if (box === undefined || key.materialId === undefined) throw new Error(`the public key of ${key.id} is not there`);
      const spki = await this.#sealed.openPublicKey(key, key.materialId, box);
      return { key: await keySpec(key.spec).openPublic(spki), spki };
    });
  }
}

const missing = ({ id }: Key): Error => new Error(`the current material of ${id} is not there`);
