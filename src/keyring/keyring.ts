// Key material: made, sealed for storage, opened into memory, dropped again; and the cipher that works under it.
//
// A sealed row's associated data, each field as u32 length ‖ bytes: account, Region, key id, material id, spec, usage, purpose, root
// key version (one byte). So a row that was moved to another key, or edited to another spec, does not open.

import { type Boxes, boxes } from "../crypto/aead.ts";
import { MATERIAL_BYTES, MESSAGE_NONCE_BYTES, materialTag, messageKey, openMessage, sealMessage } from "../crypto/message.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import { Secret } from "../crypto/secret.ts";
import { remember } from "../wire/bounded.ts";
import { type Bytes, concat, framed, toHex, utf8 } from "../wire/bytes.ts";
import {
  type Ciphertext,
  contextBytes,
  type EncryptionContext,
  HEADER_BYTES,
  MATERIAL_PREFIX_BYTES,
  ORIGIN_BYTES,
  printOrigin,
} from "./ciphertext.ts";
import type { Key, KeyUsage } from "./key.ts";

/** Opened materials kept in memory, as keys that cannot be read. */
const OPENED_MAX = 4096;
const SALT_BYTES = 32;

/** What seals the material of a new key. */
export interface NewMaterial {
  /** 64 hexadecimal digits: HMAC-SHA256(salt, material). */
  readonly materialId: string;
  readonly box: Bytes;
  /** The key's salt, kept for the key's life. */
  readonly saltBox: Bytes;
}

/** The material rows of a store, as far as the keyring reads them. */
export interface SealedMaterials {
  /** @returns the row whose id begins with `prefix`, or undefined. */
  find(keyId: string, prefix: string): { readonly id: string; readonly box: Bytes } | undefined;
}

export interface KeyringPorts {
  readonly account: string;
  readonly region: string;
  readonly rootKeys: RootKeys;
  readonly random: (bytes: number) => Bytes;
  readonly materials: SealedMaterials;
  /** @throws Error where the root key of that version is not the one that this store was sealed under. */
  readonly requireRootKey: (version: number, use: "seal" | "open") => Promise<void>;
}

/** A material in memory, as a key that cannot be read. */
interface Opened {
  readonly key: CryptoKey;
  /** How each of its ciphertexts begins. */
  readonly origin: Bytes;
}

type Described = Pick<Key, "id" | "spec" | "usage">;

export class Keyring {
  readonly #ports: KeyringPorts;
  readonly #boxes: Boxes;
  readonly #opened = new Map<string, Promise<Opened | undefined>>();

  constructor(ports: KeyringPorts) {
    this.#ports = ports;
    this.#boxes = boxes(ports.rootKeys, ports.random, "material", ports.account, ports.region);
  }

  /** Makes and seals the material of a new symmetric key. */
  async create(key: Described): Promise<NewMaterial> {
    await this.#ports.requireRootKey(this.#ports.rootKeys.seal, "seal");
    const material = new Secret(this.#ports.random(MATERIAL_BYTES));
    const salt = new Secret(this.#ports.random(SALT_BYTES));
    const materialId = toHex(await materialTag(salt, material));
    return {
      materialId,
      box: await this.#boxes.sealSecret(material, this.#associated(key, materialId, "material")),
      saltBox: await this.#boxes.sealSecret(salt, this.#associated(key, "", "salt")),
    };
  }

  /** Makes and seals another material of a key, under the salt that it has. */
  async createNext(key: Described, saltBox: Bytes): Promise<Omit<NewMaterial, "saltBox">> {
    await this.#ports.requireRootKey(this.#ports.rootKeys.seal, "seal");
    const salt = await this.#boxes.openSecret(saltBox, this.#associated(key, "", "salt"));
    if (salt === undefined) throw new Error(`the sealed salt of ${key.id} does not open`);
    const material = new Secret(this.#ports.random(MATERIAL_BYTES));
    const materialId = toHex(await materialTag(salt, material));
    return { materialId, box: await this.#boxes.sealSecret(material, this.#associated(key, materialId, "material")) };
  }

  /** Encrypts under the key's current material. */
  async encrypt(key: Key, plaintext: Bytes, context: EncryptionContext): Promise<{ blob: Bytes; materialId: string }> {
    const { materialId } = key;
    const opened = materialId === undefined ? undefined : await this.#open(key, materialId);
    if (opened === undefined || materialId === undefined) throw new Error(`the current material of ${key.id} is not there`);
    const nonce = this.#ports.random(MESSAGE_NONCE_BYTES);
    // The header grows in its place before the context: both are covered by the tag, and nothing is copied twice.
    const associated = contextBytes(context, HEADER_BYTES);
    associated.set(opened.origin);
    associated.set(nonce, ORIGIN_BYTES);
    const { body } = await sealMessage(opened.key, nonce, plaintext, (commitment) => {
      associated.set(commitment, ORIGIN_BYTES + MESSAGE_NONCE_BYTES);
      return associated;
    });
    return { blob: concat(associated.subarray(0, HEADER_BYTES), body), materialId };
  }

  /** @returns the plaintext and its material's id; undefined where this key did not make this ciphertext in this context. */
  async decrypt(
    key: Key,
    ciphertext: Ciphertext,
    context: EncryptionContext,
  ): Promise<{ plaintext: Bytes; materialId: string } | undefined> {
    const { header, nonce, materialPrefix } = ciphertext;
    const isCurrent = key.materialId?.startsWith(materialPrefix);
    const materialId = isCurrent ? key.materialId : this.#ports.materials.find(key.id, materialPrefix)?.id;
    const opened = materialId === undefined ? undefined : await this.#open(key, materialId);
    if (opened === undefined || materialId === undefined) return undefined;
    const associated = contextBytes(context, HEADER_BYTES);
    associated.set(header);
    const plaintext = await openMessage(opened.key, nonce, ciphertext, associated);
    return plaintext === undefined ? undefined : { plaintext, materialId };
  }

  /** Drops what is open of a key: in the turn in which it is disabled, deleted or rotated. */
  drop(keyId: string): void {
    for (const name of this.#opened.keys()) if (name.startsWith(`${keyId}/`)) this.#opened.delete(name);
  }

  dropAll(): void {
    this.#opened.clear();
  }

  #open(key: Described, materialId: string): Promise<Opened | undefined> {
    const name = `${key.id}/${materialId}`;
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const opening = this.#unseal(key, materialId);
    remember(this.#opened, OPENED_MAX, name, opening);
    const forget = (): unknown => this.#opened.get(name) === opening && this.#opened.delete(name);
    opening.then((opened) => opened ?? forget(), forget); // a failure is not remembered, nor an absence
    return opening;
  }

  async #unseal(key: Described, materialId: string): Promise<Opened | undefined> {
    const row = this.#ports.materials.find(key.id, materialId);
    if (row === undefined) return undefined;
    const [, rootVersion = 0] = row.box;
    await this.#ports.requireRootKey(rootVersion, "open");
    const material = await this.#boxes.openSecret(row.box, this.#associated(key, materialId, "material"));
    if (material === undefined) throw new Error(`the sealed material ${materialId} of ${key.id} does not open`);
    const materialPrefix = materialId.slice(0, 2 * MATERIAL_PREFIX_BYTES);
    return {
      key: await messageKey(material),
      origin: printOrigin({ account: this.#ports.account, keyId: key.id, materialPrefix }),
    };
  }

  #associated(
    { id, spec, usage }: { id: string; spec: string; usage: KeyUsage },
    materialId: string,
    purpose: "material" | "salt",
  ) {
    const fields = [this.#ports.account, this.#ports.region, id, materialId, spec, usage, purpose].map(utf8);
    return (rootVersion: number): Bytes => framed(...fields, Uint8Array.of(rootVersion));
  }
}
