// A keyring over material rows in memory.

import { expect } from "vitest";
import { parseRootKeys } from "../../src/crypto/root-keys.ts";
import type { Key } from "../../src/keyring/key.ts";
import { Keyring, type KeyringPorts } from "../../src/keyring/keyring.ts";
import type { Bytes } from "../../src/wire/bytes.ts";
import { TEST_ROOT_KEYS } from "./root-keys.ts";

export const rootKeys = parseRootKeys(TEST_ROOT_KEYS);

export const key: Key = {
  id: "1234abcd-12ab-34cd-56ef-1234567890ab",
  arn: "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  account: "111122223333",
  spec: "SYMMETRIC_DEFAULT",
  usage: "ENCRYPT_DECRYPT",
  origin: "AWS_KMS",
  state: "Enabled",
  description: "",
  multiRegion: false,
  createdAt: 0,
  materialId: undefined,
  deletionAt: undefined,
  rotation: undefined,
  expiration: undefined,
};

/** The material rows of a store, in memory. `found` counts the look-ups of whole ids, each of which opens a row. */
export class Rows {
  readonly boxes = new Map<string, Bytes>();
  found = 0;

  find(keyId: string, prefix: string): { id: string; box: Bytes } | undefined {
    if (prefix.length === 64) this.found += 1;
    for (const [name, box] of this.boxes) {
      const [owner, id = ""] = name.split("/");
      if (owner === keyId && id.startsWith(prefix)) return { id, box };
    }
    return undefined;
  }
}

export const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

export function keyring(rows: Rows, other: Partial<KeyringPorts> = {}): Keyring {
  const scope = { account: key.account, region: "us-east-1", rootKeys, random };
  const rest = { publicKeys: { find: () => undefined }, turn: () => expect.unreachable(), requireRootKey: async () => {} };
  return new Keyring({ ...scope, materials: rows, ...rest, ...other });
}
