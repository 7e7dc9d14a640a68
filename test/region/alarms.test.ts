// What alarm() does: whatever is due, one failing chore delaying no other, and always an alarm for what is still to do.

import { describe, expect, it } from "vitest";
import { doChores } from "../../src/region/chores.ts";
import { newAccount, raw } from "../support/client.ts";
import { inStore, logOf, newKey, outboxOf, override, putAway, restart, ring, summaryOf, trailOf } from "../support/region.ts";

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
      const restore = override(world.store.deadlines, "due", () => () => {
        throw new Error("unreadable");
      });
      await state.storage.deleteAlarm();
      await instance.alarm();
      restore();
    });
    expect(log).toMatchObject([{ event: "chores failed", message: "unreadable" }]);
    expect(await alarmOf(account)).not.toBeNull();
  });

  it("that comes too early leaves everything for its time", async () => {
    const account = newAccount();
    await newKey(account);
    await inStore(account, async (world, state) => {
      const due = world.store.deadlines.earliest() ?? 0;
      world.now = () => due - 1;
      await state.storage.deleteAlarm();
      await doChores(world);
      expect(world.store.deadlines.earliest()).toBe(due);
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
