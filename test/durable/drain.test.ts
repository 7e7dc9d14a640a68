// How much goes to D1 at once: little while calls come, whole statements while none do, and no run without an end.

import { expect, it } from "vitest";
import { putAway } from "../support/faults.ts";
import { describeKey, interpose, newDeliveredStore } from "../support/new-store.ts";
import { flawIn, outboxOf, trailOf } from "../support/records.ts";
import { inStore, restart, ring } from "../support/store.ts";

it("while calls come, at most 64 records go in one statement, calls are answered between two, and then it catches up", async () => {
  const { account, KeyId } = await newDeliveredStore();
  await putAway(account);
  await inStore(account, ({ ledger }) =>
    Promise.all(Array.from({ length: 1000 }, (_, at) => ledger.join({ record: `{"eventName":"${at}"}`, time: 0 }))),
  );
  await restart(account);
  const statements: number[] = [];
  let answered = 0;
  await interpose(account, (d1) => ({
    ...d1,
    async deliver(delivery) {
      statements.push(delivery.links.length);
      if (statements.length <= 3) answered += (await describeKey(account, KeyId)).status === 200 ? 1 : 0;
      return d1.deliver(delivery);
    },
  }));
  await ring(account);
  expect(answered).toBe(3);
  expect(Math.max(...statements.slice(0, 4))).toBeLessThanOrEqual(64);
  expect(statements[4]).toBeGreaterThan(400);
  expect(await outboxOf(account)).toEqual([]);
  expect(await trailOf(account)).toHaveLength(1000 + 2 + 3);
  expect(await flawIn(account)).toBeUndefined();
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
  expect(statements[0]).toBeLessThanOrEqual(64); // until one has gone by without a call
  expect(statements.slice(1, 200)).toEqual(Array(199).fill(500));
  await ring(account);
  expect(statements.slice(200)).toEqual([64, 500, 122]);
  expect(await outboxOf(account)).toEqual([]);
});
