// A store's pulls: which share a question, what becomes of those that fail, how much is held.

import { describe, expect, it } from "vitest";
import { PULL_MS_MAX, VIEW_CHARACTERS_BESIDES, VIEWS_CHARACTERS_MAX } from "../../../src/durable/leased.ts";
import type { Pulled, SentView } from "../../../src/wire/views.ts";
import { answer, LEASE, LeasedWorld, type Question, stampOf, textOf, type View } from "../../support/leased.ts";

describe("pulls at the same time", () => {
  it("of one subject share a question, of two subjects do not", async () => {
    const world = new LeasedWorld();
    const waiters = [world.pull(), world.pull(), world.pull("bob")];
    expect(world.pulls.map(({ subject }) => subject)).toEqual(["alice", "bob"]);
    await world.pulls[0]?.answer(answer(1));
    expect(textOf(waiters[0]?.result)).toBe("at 1");
    expect(waiters[1]?.result).toBe(waiters[0]?.result);
    expect(waiters[2]?.result).toBeUndefined();
  });

  it("share none when a forget came between them, and each gets its own answer", async () => {
    const world = new LeasedWorld();
    const before = world.pull();
    world.leased.forget();
    const after = world.pull();
    expect(world.pulls).toHaveLength(2);
    await world.pulls[1]?.answer(answer(2));
    expect([textOf(after.result), before.result]).toEqual(["at 2", undefined]);
    await world.pulls[0]?.answer(answer(1));
    expect([before.result, world.pulls.length]).toEqual([undefined, 3]);
    await world.pulls[2]?.answer(answer(3));
    expect([textOf(before.result), textOf(after.result)]).toEqual(["at 3", "at 2"]);
  });

  it("an end of the question from before a forget takes nothing from the one after it", async () => {
    const world = new LeasedWorld();
    const before = world.pull();
    world.leased.forget();
    world.pull();
    await world.pulls[0]?.fail();
    await world.pulls[2]?.fail();
    expect(before.result).toMatchObject({ code: "DependencyTimeoutException" });
    world.pull();
    expect(world.pulls).toHaveLength(3); // it shares the second
  });

  it("one after the answer asks anew", async () => {
    const world = new LeasedWorld();
    await world.hold();
    world.pull();
    expect(world.pulls).toHaveLength(2);
  });
});

describe("the room for views", () => {
  const LARGE = VIEWS_CHARACTERS_MAX / 2 - VIEW_CHARACTERS_BESIDES;
  const holdLarge = async (world: LeasedWorld, subject: string, sent: SentView): Promise<View> => {
    const waiter = world.pull(subject);
    await world.lastPull().answer({ stamp: stampOf(1), leaseMs: LEASE, view: sent });
    return waiter.result as View;
  };
  const large = (identity: number, boundary = 0, tag = 0): SentView => {
    const [policy, limit, value] = [identity, boundary, tag].map((length) => "x".repeat(length));
    const tags = value === undefined || value === "" ? [] : [["k", value] as const];
    return { standing: { tags, identity: [policy ?? ""], boundary: limit ?? "" } };
  };

  it.each([
    ["documents", large(LARGE), large(LARGE + 1)],
    ["a boundary", large(0, LARGE), large(0, LARGE + 1)],
    ["tags", large(0, 0, LARGE - 1), large(0, 0, LARGE)], // a tag's name counts too
  ])(
    "is 16 MiB of characters, those of %s and 1,024 a view: when there is no more, the oldest goes",
    async (_, first, second) => {
      const world = new LeasedWorld();
      const views = [await holdLarge(world, "first", first), await holdLarge(world, "second", second)];
      expect([world.isHeld("first"), world.isHeld("second")]).toEqual([false, true]);
      expect(views.map((view) => world.leased.isInForce(view))).toEqual([true, true]); // of the stamp that is held
    },
  );

  it("is filled to its last character", async () => {
    const world = new LeasedWorld();
    await holdLarge(world, "first", large(LARGE));
    await holdLarge(world, "second", large(LARGE));
    expect([world.isHeld("first"), world.isHeld("second")]).toEqual([true, true]);
    await holdLarge(world, "third", {});
    expect([world.isHeld("first"), world.isHeld("second"), world.isHeld("third")]).toEqual([false, true, true]);
  });

  it("counts a subject once, however often it is pulled", async () => {
    const world = new LeasedWorld();
    await holdLarge(world, "first", large(LARGE));
    for (let turn = 0; turn < 5; turn++) await holdLarge(world, "second", large(LARGE));
    expect(world.isHeld("first")).toBe(true);
  });

  it("was full when an answer without a view came: it is asked again, for the view", async () => {
    const world = new LeasedWorld();
    await holdLarge(world, "alice", large(LARGE));
    const waiter = world.pull("alice");
    const asked = world.lastPull();
    await holdLarge(world, "bob", large(LARGE + 1));
    await asked.answer({ stamp: stampOf(1), leaseMs: LEASE });
    expect([waiter.result, world.lastPull().subject, world.lastPull().held]).toEqual([undefined, "alice", undefined]);
  });
});

describe("a pull that fails", () => {
  const unavailable = { code: "DependencyTimeoutException" };

  it.each([
    ["is refused", (question?: Question<Pulled>) => question?.answer(undefined)],
    ["does not reach anybody", (question?: Question<Pulled>) => question?.fail()],
    ["is promised nothing", (question?: Question<Pulled>) => question?.answer(answer(1, 0))],
    ["is promised no number", (question?: Question<Pulled>) => question?.answer(answer(1, Number.NaN))],
    ["is given no view", (question?: Question<Pulled>) => question?.answer({ stamp: stampOf(1), leaseMs: LEASE })],
  ])("because it %s is tried again once at once, and then given up", async (_, end) => {
    const world = new LeasedWorld();
    const waiter = world.pull();
    await end(world.pulls[0]);
    expect([waiter.result, world.pulls.length]).toEqual([undefined, 2]);
    await end(world.pulls[1]);
    expect(waiter.result).toMatchObject(unavailable);
    expect([world.pulls.length, world.timers]).toEqual([2, []]);
    await world.hold();
    expect(world.isHeld()).toBe(true);
  });

  it("and is answered the second time serves", async () => {
    const world = new LeasedWorld();
    const waiter = world.pull();
    await world.pulls[0]?.fail();
    await world.pulls[1]?.answer(answer(1));
    expect(textOf(waiter.result)).toBe("at 1");
  });

  it("because its port throws at once is given up as well", async () => {
    const world = new LeasedWorld();
    world.pulls.push = () => {
      throw new Error("no stub");
    };
    const waiter = world.pull();
    await world.pass(0);
    expect(waiter.result).toMatchObject(unavailable);
  });

  it("because nobody answers takes five seconds, for all who share it; the next asks anew", async () => {
    const world = new LeasedWorld();
    const first = world.pull();
    await world.pass(PULL_MS_MAX - 1);
    const joined = world.pull();
    expect([first.result, joined.result, world.pulls.length]).toEqual([undefined, undefined, 1]);
    await world.pass(1);
    expect([first.result, joined.result]).toMatchObject([unavailable, unavailable]);
    world.pull();
    expect(world.pulls).toHaveLength(2);
  });

  it("takes five seconds with all its repetitions", async () => {
    const world = new LeasedWorld(2000);
    const waiter = world.pull();
    for (const at of [0, 1]) {
      await world.pass(2000);
      await world.pulls[at]?.answer(answer(1, 2000));
    }
    expect([waiter.result, world.pulls.length]).toEqual([undefined, 3]);
    await world.pass(1000);
    expect(waiter.result).toMatchObject(unavailable);
    await world.pass(1000);
    await world.pulls[2]?.answer(answer(1, 2000));
    expect(world.pulls).toHaveLength(3); // nobody waits: it is not asked again
  });

  it("when the answer comes after it was given up, the next call finds the view", async () => {
    const world = new LeasedWorld();
    world.pull();
    await world.pass(PULL_MS_MAX);
    await world.pulls[0]?.answer(answer(1));
    expect(world.isHeld()).toBe(true);
    await world.pass(LEASE - PULL_MS_MAX);
    expect(world.isHeld()).toBe(false);
  });
});
