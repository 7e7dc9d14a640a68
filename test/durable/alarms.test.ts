// What alarm() does: whatever is due, one failing chore delaying no other, and always an alarm for what is still to do.

import { runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it, vi } from "vitest";
import { doChores } from "../../src/durable/chores.ts";
import { CHORES } from "../../src/kms/due/chores.ts";
import { newAccount, raw } from "../support/client.ts";
import { putAway } from "../support/faults.ts";
import { newGate } from "../support/gates.ts";
import { newKey } from "../support/new-key.ts";
import { override } from "../support/override.ts";
import { outboxOf, summaryOf, trailOf } from "../support/records.ts";
import { inStore, logOf, restart, ring, stubOf } from "../support/store.ts";

/** A row that a newer version of this service has left behind. */
const leaveUnknown = (account: string, at: number): Promise<number> =>
  inStore(account, (_, state) => {
    const statement = "INSERT INTO deadline (kind, ref, at) VALUES ('unknown', 'of a newer version', ?)";
    return state.storage.sql.exec(statement, at).rowsWritten;
  });

const deadlinesOf = (account: string) =>
  inStore(account, (_, state) =>
    state.storage.sql.exec<{ kind: string; at: number }>("SELECT kind, at FROM deadline ORDER BY kind").toArray(),
  );

const alarmOf = (account: string): Promise<number | null> => inStore(account, (_, state) => state.storage.getAlarm());

describe("alarm()", () => {
  it("runs the flush though an earlier chore fails, puts that one off, and is set for it", async () => {
    const account = newAccount();
    await newKey(account);
    const log = await logOf(account);
    await leaveUnknown(account, 0);
    await inStore(account, (world) => {
      world.now = () => Date.now() + 5000;
    });
    const before = Date.now();
    await inStore(account, (_, __, instance) => instance.alarm());
    expect(summaryOf((await trailOf(account)).map(({ record }) => JSON.parse(record)))).toEqual([
      "BeginIncarnation",
      "CreateKey",
    ]);
    expect(log).toMatchObject([{ event: "chore failed", kind: "unknown" }]);
    const [unknown, ...others] = await deadlinesOf(account);
    expect(others).toEqual([]);
    expect(unknown?.kind).toBe("unknown");
    expect(unknown?.at).toBeGreaterThan(before + 20_000);
    expect(await alarmOf(account)).toBe(unknown?.at);
  });

  it("does not throw and sets the next, though it cannot even read what is due", async () => {
    const account = newAccount();
    await newKey(account);
    const log = await logOf(account);
    await inStore(account, async (world, state, instance) => {
      const restore = override(world.agenda, "due", () => () => {
        throw new Error("unreadable");
      });
      await state.storage.deleteAlarm();
      await instance.alarm();
      restore();
    });
    expect(log).toMatchObject([{ event: "chores failed", message: "unreadable" }]);
    expect(await alarmOf(account)).not.toBeNull();
  });

  it("does all else while D1 takes its time", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    await raw("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 }, { account });
    const [held, now] = [newGate(), Date.now()];
    await inStore(account, async (world, _, instance) => {
      const { trail } = world;
      world.trail = { ...trail, deliver: (delivery) => held.pass().then(() => trail.deliver(delivery)) };
      world.now = () => now + 91 * 86_400_000;
      const rung = instance.alarm();
      await held.reached;
      await vi.waitFor(() => expect(world.tables.materials.page(KeyId, -1, 9)).toHaveLength(2));
      held.open();
      await rung;
    });
    expect(await trailOf(account)).not.toEqual([]);
  });

  it("does what comes due only while D1 takes its time", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    await raw("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 }, { account });
    const [held, now] = [newGate(), Date.now()];
    let clock = now + 5000;
    await inStore(account, (world) => {
      const { trail } = world;
      world.trail = { ...trail, deliver: (delivery) => held.pass().then(() => trail.deliver(delivery)) };
      world.now = () => clock;
    });
    const rung = runDurableObjectAlarm(stubOf(account)); // the platform's one alarm: no other rings before it has ended
    await held.reached;
    clock = now + 91 * 86_400_000;
    const materials = () => inStore(account, ({ tables }) => tables.materials.page(KeyId, -1, 9).length);
    await expect.poll(materials, { timeout: 4000 }).toBe(2);
    held.open();
    await rung;
    expect(await trailOf(account)).not.toEqual([]);
  });

  it("in which a chore can neither be done nor put off does the others, and rings again later", async () => {
    const account = newAccount();
    const [bad, good] = [await newKey(account), await newKey(account)];
    for (const KeyId of [bad, good]) await raw("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 }, { account });
    await ring(account);
    const log = await logOf(account);
    const now = Date.now() + 91 * 86_400_000;
    await inStore(account, async (world, { storage }, instance) => {
      override(world.tables.materials, "insert", (insert) => (row, rotation) => {
        if (row.keyId === bad) throw new Error("bad");
        insert(row, rotation);
      });
      override(world.agenda, "set", (set) => (deadline) => {
        if (deadline.ref === bad) throw new Error("worse");
        set(deadline);
      });
      world.now = () => now;
      await instance.alarm();
      expect(await storage.getAlarm()).toBeGreaterThan(now);
      expect(world.tables.materials.page(good, -1, 9)).toHaveLength(2);
      expect(world.tables.materials.page(bad, -1, 9)).toHaveLength(1);
    });
    expect(log).toMatchObject([{ event: "chore failed" }, { event: "chore not put off" }]);
  });

  it("that comes too early leaves everything for its time", async () => {
    const account = newAccount();
    await newKey(account);
    await inStore(account, async (world, state) => {
      const due = world.agenda.earliest() ?? 0;
      world.now = () => due - 1;
      await state.storage.deleteAlarm();
      await doChores(world, CHORES);
      expect(world.agenda.earliest()).toBe(due);
      expect(await state.storage.getAlarm()).toBe(due);
    });
    expect(await outboxOf(account)).toHaveLength(2);
  });

  it("is at least once: two in a row find what the first has left", async () => {
    const account = newAccount();
    await newKey(account);
    await ring(account);
    await inStore(account, (_, __, instance) => instance.alarm());
    expect(await trailOf(account)).toHaveLength(2);
    expect(await deadlinesOf(account)).toEqual([]);
    expect(await alarmOf(account)).toBeNull();
  });

  it("of a store that nobody has written to does nothing", async () => {
    const account = newAccount();
    const log = await logOf(account);
    await inStore(account, async (_, state, instance) => {
      await instance.alarm();
      expect(await state.storage.getAlarm()).toBeNull();
    });
    expect(log).toEqual([]);
  });
});

describe("an alarm that the platform has dropped", () => {
  it("is set again by the next start of a store that has a deadline", async () => {
    const account = newAccount();
    await newKey(account);
    await putAway(account);
    await inStore(account, (_, state) => state.storage.deleteAlarm());
    await restart(account);
    const alarm = await alarmOf(account);
    const [flush] = await deadlinesOf(account);
    expect(flush?.kind).toBe("flush");
    expect(alarm ?? 0).toBeGreaterThanOrEqual(flush?.at ?? Number.POSITIVE_INFINITY);
  });

  it("is not invented for a store that has none", async () => {
    const account = newAccount();
    await newKey(account);
    await ring(account);
    await restart(account);
    expect(await alarmOf(account)).toBeNull();
  });
});

it("a write that moves no deadline leaves the alarm alone, one that does moves it", async () => {
  const account = newAccount();
  const KeyId = await newKey(account);
  let alarms = 0;
  await inStore(account, ({ storage }) => {
    override(storage, "setAlarm", (setAlarm) => (...given) => {
      alarms++;
      return setAlarm(...given);
    });
  });
  const sets = async (name: string): Promise<number> => {
    alarms = 0;
    await raw(name, { KeyId }, { account });
    return alarms;
  };
  expect(await sets("DisableKey")).toBe(0);
  expect(await sets("EnableKey")).toBe(0);
  expect(await sets("EnableKeyRotation")).toBe(1);
  expect(await sets("DisableKey")).toBe(0);
});

it("a flush that is due already is neither put off nor written again by the requests behind it", async () => {
  const account = newAccount();
  const KeyId = await newKey(account);
  const [before] = await deadlinesOf(account);
  await raw("DescribeKey", { KeyId }, { account });
  await raw("DisableKey", { KeyId }, { account });
  expect(await deadlinesOf(account)).toEqual([before]);
});
