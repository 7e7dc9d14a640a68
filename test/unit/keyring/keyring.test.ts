// Key material at rest and in use: a sealed row opens for its own key under its own root key, and what was dropped is gone.

import { describe, expect, it } from "vitest";
import { parseRootKeys, type RootKeys } from "../../../src/crypto/root-keys.ts";
import { type Ciphertext, parse } from "../../../src/keyring/ciphertext.ts";
import type { Key } from "../../../src/keyring/key.ts";
import type { Keyring, KeyringPorts } from "../../../src/keyring/keyring.ts";
import { DEFAULT_CIPHER } from "../../../src/keyring/specs.ts";
import { type Bytes, concat, toHex, utf8 } from "../../../src/wire/bytes.ts";
import { key, keyring, Rows, random, rootKeys } from "../../support/keyrings.ts";
import { OLDER_ROOT_KEYS } from "../../support/root-keys.ts";

const K2 = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
const PLAINTEXT = utf8("hello");
const CONTEXT = new Map([["purpose", "test"]]);

/** A key with a material in `rows`. */
async function made(rows: Rows, keys: RootKeys = rootKeys, described: Key = key): Promise<Key> {
  const { materialId, box } = await keyring(rows, { rootKeys: keys }).create(described);
  rows.boxes.set(`${described.id}/${materialId}`, box);
  return { ...described, materialId };
}

const parsed = (blob: Bytes): Ciphertext => {
  const ciphertext = parse(blob);
  if (ciphertext === undefined) throw new Error("not a ciphertext");
  return ciphertext;
};

const encrypted = async (ring: Keyring, owner: Key): Promise<Ciphertext> =>
  parsed((await ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).blob);

describe("a new material", () => {
  it("is 32 random bytes with a random salt of 32, each sealed under the sealing version, with an id that shows neither", async () => {
    const asked: Bytes[] = [];
    const watched = (length: number): Bytes => {
      const bytes = random(length);
      asked.push(bytes);
      return bytes;
    };
    const { materialId, box, saltBox } = await keyring(new Rows(), { random: watched }).create(key);
    expect(asked.map(({ byteLength }) => byteLength)).toEqual([32, 32, 12, 12]);
    expect([box[0], box[1], saltBox[0], saltBox[1]]).toEqual([1, 2, 1, 2]);
    const [material = new Uint8Array(), salt = new Uint8Array()] = asked;
    const hmac = await crypto.subtle.importKey("raw", salt, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    expect(materialId).toBe(toHex(new Uint8Array(await crypto.subtle.sign("HMAC", hmac, material))));
    for (const secret of [material, salt]) expect(toHex(concat(box, saltBox))).not.toContain(toHex(secret));
  });

  it("is not made where the root key is not the store's", async () => {
    const requireRootKey = async (version: number) => {
      throw new Error(`not root key ${version}`);
    };
    await expect(keyring(new Rows(), { requireRootKey }).create(key)).rejects.toThrow("not root key 2");
  });
});

describe("a key encrypts and decrypts", () => {
  it("what it encrypted, in the same context, naming itself and its material", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    const { blob, materialId } = await keyring(rows).encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT);
    expect(parsed(blob)).toMatchObject({ account: key.account, keyId: key.id, materialPrefix: owner.materialId?.slice(0, 32) });
    expect(materialId).toBe(owner.materialId);
    expect(await keyring(rows).decrypt(owner, DEFAULT_CIPHER, parsed(blob), CONTEXT)).toEqual({
      plaintext: PLAINTEXT,
      materialId,
    });
  });

  it("into another blob each time", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    const ring = keyring(rows);
    const [first, second] = [await encrypted(ring, owner), await encrypted(ring, owner)];
    for (const field of ["nonce", "commitment", "body"] as const) expect(toHex(first[field])).not.toBe(toHex(second[field]));
  });

  it("nothing in another context", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    const ciphertext = await encrypted(keyring(rows), owner);
    const others = [
      [],
      [["purpose", "Test"]],
      [["Purpose", "test"]],
      [
        ["purpose", "test"],
        ["a", ""],
      ],
    ] as [string, string][][];
    for (const context of others)
      expect(await keyring(rows).decrypt(owner, DEFAULT_CIPHER, ciphertext, new Map(context))).toBeUndefined();
  });

  it("nothing whose header or message was changed, and nothing that was cut or added to", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    const ring = keyring(rows);
    const { blob } = await ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT);
    for (let at = 0; at < blob.byteLength; at++) {
      const changed = blob.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      const ciphertext = parse(changed);
      if (ciphertext !== undefined)
        expect(await ring.decrypt(owner, DEFAULT_CIPHER, ciphertext, CONTEXT), `byte ${at}`).toBeUndefined();
    }
    for (const other of [blob.subarray(0, -1), concat(blob, Uint8Array.of(0))])
      expect(await ring.decrypt(owner, DEFAULT_CIPHER, parsed(other), CONTEXT)).toBeUndefined();
  });

  it("nothing of another key's, even if the blob says that it is its own", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    const other = await made(rows, rootKeys, { ...key, id: "99999999-12ab-34cd-56ef-1234567890ab" });
    const ciphertext = await encrypted(keyring(rows), other);
    const claimed = { ...ciphertext, keyId: owner.id, materialPrefix: owner.materialId?.slice(0, 32) ?? "" };
    expect(await keyring(rows).decrypt(owner, DEFAULT_CIPHER, ciphertext, CONTEXT)).toBeUndefined();
    expect(await keyring(rows).decrypt(owner, DEFAULT_CIPHER, claimed, CONTEXT)).toBeUndefined();
  });

  it("with an older material too, while it is there", async () => {
    const rows = new Rows();
    const before = await made(rows);
    const ciphertext = await encrypted(keyring(rows), before);
    const after = await made(rows);
    expect(after.materialId).not.toBe(before.materialId);
    expect(await keyring(rows).decrypt(after, DEFAULT_CIPHER, ciphertext, CONTEXT)).toMatchObject({
      materialId: before.materialId,
    });
    rows.boxes.delete(`${key.id}/${before.materialId}`);
    expect(await keyring(rows).decrypt(after, DEFAULT_CIPHER, ciphertext, CONTEXT)).toBeUndefined();
  });

  it("nothing without a material: that is trouble of ours, not a bad ciphertext", async () => {
    await expect(keyring(new Rows()).encrypt(key, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).rejects.toThrow("is not there");
    await expect(
      keyring(new Rows()).encrypt({ ...key, materialId: "ab".repeat(32) }, DEFAULT_CIPHER, PLAINTEXT, CONTEXT),
    ).rejects.toThrow("is not there");
  });
});

describe("a sealed row", () => {
  const OTHER_ID = "99999999-12ab-34cd-56ef-1234567890ab";

  it.each<[string, Partial<Key>, Partial<KeyringPorts>]>([
    ["moved to another key", { id: OTHER_ID }, {}],
    ["given another spec", { spec: "HMAC_256" }, {}],
    ["given another usage", { usage: "GENERATE_VERIFY_MAC" }, {}],
    ["given another material id", { materialId: "ab".repeat(32) }, {}],
    ["moved to another account", { account: "444455556666" }, { account: "444455556666" }],
    ["moved to another Region", {}, { region: "us-east-2" }],
  ])("%s does not open, and says so without a byte of it", async (_, changed, ports) => {
    const rows = new Rows();
    const owner = await made(rows);
    const moved = { ...owner, ...changed };
    const box = rows.boxes.get(`${owner.id}/${owner.materialId}`) ?? new Uint8Array();
    rows.boxes.set(`${moved.id}/${moved.materialId}`, box);
    const refusal = keyring(rows, ports).encrypt(moved, DEFAULT_CIPHER, PLAINTEXT, CONTEXT);
    await expect(refusal).rejects.toThrow(`the sealed material ${moved.materialId} of ${moved.id} does not open`);
    expect(await keyring(rows).encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).toBeDefined();
  });

  it("that holds a salt does not open as a material", async () => {
    const rows = new Rows();
    const { materialId, saltBox } = await keyring(rows).create(key);
    rows.boxes.set(`${key.id}/${materialId}`, saltBox);
    await expect(keyring(rows).encrypt({ ...key, materialId }, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).rejects.toThrow(
      "does not open",
    );
  });

  it("does not open under another root key of the same version", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    const wrong = parseRootKeys(JSON.stringify({ seal: 2, credentials: [2], keys: { 2: `A${K2.slice(1)}` } }));
    await expect(keyring(rows, { rootKeys: wrong }).encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).rejects.toThrow(
      "does not open",
    );
  });

  it("of an older root key version opens while that version is held, and its check is asked for", async () => {
    const rows = new Rows();
    const owner = await made(rows, parseRootKeys(OLDER_ROOT_KEYS));
    const asked: number[] = [];
    const requireRootKey = async (version: number) => void asked.push(version);
    const ciphertext = await encrypted(keyring(rows, { requireRootKey }), owner);
    expect(asked).toEqual([1]);
    const v2 = parseRootKeys(JSON.stringify({ seal: 2, credentials: [2], keys: { 2: K2 } }));
    await expect(keyring(rows, { rootKeys: v2 }).decrypt(owner, DEFAULT_CIPHER, ciphertext, CONTEXT)).rejects.toThrow(
      "does not open",
    );
  });

  it("is not opened where the root key is not the store's", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    const requireRootKey = async () => {
      throw new Error("restore the right ROOT_KEYS");
    };
    await expect(keyring(rows, { requireRootKey }).encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).rejects.toThrow("restore");
  });
});

describe("what is open", () => {
  it("stays open, so that a row is opened once", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    const ring = keyring(rows);
    const ciphertext = await encrypted(ring, owner);
    await Promise.all([
      ring.decrypt(owner, DEFAULT_CIPHER, ciphertext, CONTEXT),
      ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT),
    ]);
    expect(rows.found).toBe(1);
  });

  it("of one key is dropped with it, of another not", async () => {
    const rows = new Rows();
    const [first, second] = [
      await made(rows),
      await made(rows, rootKeys, { ...key, id: "99999999-12ab-34cd-56ef-1234567890ab" }),
    ];
    const ring = keyring(rows);
    for (const owner of [first, second]) await ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT);
    ring.drop(first.id);
    for (const owner of [second, first]) await ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT);
    expect(rows.found).toBe(3);
    rows.boxes.clear();
    ring.drop(first.id);
    await expect(ring.encrypt(first, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).rejects.toThrow("is not there");
    await expect(ring.encrypt(second, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).resolves.toBeDefined();
  });

  it("is all dropped by dropAll", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    const ring = keyring(rows);
    await ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT);
    rows.boxes.clear();
    ring.dropAll();
    await expect(ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).rejects.toThrow("is not there");
  });

  it("remembers no trouble: what failed once is tried again", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    let isRight = false;
    const requireRootKey = async () => {
      if (!isRight) throw new Error("not yet");
    };
    const ring = keyring(rows, { requireRootKey });
    await expect(ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).rejects.toThrow("not yet");
    isRight = true;
    await expect(ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).resolves.toBeDefined();
  });

  it("remembers no absence: a material that comes later is found", async () => {
    const rows = new Rows();
    const owner = await made(rows);
    const name = `${owner.id}/${owner.materialId}`;
    const box = rows.boxes.get(name) ?? new Uint8Array();
    rows.boxes.clear();
    const ring = keyring(rows);
    await expect(ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).rejects.toThrow("is not there");
    rows.boxes.set(name, box);
    await expect(ring.encrypt(owner, DEFAULT_CIPHER, PLAINTEXT, CONTEXT)).resolves.toBeDefined();
  });
});
