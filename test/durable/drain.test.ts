// How much goes to D1 at once: little while calls come, whole statements while none do, and no run without an end.

import { expect, it } from "vitest";
import { newDeliveredStore } from "../support/new-store.ts";
import { flawIn, outboxOf, trailOf } from "../support/records.ts";
import { inStore, ring } from "../support/store.ts";

it("while calls come, at most 64 records go in one statement, calls are answered meanwhile, and then it catches up", async () => {
  const { account } = await newDeliveredStore();
  const statements: number[] = [];
  await inStore(account, async (world, _, instance) => {
    let clock = Date.now() + 60_000; // so that no real alarm rings meanwhile
    world.now = () => clock;
    const call = (name: string) => world.ledger.join({ record: JSON.stringify({ eventName: name }), time: clock });
    await Promise.all(Array.from({ length: 1000 }, (__, at) => call(`${at}`)));
    clock += 2000; // by now it is not put off any longer
    await call("the last before");
    const { trail } = world;
    world.trail = {
      ...trail,
      async deliver(delivery) {
        statements.push(delivery.links.length);
        clock += statements.length < 4 ? 199 : 200;
        if (statements.length < 4) expect(await call("meanwhile")).toBe(true);
        return trail.deliver(delivery);
      },
    };
    await instance.alarm();
  });
  expect(Math.max(...statements.slice(0, 4))).toBeLessThanOrEqual(64);
  expect(statements[4]).toBeGreaterThan(400);
  expect(await outboxOf(account)).toHaveLength(3); // what came meanwhile waits for the next run
  expect(await trailOf(account)).toHaveLength(2 + 1000 + 1);
  expect(await flawIn(account)).toBeUndefined();
});

it("beside calls it is put off, until two seconds after the first of them", async () => {
  const { account } = await newDeliveredStore();
  const due: number[] = [];
  await inStore(account, async (world, _, instance) => {
    const begin = Date.now() + 60_000;
    let clock = begin;
    world.now = () => clock;
    const call = () => world.ledger.join({ record: '{"eventName":"call"}', time: clock });
    for (let second = 0; second < 3; second++) {
      await call();
      due.push((world.agenda.earliest() ?? 0) - begin);
      clock = world.agenda.earliest() ?? 0;
      await call();
      await instance.alarm();
    }
    expect(world.agenda.earliest()).toBe(clock + 1000); // what came last waits for the next one
  });
  expect(due).toEqual([1000, 2000, 3000]);
  expect(await trailOf(account)).toHaveLength(2 + 4);
});

it("many rows go in one statement, and a run ends after 200 statements", async () => {
  const { account } = await newDeliveredStore();
  const statements: number[] = [];
  await inStore(account, (world) => {
    const incarnation = world.meta.find("incarnation") ?? "";
    const link = (sequence: number) => ({ sequence, record: "{}", hash: "", time: 0 });
    for (let first = 2; first < 100_252; first += 250) {
      world.outbox.append(
        incarnation,
        Array.from({ length: 250 }, (_, at) => link(first + at)),
      );
    }
    world.agenda.set({ kind: "flush", ref: "", at: world.now() });
    void world.storage.setAlarm(world.now() + 10_000);
    world.trail = {
      answers: async () => true,
      async deliver({ links }) {
        statements.push(links.length);
        return new Map(links.all.map(({ sequence, hash }) => [sequence, hash]));
      },
    };
  });
  await ring(account);
  expect(statements).toEqual(Array(200).fill(500));
  await ring(account);
  expect(statements.slice(200)).toEqual([250]);
  expect(await outboxOf(account)).toEqual([]);
});
