// What a store holds under its lease: when it is in force, and what an answer does to it.

import { describe, expect, it } from "vitest";
import { PULL_MS_MAX } from "../../../src/durable/leased.ts";
import { answer, LEASE, LeasedWorld, stampOf, textOf, type View } from "../../support/leased.ts";

describe("a view that was pulled", () => {
  it("is held, and is in force, at once", async () => {
    const world = new LeasedWorld();
    expect(world.isHeld()).toBe(false);
    const view = await world.hold();
    expect(world.leased.held("alice")).toBe(view);
    expect(world.leased.isInForce(view)).toBe(true);
    expect(world.isHeld("bob")).toBe(false);
    expect(world.pulls.map(({ subject, held }) => [subject, held])).toEqual([["alice", undefined]]);
  });

  it("which never was given is not in force", async () => {
    const world = new LeasedWorld();
    await world.hold();
    expect(world.leased.isInForce({ subject: "alice", sent: {} })).toBe(false);
  });

  it("and cannot be read is thrown by the pull, and by it alone", async () => {
    const world = new LeasedWorld();
    await world.hold("bob");
    const broken = new Error("no document");
    world.read = () => {
      throw broken;
    };
    const waiter = world.pull();
    await world.lastPull().answer(answer(1));
    expect(waiter.result).toBe(broken);
    expect([world.isHeld(), world.isHeld("bob"), world.pulls.length]).toEqual([false, true, 2]);
  });
});

describe("a lease", () => {
  it("counts from the sending, not from the answer", async () => {
    const world = new LeasedWorld();
    const waiter = world.pull();
    await world.pass(4000);
    await world.lastPull().answer(answer(1));
    expect(textOf(waiter.result)).toBe("at 1");
    await world.pass(5999);
    expect(world.isHeld()).toBe(true);
    await world.pass(1);
    expect(world.isHeld()).toBe(false);
    expect(world.leased.isInForce(waiter.result as View)).toBe(false);
  });

  it("ends by the clock, though its timer fires late", async () => {
    const world = new LeasedWorld();
    world.timersFire = false;
    const view = await world.hold();
    await world.pass(LEASE - 1);
    expect(world.leased.isInForce(view)).toBe(true);
    await world.pass(1);
    expect(world.leased.isInForce(view)).toBe(false);
  });

  it("ends by its timer, though the clock was set back", async () => {
    const world = new LeasedWorld();
    const view = await world.hold();
    await world.pass(6000);
    world.now -= 5000;
    await world.pass(3999);
    expect(world.leased.isInForce(view)).toBe(true);
    await world.pass(1);
    expect([world.leased.isInForce(view), world.now]).toEqual([false, 1_005_000]);
  });

  it("is not in force while the clock is before its sending", async () => {
    const world = new LeasedWorld();
    const view = await world.hold();
    world.now -= 1;
    expect([world.isHeld(), world.leased.isInForce(view)]).toEqual([false, false]);
    world.now += 1;
    expect(world.leased.isInForce(view)).toBe(true);
  });
});

describe("an answer that is later than its own lease", () => {
  it.each([
    ["by the timer", 2000, -2000],
    ["by the clock", 0, 2000],
    ["by a clock before its sending", 0, -1],
  ])("serves nobody, not even its waiter, and is asked again: %s", async (_, passes, steps) => {
    const world = new LeasedWorld(2000);
    const waiter = world.pull();
    await world.pass(passes);
    world.now += steps;
    await world.pulls[0]?.answer(answer(1, 2000));
    expect([waiter.result, world.isHeld(), world.pulls.length]).toEqual([undefined, false, 2]);
    await world.pulls[1]?.answer(answer(2, 2000));
    expect(textOf(waiter.result)).toBe("at 2");
  });

  it("drops nothing, as a renewal's", async () => {
    const world = new LeasedWorld();
    await world.hold();
    await world.pass(5000);
    world.isHeld();
    const late = world.lastRenewal();
    await world.pass(5000);
    await world.hold("bob", stampOf(2));
    await world.pass(5000);
    await late.answer({ stamp: stampOf(1), leaseMs: LEASE });
    expect(world.isHeld("bob")).toBe(true);
  });
});

describe("an answer with the stamp that is held", () => {
  it("lengthens the lease of everything held", async () => {
    const world = new LeasedWorld();
    const alice = await world.hold("alice");
    await world.pass(9000);
    await world.hold("bob");
    await world.pass(9999);
    expect([world.isHeld("alice"), world.leased.isInForce(alice)]).toEqual([true, true]);
    await world.pass(1);
    expect(world.isHeld("alice")).toBe(false);
  });

  it("calls off the timer of the lease that it lengthens", async () => {
    const world = new LeasedWorld();
    await world.hold("alice");
    await world.pass(9000);
    await world.hold("bob");
    expect(world.timers).toEqual([LEASE]);
  });

  it("leaves the lease whose question was sent later, whichever answer comes first", async () => {
    const world = new LeasedWorld();
    const first = world.pull("alice");
    await world.pass(3000);
    world.pull("bob");
    await world.pulls[1]?.answer(answer(1));
    await world.pulls[0]?.answer(answer(1));
    expect(textOf(first.result)).toBe("at 1");
    await world.pass(9999);
    expect([world.isHeld("alice"), world.isHeld("bob")]).toEqual([true, true]);
  });

  it("gives its waiter no view that is not in force: the lease sent later is not, and it is asked again", async () => {
    const world = new LeasedWorld();
    const first = world.pull("alice");
    world.now += 5000;
    world.pull("bob");
    await world.pulls[1]?.answer(answer(1));
    world.now -= 4000;
    await world.pulls[0]?.answer(answer(1));
    expect([first.result, world.pulls.length]).toEqual([undefined, 3]);
    await world.pulls[2]?.answer({ stamp: stampOf(1), leaseMs: LEASE });
    expect(world.leased.isInForce(first.result as View)).toBe(true);
  });
});

describe("an answer with another stamp", () => {
  it.each([
    ["a newer version", stampOf(6)],
    ["an older version", stampOf(4)],
    ["another incarnation", stampOf(5, "two")],
  ])("replaces stamp, lease and views: %s", async (_, stamp) => {
    const world = new LeasedWorld();
    const alice = await world.hold("alice", stampOf(5));
    await world.pass(2000);
    const bob = await world.hold("bob", stamp);
    expect([world.isHeld("alice"), world.leased.isInForce(alice)]).toEqual([false, false]);
    expect(world.leased.held("bob")).toBe(bob);
    const again = await world.hold("alice", stamp);
    expect([world.leased.isInForce(again), world.leased.isInForce(alice)]).toEqual([true, false]); // another in its place is not it
  });

  it("has the lease of its own sending, though that was before the one it replaces", async () => {
    const world = new LeasedWorld();
    const waiter = world.pull("alice");
    await world.pass(4000);
    await world.hold("bob", stampOf(2));
    await world.pulls[0]?.answer(answer(1));
    expect([textOf(waiter.result), world.isHeld("bob")]).toEqual(["at 1", false]);
    await world.pass(5999);
    expect(world.isHeld("alice")).toBe(true);
    await world.pass(1);
    expect(world.isHeld("alice")).toBe(false);
  });

  it("calls off the timer of what it replaces", async () => {
    const world = new LeasedWorld();
    await world.hold("alice", stampOf(1));
    await world.pass(1);
    await world.hold("bob", stampOf(2));
    expect(world.timers).toEqual([LEASE]);
  });

  it.each([
    ["and promises nothing", 0],
    ["and promises a lease", LEASE],
  ])("leaves nothing held where a renewal asked: %s", async (_, leaseMs) => {
    const world = new LeasedWorld();
    const alice = await world.hold();
    await world.pass(5000);
    world.isHeld();
    await world.lastRenewal().answer({ stamp: stampOf(2), leaseMs });
    expect([world.isHeld(), world.leased.isInForce(alice)]).toEqual([false, false]);
    await world.hold("alice", stampOf(1));
    expect(world.leased.isInForce(alice)).toBe(false);
    await world.pass(9999);
    expect(world.isHeld()).toBe(true); // a promise of nothing shortens no timer
  });

  it("leaves nothing held where the renewal was of a stamp that has been replaced meanwhile", async () => {
    const world = new LeasedWorld();
    await world.hold("alice", stampOf(1));
    await world.pass(5000);
    world.isHeld();
    await world.hold("bob", stampOf(2));
    await world.lastRenewal().answer({ stamp: stampOf(1), leaseMs: LEASE });
    expect([world.isHeld("alice"), world.isHeld("bob")]).toEqual([false, false]);
  });
});

describe("where the promise differs from the timer that was begun", () => {
  it("a shorter one gives nothing, is remembered for the next sending, and it is asked again", async () => {
    const world = new LeasedWorld();
    const waiter = world.pull();
    await world.pulls[0]?.answer(answer(1, 5000));
    expect([waiter.result, world.isHeld(), world.pulls.length]).toEqual([undefined, false, 2]);
    await world.pulls[1]?.answer(answer(1, 5000));
    expect(textOf(waiter.result)).toBe("at 1");
    await world.pass(4999);
    expect(world.isHeld()).toBe(true);
    await world.pass(1);
    expect(world.isHeld()).toBe(false);
  });

  it("a shorter one under another stamp leaves nothing held", async () => {
    const world = new LeasedWorld();
    await world.hold("alice", stampOf(1));
    world.pull("bob");
    await world.lastPull().answer(answer(2, 5000));
    expect([world.isHeld("alice"), world.isHeld("bob")]).toEqual([false, false]);
  });

  it("a shorter one of a renewal lengthens nothing and is asked again", async () => {
    const world = new LeasedWorld();
    await world.hold();
    await world.pass(5000);
    world.isHeld();
    await world.lastRenewal().answer({ stamp: stampOf(1), leaseMs: 6000 });
    expect(world.renewals).toHaveLength(2);
    await world.pass(1000);
    await world.renewals[1]?.answer({ stamp: stampOf(1), leaseMs: 6000 });
    await world.pass(4999);
    expect(world.isHeld()).toBe(true);
    await world.pass(1);
    expect(world.isHeld()).toBe(false);
  });

  it("a longer one gives the timer's lease, and the next sending its own version's at most", async () => {
    const world = new LeasedWorld();
    await world.hold("alice", stampOf(1), 60_000);
    expect(world.timers).toEqual([LEASE]);
    await world.pass(LEASE);
    expect(world.isHeld()).toBe(false);
    world.pull("bob");
    expect(world.timers).toEqual([PULL_MS_MAX, LEASE]);
  });

  it("a timer that was shortened grows again with the promise", async () => {
    const world = new LeasedWorld();
    world.pull();
    await world.pulls[0]?.answer(answer(1, 5000));
    await world.pulls[1]?.answer(answer(1, 60_000));
    expect(world.timers).toEqual([5000]);
    await world.hold("bob");
    await world.pass(9999);
    expect(world.isHeld()).toBe(true);
  });
});
