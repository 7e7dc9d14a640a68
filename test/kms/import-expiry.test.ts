// Imported material and time: it ends by the clock, at the second; its bytes go after two looks; tokens and wrapping keys end after a day.

import { runDurableObjectAlarm } from "cloudflare:test";
import { expect, it, vi } from "vitest";
import { refusal } from "../support/answers.ts";
import { newAccount } from "../support/client.ts";
import { at, DAY_MS, LOOK_MS, randomBytes, until, withMaterial, withOwnClock } from "../support/imported.ts";
import { newKey } from "../support/new-key.ts";
import { override } from "../support/override.ts";
import { inStore, restart, stubOf } from "../support/store.ts";
import { FOR_EVER, importInto, parametersFor } from "../support/wrapped.ts";

withOwnClock();

it("ends at the second, by the clock alone; the alarm overwrites it a minute later, once", async () => {
  const { end, call, state, ring, sealed, expired } = await withMaterial();
  const encrypt = () => call("Encrypt", { Plaintext: "AA==" });
  at(end - 1);
  expect((await encrypt()).status).toBe(200);
  expect(await state()).toEqual(["Enabled", "KEY_MATERIAL_EXPIRES", end / 1000]);
  at(end);
  expect(await encrypt()).toMatchObject(refusal("KMSInvalidStateException"));
  expect(await state()).toEqual(["PendingImport", undefined, undefined]);
  await ring();
  expect(await sealed()).toBe(1);
  at(end + LOOK_MS);
  await ring();
  await ring();
  expect([await sealed(), await expired()]).toEqual([0, 1]);
  expect(await state()).toEqual(["PendingImport", undefined, undefined]);
});

it("is not overwritten by a clock that was ahead: back again, it works until its end", async () => {
  const { end, state, ring, sealed, expired } = await withMaterial();
  const before = Date.now();
  at(end + 1000);
  await ring();
  at(before + 1000);
  await ring();
  expect(await state()).toEqual(["Enabled", "KEY_MATERIAL_EXPIRES", end / 1000]);
  at(end);
  await ring();
  at(end + LOOK_MS);
  await ring();
  expect([await sealed(), await expired()]).toEqual([0, 1]);
});

it("an alarm that comes late looks twice again; a restart between the looks loses nothing", async () => {
  const { account, end, ring, sealed, expired } = await withMaterial();
  at(end);
  await ring();
  await restart(account);
  at(end + 2 * LOOK_MS + 1);
  await ring(); // more than a minute late: a first look
  expect(await sealed()).toBe(1);
  at(end + 3 * LOOK_MS + 2);
  await ring();
  expect([await sealed(), await expired()]).toEqual([0, 1]);
});

it("imported again before its end, it has the new one; after it, the key is enabled again and opens what it sealed", async () => {
  const { material, end, send, call, state, ring, expired } = await withMaterial();
  const { CiphertextBlob } = (await call("Encrypt", { Plaintext: "aGVsbG8=" })).json;
  await send(material, FOR_EVER);
  at(end + 1);
  await ring();
  expect(await state()).toEqual(["Enabled", "KEY_MATERIAL_DOES_NOT_EXPIRE", undefined]);
  const later = end + 20 * DAY_MS;
  await send(material, until(later));
  at(later);
  expect((await call("Decrypt", { CiphertextBlob })).status).toBe(400);
  await send(material, FOR_EVER);
  expect((await call("Decrypt", { CiphertextBlob })).json).toMatchObject({ Plaintext: "aGVsbG8=" });
  await ring();
  at(later + LOOK_MS);
  await ring();
  expect([(await state())[0], await expired()]).toEqual(["Enabled", 0]);
});

it("a disabled key whose material ends is pending import; a key pending deletion stays so", async () => {
  const { end, call, state } = await withMaterial();
  await call("DisableKey");
  at(end);
  expect((await state())[0]).toBe("PendingImport");
  await call("ScheduleKeyDeletion", { PendingWindowInDays: 7 });
  expect((await state())[0]).toBe("PendingDeletion");
});

it("a deletion that is called off leaves a key without its material pending import", async () => {
  const { call, state } = await withMaterial();
  await call("ScheduleKeyDeletion", { PendingWindowInDays: 7 });
  await call("DeleteImportedKeyMaterial");
  expect((await state())[0]).toBe("PendingDeletion");
  await call("CancelKeyDeletion");
  expect((await state())[0]).toBe("PendingImport");
});

it("a token is good for a day to its last second, as often as it is used; then it is expired, and its wrapping key is gone", async () => {
  const account = newAccount();
  const KeyId = await newKey(account, { Origin: "EXTERNAL" });
  const parameters = await parametersFor(account, KeyId);
  const made = Date.now();
  const material = randomBytes();
  const send = () => importInto(account, KeyId, parameters, material, FOR_EVER);
  for (const later of [0, DAY_MS - 1]) {
    vi.setSystemTime(made + later);
    expect((await send()).status).toBe(200);
  }
  vi.setSystemTime(made + DAY_MS);
  const expired = { status: 400, text: '{"__type":"ExpiredImportTokenException"}' };
  expect(await send()).toMatchObject(expired);
  await runDurableObjectAlarm(stubOf(account));
  const rows = await inStore(account, (_, { storage: { sql } }) => sql.exec("SELECT 1 FROM wrapping_key").toArray().length);
  expect(rows).toBe(0);
  expect(await send()).toMatchObject(expired);
});

it("wrapping keys go with their key, whenever they were to end", async () => {
  const { account, call, ring } = await withMaterial();
  await inStore(account, ({ agenda, storage: { sql } }) => {
    for (const { id } of sql.exec("SELECT id FROM wrapping_key").toArray())
      agenda.set({ kind: "wrapping-key", ref: String(id), at: Date.now() + 100 * DAY_MS });
  });
  await call("ScheduleKeyDeletion", { PendingWindowInDays: 7 });
  at(Date.now() + 7 * DAY_MS);
  await ring();
  at(Date.now() + LOOK_MS);
  await ring();
  const left = await inStore(account, (_, { storage: { sql } }) =>
    ["key", "material", "wrapping_key", "deadline"].map((table) => [
      table,
      sql.exec(`SELECT * FROM ${table}${table === "deadline" ? " WHERE kind <> 'flush'" : ""}`).toArray(),
    ]),
  );
  expect(left.filter(([, rows]) => rows?.length !== 0)).toEqual([]);
  const slots = await inStore(account, (_, { storage: { sql } }) => sql.exec("SELECT 1 FROM sealed WHERE used").toArray());
  expect(slots).toEqual([]);
});

it("what is open in memory is dropped as soon as anybody asks for the key at its end, alarm or not", async () => {
  const { account, KeyId, end, call } = await withMaterial();
  await call("Encrypt", { Plaintext: "AA==" });
  const dropped: string[] = [];
  const restore = await inStore(account, ({ keyring }) =>
    override(keyring, "drop", (drop) => (id) => {
      dropped.push(id);
      drop(id);
    }),
  );
  at(end - 1);
  await call("DescribeKey");
  expect(dropped).toEqual([]);
  at(end);
  await call("DescribeKey");
  expect(new Set(dropped)).toEqual(new Set([KeyId]));
  await inStore(account, () => restore());
});
