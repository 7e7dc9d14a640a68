// A clock that is wrong for a while: no key is destroyed by it, and records still leave.

import { describe, expect, it } from "vitest";
import { newAccount, raw } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { eventsOf, summaryOf } from "../support/records.ts";
import { inStore, restart, ring } from "../support/store.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

async function doomed() {
  const account = newAccount();
  const KeyId = await newKey(account);
  await raw("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 }, { account });
  const start = Date.now();
  const setClock = (afterMs: number) =>
    inStore(account, (world) => {
      world.now = () => start + afterMs;
    });
  return {
    account,
    setClock,
    /** The alarm rings where the clock shows so much more than at the beginning. */
    alarmAt: async (afterMs: number) => {
      await setClock(afterMs);
      await inStore(account, (_, __, instance) => instance.alarm());
    },
    state: async () => {
      await setClock(0);
      const { json } = await raw("DescribeKey", { KeyId }, { account });
      return (json["KeyMetadata"] as { KeyState?: string } | undefined)?.KeyState ?? json["__type"];
    },
    deadlines: () =>
      inStore(account, (_, { storage: { sql } }) =>
        sql.exec("SELECT kind, at - ? AS at FROM deadline WHERE ref = ?", start, KeyId).toArray(),
      ),
    setDeadline: (kind: "delete" | "delete-confirm", afterMs: number) =>
      inStore(account, ({ agenda: deadlines }) => {
        deadlines.remove("delete", KeyId);
        deadlines.set({ kind, ref: KeyId, at: start + afterMs });
      }),
  };
}

describe("a deletion", () => {
  it("is put back by the first alarm under the right clock", async () => {
    const { alarmAt, deadlines, state } = await doomed();
    await alarmAt(8 * DAY_MS);
    expect(await deadlines()).toMatchObject([{ kind: "delete-confirm" }]);
    await alarmAt(MINUTE_MS);
    expect(await deadlines()).toMatchObject([{ kind: "delete" }]);
    expect(Number((await deadlines())[0]?.["at"])).toBeLessThanOrEqual(7 * DAY_MS);
    expect(await state()).toBe("PendingDeletion");
  });

  it("is put back by the next start", async () => {
    const { account, alarmAt, deadlines } = await doomed();
    await alarmAt(8 * DAY_MS);
    await restart(account);
    await inStore(account, () => {});
    expect(await deadlines()).toMatchObject([{ kind: "delete" }]);
  });

  it("does not come early by two jumps, a day apart, whether or not an alarm rang between them", async () => {
    for (const between of [[MINUTE_MS / 2, DAY_MS], []]) {
      const { alarmAt, state } = await doomed();
      for (const at of [8 * DAY_MS, ...between, 9 * DAY_MS]) await alarmAt(at);
      expect(await state()).toBe("PendingDeletion");
    }
  });

  it("whose second look comes late is looked at once more, a minute before its end", async () => {
    const { alarmAt, state } = await doomed();
    const due = 7 * DAY_MS;
    await alarmAt(due);
    await alarmAt(due + 3 * MINUTE_MS);
    expect(await state()).toBe("PendingDeletion");
    await alarmAt(due + 4 * MINUTE_MS);
    expect(await state()).toBe("NotFoundException");
  });

  it.each(["delete", "delete-confirm"] as const)(
    "whose date is still to come is not done, though its %s row is due",
    async (kind) => {
      const { alarmAt, setDeadline, deadlines, state } = await doomed();
      await setDeadline(kind, 0);
      await alarmAt(MINUTE_MS / 2);
      expect(await deadlines()).toMatchObject([{ kind: "delete" }]);
      expect(Number((await deadlines())[0]?.["at"])).toBeGreaterThan(6 * DAY_MS);
      expect(await state()).toBe("PendingDeletion");
    },
  );
});

describe("the flush", () => {
  it("that was armed ahead of time is armed again by the next request", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    await ring(account);
    const now = Date.now();
    const describeAt = async (time: number) => {
      await inStore(account, (world) => {
        world.now = () => time;
      });
      await raw("DescribeKey", { KeyId }, { account });
      return inStore(account, ({ agenda }) => agenda.earliest());
    };
    expect(await describeAt(now + 30 * DAY_MS)).toBeGreaterThan(now + 29 * DAY_MS);
    expect(await describeAt(now)).toBeLessThan(now + MINUTE_MS);
  });
});

it("a rotation under a clock that is years ahead is one rotation", async () => {
  const account = newAccount();
  const KeyId = await newKey(account);
  await raw("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 }, { account });
  const start = Date.now();
  for (const years of [10, 0, 10]) {
    await inStore(account, async (world, _, instance) => {
      world.now = () => start + years * 365 * DAY_MS;
      await instance.alarm();
    });
  }
  expect(summaryOf(await eventsOf(account)).filter((name) => name === "RotateKey")).toHaveLength(1);
});
