// Keys as they are stored: sealed rows of material, salt and public key.
//
// A sealed row's associated data, each field as u32 length ‖ bytes: account, Region, key id, material id, spec, usage, purpose, root
// key version (one byte). So a row that was moved to another key, or edited to another spec, does not open.

import { type Boxes, boxes } from "../crypto/aead.ts";
import { tagOf } from "../crypto/message.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import { Secret } from "../crypto/secret.ts";
import { type Bytes, framed, type Random, toHex, utf8 } from "../wire/bytes.ts";
import type { Key } from "./key.ts";
import type { Made } from "./key-spec.ts";

const SALT_BYTES = 32;

/** Another material of a key. */
export interface NextMaterial {
  /** 64 hexadecimal digits: HMAC-SHA256 under the key's salt, of the material or, for a pair, of its SubjectPublicKeyInfo. */
  readonly materialId: string;
  readonly box: Bytes;
  /** Of a pair: its SubjectPublicKeyInfo, sealed so that nobody exchanges it. */
  readonly publicBox: Bytes | undefined;
}

/** What seals a new key. */
export interface NewMaterial extends NextMaterial {
  /** The key's salt, kept for the key's life. */
  readonly saltBox: Bytes;
}

export interface SealedKeysPorts {
  readonly account: string;
  readonly region: string;
  readonly rootKeys: RootKeys;
  readonly random: Random;
  /** @throws Error where the root key of that version is not the one that this store was sealed under. */
  readonly requireRootKey: (version: number, use: "seal" | "open") => Promise<void>;
}

/** What a sealed row is bound to of its key. */
export type Described = Pick<Key, "id" | "spec" | "usage">;

type SealedMaterial = Omit<NextMaterial, "publicBox">;
type Purpose = "material" | "salt" | "public";

export class SealedKeys {
  readonly #ports: SealedKeysPorts;
  readonly #boxes: Boxes;

  constructor(ports: SealedKeysPorts) {
    this.#ports = ports;
    this.#boxes = boxes(ports.rootKeys, ports.random, "material", ports.account, ports.region);
  }

  /** @throws Error where the sealing root key is not the one that this store was sealed under. */
  async requireSealing(): Promise<void> {
    await this.#ports.requireRootKey(this.#ports.rootKeys.seal, "seal");
  }

  /** Seals a new key. */
  async seal(key: Described, made: Made): Promise<NewMaterial> {
    const salt = new Secret(this.#ports.random(SALT_BYTES));
    const sealed = await this.#sealMaterial(key, salt, made);
    const saltBox = await this.#sealSalt(key, salt);
    return { ...sealed, saltBox, publicBox: await this.#sealPublicKey(key, sealed, made) };
  }

  /** Seals a salt for a key whose material is still to come. */
  sealSalt(key: Described): Promise<Bytes> {
    return this.#sealSalt(key, new Secret(this.#ports.random(SALT_BYTES)));
  }

  /** Seals another material of a key, under the salt that it has. */
  async sealNext(key: Described, saltBox: Bytes, made: Made): Promise<NextMaterial> {
    const salt = await this.#boxes.openSecret(saltBox, this.#associated(key, "", "salt"));
    if (salt === undefined) throw new Error(`the sealed salt of ${key.id} does not open`);
    const sealed = await this.#sealMaterial(key, salt, made);
    return { ...sealed, publicBox: await this.#sealPublicKey(key, sealed, made) };
  }

  /** @throws Error where the box is not as it was sealed. */
  async openMaterial(key: Described, materialId: string, box: Bytes): Promise<Secret> {
    await this.#requireVersionOf(box);
    const material = await this.#boxes.openSecret(box, this.#associated(key, materialId, "material"));
    if (material === undefined) throw new Error(`the sealed material ${materialId} of ${key.id} does not open`);
    return material;
  }

  /** @returns SubjectPublicKeyInfo. @throws Error where the box is not as it was sealed. */
  async openPublicKey(key: Described, materialId: string, box: Bytes): Promise<Bytes> {
    await this.#requireVersionOf(box);
    const spki = await this.#boxes.open(box, this.#associated(key, materialId, "public"));
    if (spki === undefined) throw new Error(`the sealed public key of ${key.id} does not open`);
    return spki;
  }

  async #sealMaterial(key: Described, salt: Secret, { material, publicKey }: Made): Promise<SealedMaterial> {
    const materialId = toHex(await tagOf(salt, publicKey ?? material));
    return { materialId, box: await this.#boxes.sealSecret(material, this.#associated(key, materialId, "material")) };
  }

  async #sealPublicKey(key: Described, { materialId }: SealedMaterial, { publicKey }: Made): Promise<Bytes | undefined> {
    return publicKey && this.#boxes.seal(publicKey, this.#associated(key, materialId, "public"));
  }

  #sealSalt(key: Described, salt: Secret): Promise<Bytes> {
    return this.#boxes.sealSecret(salt, this.#associated(key, "", "salt"));
  }

  async #requireVersionOf([, version = 0]: Bytes): Promise<void> {
    await this.#ports.requireRootKey(version, "open");
  }

  #associated({ id, spec, usage }: Described, materialId: string, purpose: Purpose): (rootVersion: number) => Bytes {
    const fields = [this.#ports.account, this.#ports.region, id, materialId, spec, usage, purpose].map(utf8);
    return (rootVersion) => framed(...fields, Uint8Array.of(rootVersion));
  }
}
