// From the outbox to D1: nothing lost, nothing doubled, nothing blocked, in the order of the chain.

import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { newAccount, raw } from "../support/client.ts";
import { putAway } from "../support/faults.ts";
import { newGate } from "../support/gates.ts";
import { newKey } from "../support/new-key.ts";
import { describeKey, interpose, namesOf, newDeliveredStore } from "../support/new-store.ts";
import { asideOf, flawIn, flawOf, outboxOf, rowsOf, trailOf } from "../support/records.ts";
import { inStore, logOf, restart, ring } from "../support/store.ts";

describe("delivery", () => {
  it("what is recorded stands in D1 within seconds, by itself, and then nothing is left to do", async () => {
    const account = newAccount();
    const began = Date.now();
    const KeyId = await newKey(account);
    await expect.poll(() => trailOf(account), { timeout: 5000 }).toHaveLength(2);
    const [beginning, creation] = await trailOf(account);
    expect(beginning).toMatchObject({ store: `${account}/us-east-1`, account, region: "us-east-1", sequence: 0 });
    expect(creation).toMatchObject({ incarnation: beginning?.incarnation, sequence: 1, record: expect.stringContaining(KeyId) });
    expect(creation?.time).toBeGreaterThanOrEqual(began);
    expect(creation?.time).toBeLessThanOrEqual(Date.now());
    await inStore(account, async ({ agenda }, state) => {
      expect(rowsOf(state)).toEqual([]);
      expect(agenda.earliest()).toBeUndefined();
      expect(await state.storage.getAlarm()).toBeNull();
    });
    expect(await flawOf(`${account}/us-east-1`, await trailOf(account))).toBeUndefined();
  });

  it("what arrives while a delivery is under way is delivered too", async () => {
    const { account, KeyId } = await newDeliveredStore();
    const gate = newGate();
    await interpose(account, (d1) => ({
      ...d1,
      async deliver(delivery) {
        const stored = await d1.deliver(delivery);
        await gate.pass();
        return stored;
      },
    }));
    await describeKey(account, KeyId);
    const ringing = ring(account);
    await gate.reached;
    await raw("DisableKey", { KeyId }, { account });
    gate.open();
    await ringing;
    if ((await outboxOf(account)).length > 0) await ring(account);
    expect(namesOf(await trailOf(account)).slice(-2)).toEqual(["DescribeKey", "DisableKey"]);
    expect(await outboxOf(account)).toEqual([]);
  });

  it("what arrives in the very turn in which the outbox has emptied wakes the flush again", async () => {
    const { account, KeyId } = await newDeliveredStore();
    for (const _ of [1, 2]) {
      await describeKey(account, KeyId);
      await ring(account);
      expect(await outboxOf(account)).toEqual([]);
    }
    expect(await ring(account)).toBe(false);
  });
});

describe("a trail that fails", () => {
  it("between D1's insert and the outbox's removal doubles nothing", async () => {
    const { account, KeyId } = await newDeliveredStore();
    await describeKey(account, KeyId);
    await interpose(account, (d1) => ({
      answers: async () => false,
      async deliver(delivery) {
        await d1.deliver(delivery);
        throw new Error("the answer was lost");
      },
    }));
    await ring(account);
    expect(await outboxOf(account)).toHaveLength(1);
    expect(namesOf(await trailOf(account)).at(-1)).toBe("DescribeKey");
    await restart(account);
    await raw("DisableKey", { KeyId }, { account });
    await ring(account);
    expect(await outboxOf(account)).toEqual([]);
    expect(namesOf(await trailOf(account)).slice(1)).toEqual(["CreateKey", "DescribeKey", "DisableKey"]);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("for a while blocks no request and loses nothing, and is asked ever less often, at least every 30 seconds", async () => {
    const { account, KeyId, log } = await newDeliveredStore();
    const backAgain = await putAway(account);
    const pauses: number[] = [];
    await inStore(account, async (world, _, instance) => {
      let clock = world.now();
      world.now = () => clock;
      for (let round = 0; round < 8; round++) {
        await world.ledger.join({ record: JSON.stringify({ eventName: `round ${round}` }), time: clock });
        clock = world.agenda.earliest() ?? clock;
        await instance.alarm();
        pauses.push(((world.agenda.earliest() ?? 0) - clock) / 1000);
      }
      world.now = () => Math.max(clock + 60_000, Date.now());
    });
    expect(pauses).toEqual([2, 4, 8, 16, 30, 30, 30, 30]);
    expect((await describeKey(account, KeyId)).status).toBe(200);
    expect(log.filter(({ event }) => event === "delivery failed")).toHaveLength(8);
    await backAgain();
    await ring(account);
    const rounds = Array.from({ length: 8 }, (_, round) => `round ${round}`);
    expect(namesOf(await trailOf(account)).slice(1)).toEqual(["CreateKey", ...rounds, "DescribeKey"]);
    expect(await outboxOf(account)).toEqual([]);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("that gives back less than it was given is away: nothing leaves the outbox", async () => {
    const { account, KeyId } = await newDeliveredStore();
    await interpose(account, (d1) => ({ ...d1, deliver: async () => new Map() }));
    await describeKey(account, KeyId);
    await ring(account);
    expect(namesOf(await outboxOf(account))).toEqual(["DescribeKey"]);
  });

  it("that never answers is away after 15 seconds, and nothing leaves the outbox", async () => {
    const { account, KeyId, log } = await newDeliveredStore();
    await describeKey(account, KeyId);
    const timers: number[] = [];
    await inStore(account, async (world, _, instance) => {
      world.trail = { ...world.trail, deliver: () => new Promise(() => {}) };
      const { after } = world;
      world.after = (ms, then) => {
        timers.push(ms);
        return after(ms === 15_000 ? 0 : ms, then);
      };
      const due = world.agenda.earliest() ?? 0;
      world.now = () => Math.max(Date.now(), due);
      await instance.alarm();
    });
    expect(timers).toContain(15_000);
    expect(log).toEqual([{ event: "delivery failed", message: "D1 has not answered within 15000 ms" }]);
    expect(namesOf(await outboxOf(account))).toEqual(["DescribeKey"]);
  });

  it("once, for whatever reason, sets nothing aside", async () => {
    const { account, KeyId } = await newDeliveredStore();
    let calls = 0;
    await interpose(account, (d1) => ({
      ...d1,
      deliver: (delivery) => (calls++ === 0 ? Promise.reject(new Error("connection reset")) : d1.deliver(delivery)),
    }));
    await describeKey(account, KeyId);
    await ring(account);
    expect(namesOf(await trailOf(account)).at(-1)).toBe("DescribeKey");
    expect(await inStore(account, ({ outbox }) => outbox.asideCount())).toBe(0);
  });

  it("in a way that the flush itself breaks is tried again later, not at once and for ever", async () => {
    const { account, KeyId, log } = await newDeliveredStore();
    await describeKey(account, KeyId);
    await inStore(account, (_, state) => state.storage.sql.exec("UPDATE outbox SET records = 'broken'").rowsWritten);
    await ring(account);
    expect(log.at(-1)).toMatchObject({ event: "chore failed", kind: "flush" });
    await inStore(account, async (world, state) => {
      const pause = (world.agenda.earliest() ?? 0) - Date.now();
      expect(pause).toBeGreaterThan(20_000);
      expect(await state.storage.getAlarm()).toBe(world.agenda.earliest());
    });
  });
});

describe("what D1 refuses", () => {
  afterEach(async () => {
    await env.AUDIT.exec("DROP TRIGGER IF EXISTS refusal");
  });
  const refuse = (condition: string) =>
    env.AUDIT.exec(`CREATE TRIGGER refusal BEFORE INSERT ON trail WHEN ${condition} BEGIN SELECT RAISE(ABORT, 'refused'); END`);

  it("by itself is set aside and counted, and blocks nothing", async () => {
    const { account, KeyId, log } = await newDeliveredStore();
    await refuse("NEW.record LIKE '%poison%'");
    await putAway(account);
    const join = (world: Parameters<Parameters<typeof inStore>[1]>[0], name: string) =>
      world.ledger.join({ record: JSON.stringify({ eventName: name }), time: 0 });
    await inStore(account, (world) => Promise.all(["a", "b", "poison", "c", "poison too", "d"].map((name) => join(world, name))));
    await restart(account);
    await describeKey(account, KeyId);
    const lines = await logOf(account);
    await ring(account);
    expect(log).toEqual([]);
    expect(namesOf(await trailOf(account)).slice(1)).toEqual(["CreateKey", "a", "b", "c", "d", "DescribeKey"]);
    expect(lines.at(-1)).toEqual({ event: "records set aside", count: 2, aside: 2 });
    expect(await outboxOf(account)).toEqual([]);
    expect(namesOf(await asideOf(account))).toEqual(["poison", "poison too"]);
    expect(await ring(account)).toBe(false);
    expect(await flawIn(account)).toBeUndefined(); // with what was set aside the chain is whole
    await restart(account);
    await describeKey(account, KeyId);
    await ring(account);
    expect(namesOf(await trailOf(account)).at(-1)).toBe("DescribeKey");
    expect(await flawIn(account)).toBeUndefined();
  });

  it("in great number is set aside run by run, each within its bounds of statements", async () => {
    const { account } = await newDeliveredStore();
    await putAway(account);
    const names = Array.from({ length: 120 }, (_, at) => (at % 2 === 0 ? `poison ${at}` : `good ${at}`));
    await inStore(account, (world) =>
      Promise.all(names.map((eventName) => world.ledger.join({ record: JSON.stringify({ eventName }), time: 0 }))),
    );
    await restart(account);
    await logOf(account);
    let asked = 0;
    await interpose(account, (d1) => ({
      answers: async () => asked++ >= 0,
      async deliver(delivery) {
        asked++;
        if (delivery.links.printed.includes("poison")) throw new Error("refused");
        return d1.deliver(delivery);
      },
    }));
    const runs: number[] = [];
    while ((await inStore(account, ({ outbox }) => !outbox.isEmpty())) && runs.length < 50) {
      asked = 0;
      await ring(account);
      runs.push(asked);
    }
    expect(Math.max(...runs)).toBeLessThanOrEqual(201); // the last question of a run may be whether D1 answers
    expect(runs.length).toBeGreaterThan(1);
    const good = names.filter((name) => name.startsWith("good"));
    expect(namesOf(await trailOf(account)).filter((name) => name.startsWith("good"))).toEqual(good);
    expect(await inStore(account, ({ outbox }) => outbox.asideCount())).toBe(60);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("because it takes no record at all waits, as if D1 were away", async () => {
    const { account, KeyId } = await newDeliveredStore();
    await refuse("true");
    await describeKey(account, KeyId);
    await ring(account);
    expect(await inStore(account, ({ outbox }) => outbox.asideCount())).toBe(0);
    expect(namesOf(await outboxOf(account))).toEqual(["DescribeKey"]);
    await env.AUDIT.exec("DROP TRIGGER refusal");
    await ring(account);
    expect(namesOf(await trailOf(account)).at(-1)).toBe("DescribeKey");
    expect(await env.AUDIT.prepare("SELECT place FROM trail WHERE place = 0").all()).toMatchObject({ results: [] });
  });
});
