// Calls that meet: each is answered, each leaves one record, and the order of the records is the order of the commits.

import { describe, expect, it } from "vitest";
import { perform } from "../../src/kms/call/perform.ts";
import { type Answer, newAccount, raw } from "../support/client.ts";
import { putAway } from "../support/faults.ts";
import { holdEncrypt, holdGroup, holdViews, newGate } from "../support/gates.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { override } from "../support/override.ts";
import { callFor } from "../support/passports.ts";
import { eventOf, eventsOf, flawIn, rowsOf, summaryOf } from "../support/records.ts";
import { inStore, logOf } from "../support/store.ts";

const TWENTY = 20;
const times = <T>(count: number, make: () => Promise<T>): Promise<T>[] => Array.from({ length: count }, make);
const outcomes = (answers: readonly Answer[]): unknown[] => answers.map(({ status, json }) => json["__type"] ?? status);

it("EnableKeyRotation behind a DisableKeyRotation that was let in with it switches rotation on", async () => {
  const account = newAccount();
  const KeyId = await newKey(account);
  await raw("EnableKeyRotation", { KeyId }, { account });
  await inStore(account, async (world) => {
    const { callers } = world;
    const gate = newGate(2); // one view that both wait for: they go on in one turn
    world.callers = { ...callers, view: (who) => gate.pass().then(() => callers.view(who)) };
    const calls = await Promise.all(["DisableKeyRotation", "EnableKeyRotation"].map((name) => callFor(account, name, { KeyId })));
    const both = Promise.all(calls.map((call) => perform(call, world)));
    await gate.reached;
    gate.open();
    expect(await both).toEqual(["", ""]);
    world.callers = callers;
  });
  expect(summaryOf(await eventsOf(account)).slice(2)).toEqual(["DisableKeyRotation", "EnableKeyRotation"]);
  expect((await raw("GetKeyRotationStatus", { KeyId }, { account })).json["KeyRotationEnabled"]).toBe(true);
});

it.each(["DisableKey", "ScheduleKeyDeletion", "DisableKeyRotation"])(
  "a rotation that is under way at %s is not done",
  async (name) => {
    const account = newAccount();
    const KeyId = await newKey(account);
    await raw("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 }, { account });
    const now = Date.now() + 91 * 86_400_000;
    await inStore(account, async (world, _, instance) => {
      const gate = newGate();
      const restore = override(world.keyring, "createNext", (createNext) => async (...given) => {
        const material = await createNext(...given);
        await gate.pass();
        return material;
      });
      const { now: clock } = world;
      world.now = () => now;
      const rung = instance.alarm();
      await gate.reached;
      world.now = clock; // a passport is good for a minute
      expect(await instance.kms(await callFor(account, name, { KeyId }))).toBeTypeOf("string");
      world.now = () => now;
      gate.open();
      await rung;
      restore();
      world.now = clock;
      expect(world.tables.materials.page(KeyId, -1, 9)).toHaveLength(1);
    });
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "EnableKeyRotation", name]);
  },
);

describe("twenty at once", () => {
  it("twenty DisableKey calls of one key that are let in together are each answered and each recorded once", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const views = await holdViews(account, TWENTY);
    const disabling = times(TWENTY, () => raw("DisableKey", { KeyId }, { account }));
    await views.reached;
    views.open();
    const answers = await Promise.all(disabling);
    expect(outcomes(answers)).toEqual(Array(TWENTY).fill(200)); // AWS disables a disabled key without complaint
    const events = await eventsOf(account);
    expect(summaryOf(events)).toEqual(["CreateKey", ...Array<string>(TWENTY).fill("DisableKey")]);
    expect(new Set(events.slice(1).map(({ requestID }) => requestID))).toEqual(
      new Set(answers.map(({ requestId }) => requestId)),
    );
    expect(await flawIn(account)).toBeUndefined();
  });

  it("twenty CreateAlias calls of one name make one alias, and each is recorded once", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const views = await holdViews(account, TWENTY);
    const creating = times(TWENTY, () => raw("CreateAlias", { AliasName: "alias/one", TargetKeyId: KeyId }, { account }));
    await views.reached;
    views.open();
    const answers = outcomes(await Promise.all(creating));
    expect(answers.filter((outcome) => outcome === 200)).toHaveLength(1);
    expect(answers.filter((outcome) => outcome === "AlreadyExistsException")).toHaveLength(TWENTY - 1);
    const refused = Array<string>(TWENTY - 1).fill("CreateAlias: AlreadyExistsException");
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "CreateAlias", ...refused]);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("twenty Encrypt calls that end together are each answered, share one row of the outbox, and are each recorded once", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    await putAway(account);
    const group = await holdGroup(account, TWENTY);
    const encrypting = times(TWENTY, () => raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account }));
    await group.reached;
    group.open();
    const answers = await Promise.all(encrypting);
    expect(outcomes(answers)).toEqual(Array(TWENTY).fill(200));
    expect(new Set(answers.map(({ json }) => json["CiphertextBlob"])).size).toBe(TWENTY);
    const rows = await inStore(account, (_, state) => rowsOf(state));
    expect(rows.some(({ first, last }) => last - first + 1 === TWENTY)).toBe(true);
    const events = await eventsOf(account);
    expect(summaryOf(events)).toEqual(["CreateKey", ...Array<string>(TWENTY).fill("Encrypt")]);
    expect(new Set(events.slice(1).map(({ requestID }) => requestID))).toEqual(
      new Set(answers.map(({ requestId }) => requestId)),
    );
    expect(await flawIn(account)).toBeUndefined();
  });
});

describe("what is in flight while the world moves", () => {
  it("an Encrypt whose key is disabled before it commits is refused, and its record comes behind the DisableKey's", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const encrypts = await holdEncrypt(account, TWENTY);
    const encrypting = times(TWENTY, () => raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account }));
    await encrypts.reached; // each holds its ciphertext by now
    expect((await raw("DisableKey", { KeyId }, { account })).status).toBe(200);
    encrypts.open();
    const answers = await Promise.all(encrypting);
    expect(outcomes(answers)).toEqual(Array(TWENTY).fill("DisabledException"));
    expect(answers.filter(({ text }) => text.includes("CiphertextBlob"))).toEqual([]);
    const refused = Array<string>(TWENTY).fill("Encrypt: DisabledException");
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "DisableKey", ...refused]);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("an Encrypt whose key is disabled and enabled again before it commits succeeds", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const encrypts = await holdEncrypt(account);
    const encrypting = raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account });
    await encrypts.reached;
    await raw("DisableKey", { KeyId }, { account });
    await raw("EnableKey", { KeyId }, { account });
    encrypts.open();
    expect((await encrypting).status).toBe(200);
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "DisableKey", "EnableKey", "Encrypt"]);
  });

  it("an Encrypt under an alias that moves to another key before it commits begins again, under that key", async () => {
    const account = newAccount();
    const [before, after] = [await newKey(account), await newKey(account)];
    await raw("CreateAlias", { AliasName: "alias/moving", TargetKeyId: before }, { account });
    const encrypts = await holdEncrypt(account);
    const encrypting = raw("Encrypt", { KeyId: "alias/moving", Plaintext: PLAINTEXT }, { account });
    await encrypts.reached;
    await raw("UpdateAlias", { AliasName: "alias/moving", TargetKeyId: after }, { account });
    encrypts.open();
    const { json, requestId } = await encrypting;
    expect(json["KeyId"]).toContain(after);
    const { json: opened } = await raw("Decrypt", { CiphertextBlob: json["CiphertextBlob"] }, { account });
    expect(opened).toMatchObject({ KeyId: json["KeyId"], Plaintext: PLAINTEXT });
    const { resources, additionalEventData } = await eventOf(account, requestId);
    expect(resources).toMatchObject([{ ARN: json["KeyId"] }]);
    expect(additionalEventData).toEqual({ keyMaterialId: opened["KeyMaterialId"] });
  });

  it("a call whose view is taken back at every turn is throttled in the end, and not repeated for ever", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    let views = 0;
    await inStore(account, (world) => {
      const { view } = world.callers;
      world.callers = {
        inForce: () => false,
        view(who) {
          views++;
          return view(who);
        },
      };
    });
    const { json } = await raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account });
    expect(json["__type"]).toBe("ThrottlingException");
    expect(views).toBeLessThan(10);
  });
});

describe("a write behind a waiting group of reads", () => {
  it("takes the group along: its records come first, and all are answered", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const group = await holdGroup(account, 3);
    const reading = times(3, () => raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account }));
    await group.reached;
    expect((await raw("DisableKey", { KeyId }, { account })).status).toBe(200);
    expect(outcomes(await Promise.all(reading))).toEqual([200, 200, 200]);
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "Encrypt", "Encrypt", "Encrypt", "DisableKey"]);
    group.open();
    await raw("DescribeKey", { KeyId }, { account }); // what the old barrier finds is no second commit
    expect(await eventsOf(account)).toHaveLength(6);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("that throws leaves the group's records and its own refusal, and nothing of its change", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const log = await logOf(account);
    const group = await holdGroup(account, 3);
    const reading = times(3, () => raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account }));
    await group.reached;
    await inStore(account, ({ tables }) => {
      override(tables.keys, "setState", (setState) => (id, state) => {
        setState(id, state);
        throw new Error("a fault behind the change");
      });
    });
    expect((await raw("DisableKey", { KeyId }, { account })).json["__type"]).toBe("KMSInternalException");
    expect(outcomes(await Promise.all(reading))).toEqual([200, 200, 200]);
    expect(log).toMatchObject([{ event: "unknown error", message: "a fault behind the change" }]);
    group.open();
    expect((await raw("DescribeKey", { KeyId }, { account })).json).toMatchObject({ KeyMetadata: { KeyState: "Enabled" } });
    const events = ["CreateKey", "Encrypt", "Encrypt", "Encrypt", "DisableKey: KMSInternalException", "DescribeKey"];
    expect(summaryOf(await eventsOf(account))).toEqual(events);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("a read joins in the turn in which it is decided, so that nothing else can commit in between", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    await inStore(account, async (world) => {
      const turns: string[] = [];
      world.callers = {
        ...world.callers,
        inForce() {
          turns.push("decided");
          queueMicrotask(() => turns.push("next turn"));
          return true;
        },
      };
      override(world.ledger, "join", (join) => (entry) => {
        turns.push("joined");
        return join(entry);
      });
      await perform(await callFor(account, "DescribeKey", { KeyId }), world);
      const joined = turns.indexOf("joined");
      expect(turns[joined - 1]).toBe("decided"); // at its commit
      expect(turns.slice(0, joined)).not.toContain("next turn");
    });
  });
});
