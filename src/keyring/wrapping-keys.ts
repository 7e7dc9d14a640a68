// Wrapping keys: RSA pairs that stand ready for a day to have a key sent to them. The public one leaves with the answer, the private one is
// sealed under `wrapping-key`.
//
// A sealed row's associated data, framed: account, Region, key id, wrapping key id, wrapping algorithm, wrapping key's spec, root key
// version (one byte).

import { type Boxes, boxes } from "../crypto/aead.ts";
import type { Secret } from "../crypto/secret.ts";
import { type Bytes, framed, toHex, utf8 } from "../wire/bytes.ts";
import type { SealedKeysPorts } from "./sealed-keys.ts";
import { generate, type Wrapping } from "./wrapping.ts";

const ID_BYTES = 16;

/** A wrapping key as its store keeps it. */
export interface SealedWrappingKey extends Wrapping {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly keyId: string;
  readonly box: Bytes;
}

export interface NewWrappingKey extends SealedWrappingKey {
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Bytes;
}

export interface WrappingKeysPorts extends SealedKeysPorts {
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
}

type Bound = Omit<SealedWrappingKey, "box">;

export class WrappingKeys {
  readonly #ports: WrappingKeysPorts;
  readonly #boxes: Boxes;

  constructor(ports: WrappingKeysPorts) {
    this.#ports = ports;
    this.#boxes = boxes(ports.rootKeys, ports.random, "wrapping-key", ports.account, ports.region);
  }

  /** Makes one, when its turn has come. */
  async create(keyId: string, { algorithm, spec }: Wrapping): Promise<NewWrappingKey> {
    const { random, rootKeys, requireRootKey, turn } = this.#ports;
    await requireRootKey(rootKeys.seal, "seal");
    const { material, publicKey } = await turn(() => generate(spec, random));
    if (publicKey === undefined) throw new Error(`${spec} has no public key`);
    const bound = { id: toHex(random(ID_BYTES)), keyId, algorithm, spec };
    return { ...bound, publicKey, box: await this.#boxes.sealSecret(material, this.#associated(bound)) };
  }

  /** @throws Error where the box is not as it was sealed. */
  async open(row: SealedWrappingKey): Promise<Secret> {
    const [, version = 0] = row.box;
    await this.#ports.requireRootKey(version, "open");
    const key = await this.#boxes.openSecret(row.box, this.#associated(row));
    if (key === undefined) throw new Error(`the sealed wrapping key ${row.id} of ${row.keyId} does not open`);
    return key;
  }

  #associated({ keyId, id, algorithm, spec }: Bound): (rootVersion: number) => Bytes {
    const fields = [this.#ports.account, this.#ports.region, keyId, id, algorithm, spec].map(utf8);
    return (rootVersion) => framed(...fields, Uint8Array.of(rootVersion));
  }
}
