// Rounds of which nobody knows which stores hold what: behind a restore, and where storage fails.

import { describe, expect, it } from "vitest";
import { LEASE_MS, OSLO, PARIS, storesTold, WHOLE_WAIT_MS, worldOf } from "../../support/round-ports.ts";

/** Longer than any wait that comes of the leases here. */
const BLIND_MS = 21_000;

describe("a restore", () => {
  it("ends by its timer alone, whoever has forgotten, and so do the changes meanwhile, each by its own", async () => {
    const world = worldOf(PARIS);
    const restored = world.restore(2);
    expect(world.mark).toEqual({ version: 2, blindMs: WHOLE_WAIT_MS });
    await world.time.pass(5000);
    world.promise(PARIS, 2);
    const change = world.change(3);
    await world.told.at(-1)?.answer(true);
    await world.time.pass(WHOLE_WAIT_MS - 5001);
    expect(restored.returned).toBe(false);
    await world.time.pass(1);
    expect([restored.returned, change.returned]).toEqual([true, false]);
    await world.time.pass(4999);
    expect(change.returned).toBe(false);
    await world.time.pass(1);
    expect(change.returned).toBe(true);
    expect(world.mark).toBeUndefined();
  });

  it("makes no change blind that comes after its round", async () => {
    const world = worldOf(PARIS);
    world.restore(2);
    await world.time.pass(WHOLE_WAIT_MS - 1);
    world.promise(PARIS, 2);
    world.change(3);
    await world.time.pass(1);
    expect(world.mark).toEqual({ version: 3 });
    await world.told.at(-1)?.answer(true);
    world.promise(PARIS, 3);
    await world.time.pass(5000);
    const later = world.change(4);
    await world.told.at(-1)?.answer(true);
    await world.time.pass(WHOLE_WAIT_MS - 5002);
    expect(later.returned).toBe(false); // the change before it waits in full
    await world.time.pass(1);
    expect(later.returned).toBe(true);
  });

  it("waits for the longest lease that its rows had promised", async () => {
    const world = worldOf();
    world.promise(PARIS, 1, 2 * LEASE_MS);
    const call = world.restore(2);
    expect(storesTold(world)).toEqual([]);
    await world.time.pass(2 * WHOLE_WAIT_MS - 1);
    expect(call.returned).toBe(false);
    await world.time.pass(1);
    expect(call.returned).toBe(true);
  });

  it("waits anew after a restart, with the wait that is marked", async () => {
    const world = worldOf();
    world.mark = { version: 2, blindMs: BLIND_MS };
    const call = world.change(3);
    expect(world.mark).toEqual({ version: 3, blindMs: BLIND_MS });
    await world.time.pass(BLIND_MS - 1);
    expect(call.returned).toBe(false);
    await world.time.pass(1);
    expect(call.returned).toBe(true);
    expect(world.mark).toBeUndefined();
  });

  it("is as blind during another one's round, whose end does not unmark it", async () => {
    const world = worldOf();
    world.restore(2);
    await world.time.pass(5000);
    const second = world.restore(3);
    await world.time.pass(WHOLE_WAIT_MS - 5000);
    expect(world.mark).toEqual({ version: 3, blindMs: WHOLE_WAIT_MS });
    await world.time.pass(4999);
    expect(second.returned).toBe(false);
    await world.time.pass(1);
    expect(second.returned).toBe(true);
    expect(world.mark).toBeUndefined();
  });
});

describe("storage that fails", () => {
  it("makes a round wait in full where rows cannot be read", async () => {
    const world = worldOf(PARIS);
    world.broken.add("rows");
    const call = world.change(2);
    await world.time.pass(WHOLE_WAIT_MS - 1);
    expect(call.returned).toBe(false);
    await world.time.pass(1);
    expect(call.returned).toBe(true);
    expect(world.log.map(({ event }) => event)).toEqual(["leases not read"]);
  });

  it("makes a call wait in full where the mark cannot be read", async () => {
    const world = worldOf(PARIS);
    world.change(2);
    world.restart();
    world.broken.add("mark");
    const call = world.call();
    await world.told[1]?.answer(true);
    await world.time.pass(WHOLE_WAIT_MS - 1);
    expect(call.returned).toBe(false);
    await world.time.pass(1);
    expect(call.returned).toBe(true);
    expect(world.rows.size).toBe(1);
    expect(world.mark).toEqual({ version: 2 });
  });

  it("keeps a restore marked whose mark could not be read, until its wait has passed", async () => {
    const world = worldOf();
    world.mark = { version: 2, blindMs: BLIND_MS };
    world.broken.add("mark");
    world.rounds.begin(2);
    world.broken.clear();
    await world.time.pass(WHOLE_WAIT_MS);
    expect(world.mark).toEqual({ version: 2, blindMs: BLIND_MS });
    await world.time.pass(BLIND_MS);
    expect(world.mark).toBeUndefined();
  });

  it.each(["drop", "putMark"] as const)("ends a round all the same where %s throws", async (port) => {
    const world = worldOf(PARIS, OSLO);
    const call = world.change(2);
    world.broken.add(port);
    await world.told[0]?.answer(true);
    expect(call.returned).toBe(false);
    await world.time.pass(WHOLE_WAIT_MS);
    expect(call.returned).toBe(true);
    expect(world.log.length).toBeGreaterThan(0);
  });

  it("clears the mark with a later call where it could not be cleared", async () => {
    const world = worldOf(PARIS);
    world.change(2);
    world.broken.add("putMark");
    await world.told[0]?.answer(true);
    expect(world.mark).toEqual({ version: 2 });
    world.broken.clear();
    const call = world.call();
    await world.time.pass(0);
    expect(call.returned).toBe(true);
    expect(world.mark).toBeUndefined();
  });
});
