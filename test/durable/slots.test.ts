// Where what is sealed lies: in slots that are overwritten when they are freed and then used again. That nothing is left on the
// disk is shown on the real server, in test/node/e2e/shifted-clock.test.ts.

import { describe, expect, it } from "vitest";
import { sealed } from "../../src/durable/sealed.ts";
import { newAccount, raw } from "../support/client.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { takeBackToSchema2 } from "../support/older-schema.ts";
import { inStore, restart } from "../support/store.ts";

async function newStore(): Promise<string> {
  const account = newAccount();
  await raw("ListKeys", {}, { account });
  return account;
}

const filled = (length: number) => new Uint8Array(length).fill(7);

describe("a slot", () => {
  it.each([0, 1, 60, 3998])("holds %i bytes", async (length) => {
    await inStore(await newStore(), (_, { storage }) => {
      const { put, get } = sealed(storage.sql);
      const slot = put(filled(length));
      expect(get(slot)).toEqual(filled(length));
    });
  });

  it("holds no more than it can", async () => {
    await inStore(await newStore(), (_, { storage }) => {
      expect(() => sealed(storage.sql).put(filled(3999))).toThrow("a slot holds 3998 bytes, not 3999");
    });
  });

  it("of its own has everything that is put; a freed one is overwritten, and the next", async () => {
    await inStore(await newStore(), (_, { storage: { sql } }) => {
      const { put, get, free } = sealed(sql);
      const slots = [10, 20, 30, 40].map((length) => put(filled(length)));
      expect(new Set(slots).size).toBe(4);
      const [, second = 0, third = 0] = slots;
      free(second);
      free(third);
      const rows = sql.exec<{ used: number; bytes: ArrayBuffer }>("SELECT * FROM sealed WHERE slot IN (?, ?)", second, third);
      for (const { used, bytes } of rows) expect([used, new Uint8Array(bytes)]).toEqual([0, new Uint8Array(4000)]);
      expect([put(filled(50)), put(filled(60))].sort()).toEqual([second, third].sort());
      expect(slots).not.toContain(put(filled(70)));
      expect(slots.map((slot) => get(slot).length).sort()).toEqual([10, 40, 50, 60]);
    });
  });
});

it("a deleted key's slots are those of the keys made next", async () => {
  const account = await newStore();
  const count = () => inStore(account, (_, { storage: { sql } }) => sql.exec("SELECT slot FROM sealed").toArray().length);
  const ids = [await newKey(account), await newKey(account)];
  const before = await count();
  for (const KeyId of ids) {
    await inStore(account, ({ tables }) => {
      tables.materials.destroy(KeyId);
      tables.keys.remove(KeyId);
    });
  }
  for (let made = 0; made < 2; made++) await newKey(account);
  expect(await count()).toBe(before);
});

it("a store of schema 2 keeps its keys, their rotations and what they encrypted", async () => {
  const account = await newStore();
  const encrypted: unknown[] = [];
  const ids = await Promise.all([newKey(account), newKey(account), newKey(account)]);
  const encryptAll = async () => {
    for (const KeyId of ids)
      encrypted.push((await raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account })).json["CiphertextBlob"]);
  };
  await encryptAll();
  for (const KeyId of ids.slice(1)) await raw("RotateKeyOnDemand", { KeyId }, { account });
  await encryptAll();
  await inStore(account, takeBackToSchema2);
  await restart(account);
  // The salt too: a material made by the next rotation is tagged with it.
  for (const KeyId of ids) expect((await raw("RotateKeyOnDemand", { KeyId }, { account })).status).toBe(200);
  await encryptAll();
  expect(encrypted).toHaveLength(9);
  for (const CiphertextBlob of encrypted)
    expect((await raw("Decrypt", { CiphertextBlob }, { account })).json).toMatchObject({ Plaintext: PLAINTEXT });
});
