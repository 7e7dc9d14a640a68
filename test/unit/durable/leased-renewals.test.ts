// How what a store holds goes on being in force, and how it is dropped: renewals, lapsed leases, and what it is told to forget.

import { describe, expect, it } from "vitest";
import { answer, LEASE, LeasedWorld, stampOf, textOf } from "../../support/leased.ts";

describe("forget", () => {
  it("drops views and lease", async () => {
    const world = new LeasedWorld();
    const view = await world.hold();
    world.leased.forget();
    expect([world.isHeld(), world.leased.isInForce(view), world.timers]).toEqual([false, false, []]);
    const again = await world.hold();
    expect(world.pulls[1]?.held).toBeUndefined();
    expect([world.leased.isInForce(again), world.leased.isInForce(view)]).toEqual([true, false]); // though the stamp is the same
  });

  it("has an answer to what was asked before it thrown away and asked again", async () => {
    const world = new LeasedWorld();
    const waiter = world.pull();
    world.leased.forget();
    await world.pulls[0]?.answer(answer(1));
    expect([waiter.result, world.isHeld(), world.pulls.length]).toEqual([undefined, false, 2]);
    await world.pulls[1]?.answer(answer(2));
    expect(textOf(waiter.result)).toBe("at 2");
  });

  it("has a renewal that was asked before it thrown away, whatever is held by then", async () => {
    const world = new LeasedWorld();
    await world.hold();
    await world.pass(5000);
    world.isHeld();
    world.leased.forget();
    await world.hold("bob", stampOf(2));
    await world.lastRenewal().answer({ stamp: stampOf(1), leaseMs: LEASE });
    expect([world.isHeld("alice"), world.isHeld("bob"), world.renewals.length]).toEqual([false, true, 1]);
  });

  it("does not keep the next lease from being renewed while a question from before is under way", async () => {
    const world = new LeasedWorld();
    await world.hold();
    await world.pass(9000);
    world.isHeld();
    world.leased.forget();
    await world.hold();
    await world.pass(5000);
    world.isHeld();
    expect(world.renewals).toHaveLength(2);
    await world.renewals[0]?.answer(undefined);
    world.isHeld();
    expect(world.renewals).toHaveLength(2); // the second is still under way
  });
});

describe("a renewal", () => {
  it("is sent from half of the lease on, one at a time, only when a view is used", async () => {
    const world = new LeasedWorld();
    await world.hold();
    await world.pass(4999);
    world.isHeld();
    expect(world.renewals).toEqual([]);
    await world.pass(1);
    expect(world.renewals).toEqual([]);
    expect([world.isHeld("bob"), world.renewals.length]).toEqual([false, 0]);
    expect([world.isHeld(), world.isHeld()]).toEqual([true, true]);
    expect(world.renewals.map(({ held }) => held)).toEqual([stampOf(1)]);
  });

  it("lengthens the lease from its own sending", async () => {
    const world = new LeasedWorld();
    const view = await world.hold();
    await world.pass(5000);
    world.isHeld();
    await world.pass(3000);
    await world.lastRenewal().answer({ stamp: stampOf(1), leaseMs: LEASE });
    await world.pass(6999);
    expect([world.leased.held("alice"), world.leased.isInForce(view)]).toEqual([view, true]);
    await world.pass(1);
    expect(world.isHeld()).toBe(false);
    expect(world.renewals).toHaveLength(2);
  });

  it.each([
    ["is refused", (world: LeasedWorld) => world.lastRenewal().answer(undefined)],
    ["does not reach anybody", (world: LeasedWorld) => world.lastRenewal().fail()],
  ])("that %s changes nothing, and is sent again when a view is used next", async (_, end) => {
    const world = new LeasedWorld();
    await world.hold();
    await world.pass(5000);
    world.isHeld();
    await end(world);
    expect(world.renewals).toHaveLength(1);
    expect([world.isHeld(), world.renewals.length]).toEqual([true, 2]);
    await world.pass(5000);
    expect(world.isHeld()).toBe(false);
  });

  it("whose answer never comes keeps no other from being sent when its own lease is over", async () => {
    const world = new LeasedWorld();
    await world.hold();
    await world.pass(5000);
    world.isHeld();
    await world.pass(4000);
    await world.hold("bob");
    await world.pass(5999);
    world.isHeld();
    expect(world.renewals).toHaveLength(1);
    await world.pass(1);
    world.isHeld();
    expect(world.renewals).toHaveLength(2);
  });
});

describe("when the lease has lapsed", () => {
  it("the answer of the same stamp without a view puts all that is held in force again", async () => {
    const world = new LeasedWorld();
    const [alice, bob] = [await world.hold("alice"), await world.hold("bob")];
    await world.pass(LEASE);
    const waiter = world.pull("alice");
    expect(world.lastPull().held).toEqual(stampOf(1));
    await world.lastPull().answer({ stamp: stampOf(1), leaseMs: LEASE });
    expect(waiter.result).toBe(alice);
    expect([world.leased.isInForce(alice), world.leased.held("bob")]).toEqual([true, bob]);
  });

  it("the stamp held is named for a subject whose view is held, and for no other", async () => {
    const world = new LeasedWorld();
    await world.hold("alice");
    await world.pass(LEASE);
    world.pull("bob");
    expect(world.lastPull().held).toBeUndefined();
  });

  it("an answer without a view that is not of what is held by then is asked again", async () => {
    const world = new LeasedWorld();
    await world.hold("alice", stampOf(1));
    const waiter = world.pull("alice");
    await world.hold("bob", stampOf(2));
    await world.pulls[1]?.answer({ stamp: stampOf(1), leaseMs: LEASE });
    expect([waiter.result, world.pulls.length, world.lastPull().held]).toEqual([undefined, 4, undefined]);
    await world.lastPull().answer(answer(2));
    expect(textOf(waiter.result)).toBe("at 2");
  });
});
