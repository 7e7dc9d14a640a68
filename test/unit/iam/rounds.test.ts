// When a round ends, and who waits for it.

import { describe, expect, it } from "vitest";
import { LEASE_MS, OSLO, PARIS, RETRY_MS, storesTold, WHOLE_WAIT_MS, worldOf } from "../../support/round-ports.ts";

describe("a round", () => {
  it("ends when every store with a row has forgotten, and takes rows and mark along", async () => {
    const world = worldOf(PARIS, OSLO);
    const call = world.change(2);
    expect(storesTold(world)).toEqual([PARIS, OSLO]);
    await world.told[0]?.answer(true);
    expect([...world.rows.keys()]).toEqual([OSLO]);
    expect(call.returned).toBe(false);
    expect(world.mark).toEqual({ version: 2 });
    await world.told[1]?.answer(true);
    expect(call.returned).toBe(true);
    expect(world.rows.size).toBe(0);
    expect(world.mark).toBeUndefined();
    expect(world.time.timers).toBe(0);
  });

  it("ends at once where no store has a row", async () => {
    const world = worldOf();
    const call = world.change(2);
    expect(world.mark).toBeUndefined();
    await world.time.pass(0);
    expect(call.returned).toBe(true);
  });

  it("ends by its timer after the longest lease promised and half of it, and not before", async () => {
    const world = worldOf(PARIS);
    world.promise(OSLO, 1, 2 * LEASE_MS);
    const call = world.change(2);
    await world.time.pass(2 * WHOLE_WAIT_MS - 1);
    expect(call.returned).toBe(false);
    expect(world.rows.size).toBe(2);
    await world.time.pass(1);
    expect(call.returned).toBe(true);
    expect(world.rows.size).toBe(0);
    expect(world.mark).toBeUndefined();
  });

  it("leaves the row of a store that has been answered with its version", async () => {
    const world = worldOf(PARIS, OSLO);
    world.change(2);
    world.promise(PARIS, 2);
    world.promise(OSLO, 2);
    await world.told[0]?.answer(true);
    await world.time.pass(WHOLE_WAIT_MS);
    expect([...world.rows.keys()]).toEqual([PARIS, OSLO]);
  });

  it("waits for a store that has been answered since its commit, as the answer may be lost", async () => {
    const world = worldOf(PARIS);
    world.change(2);
    world.promise(PARIS, 2);
    await world.told[0]?.answer(true);
    const second = world.change(2);
    expect(storesTold(world)).toEqual([PARIS, PARIS]);
    await world.time.pass(WHOLE_WAIT_MS - 1);
    expect(second.returned).toBe(false);
  });

  it("ends once: an answer behind its timer does nothing", async () => {
    const world = worldOf(PARIS);
    world.change(2);
    await world.time.pass(WHOLE_WAIT_MS);
    world.promise(PARIS, 1);
    await world.told[0]?.answer(true);
    expect(world.rows.size).toBe(1);
  });
});

describe("a forget", () => {
  it("counts for no change behind its sending: one is on its way, one behind it for all others", async () => {
    const world = worldOf(PARIS);
    const calls = [world.change(2), world.change(3), world.change(4)];
    expect(storesTold(world)).toEqual([PARIS]);
    world.promise(PARIS, 4);
    await world.told[0]?.answer(true);
    expect(calls.map(({ returned }) => returned)).toEqual([true, false, false]);
    expect(storesTold(world)).toEqual([PARIS, PARIS]);
    await world.told[1]?.answer(true);
    expect(calls.map(({ returned }) => returned)).toEqual([true, true, true]);
    expect(storesTold(world)).toHaveLength(2);
    expect(world.mark).toBeUndefined();
  });

  it.each(["refuse", "fail"] as const)("is tried again where stores %s, each with one timer", async (how) => {
    const world = worldOf(PARIS);
    const call = world.change(2);
    const answer = () => (how === "fail" ? world.told.at(-1)?.fail() : world.told.at(-1)?.answer(false));
    await answer();
    await world.time.pass(RETRY_MS - 1);
    expect(storesTold(world)).toHaveLength(1);
    await world.time.pass(1);
    expect(storesTold(world)).toHaveLength(2);
    await answer();
    expect(world.time.timers).toBe(2);
    await world.time.pass(RETRY_MS);
    await world.told[2]?.answer(true);
    expect(call.returned).toBe(true);
    expect(world.time.timers).toBe(0);
  });

  it("is not tried again once its round has ended", async () => {
    const world = worldOf(PARIS);
    world.change(2);
    await world.time.pass(WHOLE_WAIT_MS - RETRY_MS);
    await world.told[0]?.fail();
    await world.time.pass(WHOLE_WAIT_MS);
    expect(storesTold(world)).toHaveLength(1);
    expect(world.time.timers).toBe(0);
  });

  it("that never answers is given up with the last round that it counts for", async () => {
    const world = worldOf(PARIS);
    world.change(2);
    await world.time.pass(1000);
    const second = world.change(3);
    await world.time.pass(WHOLE_WAIT_MS - 1001);
    expect(storesTold(world)).toHaveLength(1);
    await world.time.pass(1);
    expect(storesTold(world)).toHaveLength(2);
    await world.told[0]?.answer(true); // which is the first one's answer
    expect(second.returned).toBe(false);
    await world.told[1]?.answer(true);
    expect(second.returned).toBe(true);
  });
});

describe("a call that changes nothing", () => {
  it("returns after the rounds that are unfinished at its turn, and waits for none that begin later", async () => {
    const world = worldOf(PARIS);
    world.change(2);
    const call = world.call();
    const later = world.change(3);
    await world.told[0]?.answer(true);
    expect([call.returned, later.returned]).toEqual([true, false]);
  });

  it("begins a marked round anew after a restart, with every row and the whole wait", async () => {
    const world = worldOf(PARIS, OSLO);
    world.change(2);
    await world.time.pass(WHOLE_WAIT_MS - 1);
    world.restart();
    const call = world.call();
    expect(storesTold(world)).toEqual([PARIS, OSLO, PARIS, OSLO]);
    await world.time.pass(WHOLE_WAIT_MS - 1);
    expect(call.returned).toBe(false);
    expect(world.mark).toEqual({ version: 2 });
    await world.time.pass(1);
    expect(call.returned).toBe(true);
    expect(world.mark).toBeUndefined();
  });

  it("shares the round that the alarm has begun anew", async () => {
    const world = worldOf(PARIS);
    world.change(2);
    world.restart();
    world.rounds.resume();
    world.rounds.resume();
    const call = world.call();
    expect(storesTold(world)).toEqual([PARIS, PARIS]);
    await world.told[1]?.answer(true);
    expect(call.returned).toBe(true);
  });

  it("waits for a change whose round its own call did not begin", async () => {
    const world = worldOf(PARIS);
    world.change(2);
    world.rounds.marked(3);
    const call = world.call();
    await world.told[0]?.answer(true);
    expect(call.returned).toBe(false);
    await world.told[1]?.answer(true);
    expect(call.returned).toBe(true);
  });
});
