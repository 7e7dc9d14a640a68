// Several imported materials of one key, each with its own end: what the key is while one of them is away, and what the alarm overwrites.

import { expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { newGate } from "../support/gates.ts";
import { at, DAY_MS, LOOK_MS, NEXT, randomBytes, secondIn, until, withMaterial, withOwnClock } from "../support/imported.ts";
import { override } from "../support/override.ts";
import { eventsOf, summaryOf } from "../support/records.ts";
import { inStore } from "../support/store.ts";
import { FOR_EVER } from "../support/wrapped.ts";

withOwnClock();

type Rotation = Readonly<Record<string, unknown>>;
type Key = Awaited<ReturnType<typeof withMaterial>>;

const INCORRECT = { status: 400, text: '{"__type":"IncorrectKeyMaterialException"}' };

async function listed({ call }: Key, more: Record<string, unknown> = { IncludeKeyMaterial: "ALL_KEY_MATERIAL" }) {
  return (await call("ListKeyRotations", more)).json["Rotations"] as Rotation[];
}

/** Imports another material and makes it the current one. */
async function next(key: Key, more: Record<string, unknown>): Promise<{ bytes: Uint8Array<ArrayBuffer>; id: unknown }> {
  const bytes = randomBytes();
  const sent = await key.send(bytes, { ...NEXT, ...more });
  expect(sent.status, sent.text).toBe(200);
  expect((await key.call("RotateKeyOnDemand")).status).toBe(200);
  return { bytes, id: sent.json["KeyMaterialId"] };
}

it("the first end of three is the key's; with one away it is pending import; back again, all of their ciphertexts open", async () => {
  const key = await withMaterial(30);
  const encrypt = async () => (await key.call("Encrypt", { Plaintext: "aGVsbG8=" })).json["CiphertextBlob"];
  const sealed = [await encrypt()];
  const [soon, later] = [secondIn(10), secondIn(20)];
  const second = await next(key, until(soon));
  sealed.push(await encrypt());
  expect(await key.state()).toEqual(["Enabled", "KEY_MATERIAL_EXPIRES", soon / 1000]);
  await next(key, FOR_EVER);
  sealed.push(await encrypt());
  expect(await key.state()).toEqual(["Enabled", "KEY_MATERIAL_EXPIRES", soon / 1000]);

  at(soon);
  expect(await key.state()).toEqual(["PendingImport", undefined, undefined]);
  for (const CiphertextBlob of sealed) expect((await key.call("Decrypt", { CiphertextBlob })).status).toBe(400);
  expect((await listed(key)).map(({ ImportState, ExpirationModel }) => [ImportState, ExpirationModel])).toEqual([
    ["IMPORTED", "KEY_MATERIAL_EXPIRES"],
    ["PENDING_IMPORT", undefined],
    ["IMPORTED", "KEY_MATERIAL_DOES_NOT_EXPIRE"],
  ]);
  await key.ring();
  at(soon + LOOK_MS);
  await key.ring();
  expect([await key.sealed(), await key.expired()]).toEqual([2, 1]);

  expect((await key.send(second.bytes, until(later))).json).toMatchObject({ KeyMaterialId: second.id });
  expect(await key.state()).toEqual(["Enabled", "KEY_MATERIAL_EXPIRES", later / 1000]);
  for (const CiphertextBlob of sealed)
    expect((await key.call("Decrypt", { CiphertextBlob })).json).toMatchObject({ Plaintext: "aGVsbG8=" });
});

it("none of them ends: so says the key", async () => {
  const key = await withMaterial();
  await next(key, FOR_EVER);
  expect((await key.state())[1]).toBe("KEY_MATERIAL_EXPIRES");
  await key.send(key.material, FOR_EVER);
  expect(await key.state()).toEqual(["Enabled", "KEY_MATERIAL_DOES_NOT_EXPIRE", undefined]);
});

it("a minute after the first look only that is overwritten which had ended then", async () => {
  const key = await withMaterial(10);
  await next(key, until(key.end + 1000)); // a second behind the first
  at(key.end);
  await key.ring();
  at(key.end + LOOK_MS);
  await key.ring();
  expect([await key.sealed(), await key.expired()]).toEqual([1, 1]);
  at(key.end + 2 * LOOK_MS);
  await key.ring();
  expect([await key.sealed(), await key.expired()]).toEqual([0, 2]);
});

it("what is imported while another has ended by the clock overwrites nothing: the clock may have been wrong", async () => {
  const key = await withMaterial(10);
  const second = await next(key, until(secondIn(20)));
  const before = Date.now();
  at(secondIn(100));
  expect((await key.send(second.bytes, FOR_EVER)).status).toBe(200);
  expect((await key.state())[0]).toBe("PendingImport");
  await key.ring();
  at(before + 1000);
  await key.ring();
  expect([await key.sealed(), await key.expired()]).toEqual([2, 0]);
  expect(await key.state()).toEqual(["Enabled", "KEY_MATERIAL_EXPIRES", key.end / 1000]);
});

it("brought back before the alarm, the material enables a key that was disabled, as it does behind the alarm", async () => {
  for (const looks of [0, 1, 2]) {
    const key = await withMaterial(10);
    await key.call("DisableKey");
    await key.send(); // what is here is exchanged: disabled it stays
    expect((await key.state())[0]).toBe("Disabled");
    at(key.end);
    if (looks > 0) await key.ring();
    at(key.end + LOOK_MS);
    if (looks > 1) await key.ring();
    expect((await key.state())[0]).toBe("PendingImport");
    await key.send(key.material, FOR_EVER);
    expect((await key.state())[0], `${looks} looks`).toBe("Enabled");
  }
});

it("pending material that has ended is simply gone: nothing to rotate to, nothing to import again, room for the next", async () => {
  const key = await withMaterial(30);
  const [pending, soon] = [randomBytes(), secondIn(1)];
  await key.send(pending, { ...NEXT, ...until(soon) });
  expect(await key.state()).toEqual(["Enabled", "KEY_MATERIAL_EXPIRES", key.end / 1000]);
  expect(await listed(key)).toMatchObject([{ KeyMaterialState: "CURRENT" }, { KeyMaterialState: "PENDING_ROTATION" }]);
  at(soon);
  expect((await key.state())[0]).toBe("Enabled");
  expect(await listed(key)).toMatchObject([{ KeyMaterialState: "CURRENT" }]);
  const none = `No available key material pending rotation for the key: ${key.arn}.`;
  expect(await key.call("RotateKeyOnDemand")).toMatchObject(refusal("KMSInvalidStateException", none));
  expect(await key.send(pending, until(secondIn(2)))).toMatchObject(INCORRECT);
  expect((await key.send(pending, { ...NEXT, ...FOR_EVER })).status).toBe(200);
  expect([await key.sealed(), await key.expired()]).toEqual([2, 1]);
  await key.ring();
  at(soon + LOOK_MS);
  await key.ring();
  expect([await key.sealed(), await key.expired(), (await listed(key)).length]).toEqual([2, 1, 2]);
});

it("pending material that ends goes after two looks too, and leaves no row", async () => {
  const key = await withMaterial(30);
  const soon = secondIn(1);
  await key.send(randomBytes(), { ...NEXT, ...until(soon) });
  at(soon);
  await key.ring();
  at(soon + LOOK_MS);
  await key.ring();
  expect([await key.sealed(), await key.expired(), (await key.state())[0]]).toEqual([1, 1, "Enabled"]);
  const rows = await inStore(key.account, (_, { storage: { sql } }) => sql.exec("SELECT 1 FROM material").toArray().length);
  expect(rows).toBe(1);
});

it("pending material that is deleted is simply gone; the current one keeps its row", async () => {
  const key = await withMaterial(30);
  const pending = randomBytes();
  const { KeyMaterialId } = (await key.send(pending, { ...NEXT, ...FOR_EVER })).json;
  await key.call("DeleteImportedKeyMaterial", { KeyMaterialId });
  expect((await key.state())[0]).toBe("Enabled");
  const missing = `Key material '${String(KeyMaterialId)}' does not exist`;
  expect(await key.call("DeleteImportedKeyMaterial", { KeyMaterialId })).toMatchObject(refusal("NotFoundException", missing));
  await key.call("DeleteImportedKeyMaterial");
  expect(await listed(key)).toMatchObject([
    { KeyMaterialId: key.id, ImportState: "PENDING_IMPORT", KeyMaterialState: "CURRENT" },
  ]);
});

it("only rotations that were made are listed where no other material is asked for; the description is the last one", async () => {
  const key = await withMaterial(30);
  await key.send(key.material, { ...FOR_EVER, KeyMaterialDescription: "from the HSM" });
  await key.send(key.material, until(key.end)); // without a description: it stays
  await key.send(randomBytes(), { ...NEXT, ...FOR_EVER, KeyMaterialDescription: "the next" });
  expect(await listed(key, {})).toEqual([]);
  expect(await listed(key)).toMatchObject([
    { KeyMaterialDescription: "from the HSM", ValidTo: key.end / 1000 },
    { KeyMaterialDescription: "the next", KeyMaterialState: "PENDING_ROTATION", ...FOR_EVER },
  ]);
  await key.call("RotateKeyOnDemand");
  expect(await listed(key, {})).toMatchObject([{ KeyMaterialDescription: "the next", RotationType: "ON_DEMAND" }]);
});

it("a call that is under way when the material ends is not done", async () => {
  const key = await withMaterial(1);
  const gate = newGate();
  const restore = await inStore(key.account, ({ keyring }) =>
    override(keyring, "encrypt", (encrypt) => async (...given) => {
      const made = await encrypt(...given);
      await gate.pass();
      return made;
    }),
  );
  at(key.end - 1);
  const encrypted = key.call("Encrypt", { Plaintext: "AA==" });
  await gate.reached;
  at(key.end);
  gate.open();
  expect(await encrypted).toMatchObject(refusal("KMSInvalidStateException", `${key.arn} is pending import.`));
  await inStore(key.account, () => restore());
});

it("of imports that meet, one is taken; of rotations that meet, one has material to rotate to", async () => {
  const key = await withMaterial(30);
  const sent = await Promise.all([1, 2, 3].map(() => key.send(randomBytes(), { ...NEXT, ...FOR_EVER })));
  expect(sent.map(({ status, json }) => json["__type"] ?? status).toSorted()).toEqual([
    200,
    "KMSInvalidStateException",
    "KMSInvalidStateException",
  ]);
  const rotated = await Promise.all([1, 2, 3].map(() => key.call("RotateKeyOnDemand")));
  expect(rotated.map(({ status }) => status).toSorted()).toEqual([200, 400, 400]);
  expect((await listed(key)).map(({ KeyMaterialState }) => KeyMaterialState)).toEqual(["NON_CURRENT", "CURRENT"]);
  const rotations = summaryOf(await eventsOf(key.account)).filter((name) => name === "RotateKey");
  expect(rotations).toHaveLength(1);
});

it("ends at most 365 days ahead, to the millisecond", async () => {
  const key = await withMaterial(10);
  const now = Date.now();
  expect((await key.send(key.material, until(now + 365 * DAY_MS + 1))).json["__type"]).toBe("ValidationException");
  expect((await key.send(key.material, until(now + 365 * DAY_MS))).status).toBe(200);
  expect((await key.send(key.material, until(now))).json["__type"]).toBe("ValidationException");
  expect((await key.send(key.material, until(now + 1))).status).toBe(200);
});
