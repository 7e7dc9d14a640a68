// A store's side of the lease, rule by rule: its clock, its timers and its peer are simulated, so that every answer comes when a test says.

import { describe, expect, it } from "vitest";
import { Leased, PULL_MS_MAX, VIEW_CHARACTERS_BESIDES, VIEWS_CHARACTERS_MAX } from "../../../src/durable/leased.ts";
import type { Lease, PeerReply, Pulled, SentView, Stamp } from "../../../src/wire/views.ts";

const LEASE = 10_000;
const stampOf = (version: number, incarnation = "one"): Stamp => ({ incarnation, version });
const document = (text: string): SentView => ({ standing: { tags: [], identity: [text] } });

interface View {
  readonly subject: string;
  readonly sent: SentView;
}

/** A question that waits for its answer. */
class Question<T> {
  readonly promise: Promise<PeerReply<T>>;
  readonly subject: string;
  readonly held: Stamp | undefined;
  readonly answer: (reply: PeerReply<T>) => Promise<void>;
  readonly fail: () => Promise<void>;

  constructor(subject: string, held: Stamp | undefined) {
    const { promise, resolve, reject } = Promise.withResolvers<PeerReply<T>>();
    [this.promise, this.subject, this.held] = [promise, subject, held];
    this.answer = (reply) => settled(() => resolve(reply));
    this.fail = () => settled(() => reject(new Error("not reached")));
  }
}

/** Does something, and lets all that follows from it happen. */
async function settled(work: () => void): Promise<void> {
  work();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** A store before a peer that answers when it is told to. `world.ownMs`: the lease of its own version. */
class World {
  now = 1_000_000;
  readonly pulls: Question<Pulled>[] = [];
  readonly renewals: Question<Lease>[] = [];
  /** Whether timers fire. */
  timersFire = true;
  read = (subject: string, sent: SentView): View => ({ subject, sent });
  readonly leased: Leased<View>;
  #ticks = 0;
  readonly #timers = new Map<object, { readonly at: number; readonly then: () => void }>();

  constructor(ownMs = LEASE) {
    const ask = <T>(list: Question<T>[], question: Question<T>): Promise<PeerReply<T>> => {
      list.push(question);
      return question.promise;
    };
    this.leased = new Leased<View>({
      now: () => this.now,
      after: (ms, then) => {
        const key = {};
        this.#timers.set(key, { at: this.#ticks + ms, then });
        return () => this.#timers.delete(key);
      },
      leaseMs: ownMs,
      pull: (subject, held) => ask(this.pulls, new Question(subject, held)),
      renew: (held) => ask(this.renewals, new Question("", held)),
      read: (subject, sent) => this.read(subject, sent),
    });
  }

  /** How long each timer that has been begun still runs. */
  get timers(): number[] {
    return [...this.#timers.values()].map(({ at }) => at - this.#ticks);
  }

  /** Time passes, for the clock and the timers. */
  pass(ms: number): Promise<void> {
    return settled(() => {
      [this.now, this.#ticks] = [this.now + ms, this.#ticks + ms];
      if (!this.timersFire) return;
      for (const [key, { at, then }] of this.#timers) if (at <= this.#ticks && this.#timers.delete(key)) then();
    });
  }

  /** Asks, and keeps what comes of it. */
  pull(subject = "alice"): { result: View | Error | undefined } {
    const waiter: { result: View | Error | undefined } = { result: undefined };
    void this.leased.pull(subject).then(
      (view) => (waiter.result = view),
      (cause: Error) => (waiter.result = cause),
    );
    return waiter;
  }

  /** Holds a view from now on. */
  async hold(subject = "alice", stamp = stampOf(1), leaseMs = LEASE): Promise<View> {
    const waiter = this.pull(subject);
    await this.lastPull().answer({ stamp, leaseMs, view: document(subject) });
    if (waiter.result === undefined || waiter.result instanceof Error) throw new Error("nothing is held");
    return waiter.result;
  }

  lastPull(): Question<Pulled> {
    const last = this.pulls.at(-1);
    if (last === undefined) throw new Error("nothing was asked");
    return last;
  }

  lastRenewal(): Question<Lease> {
    const last = this.renewals.at(-1);
    if (last === undefined) throw new Error("nothing was renewed");
    return last;
  }

  isHeld(subject = "alice"): boolean {
    return this.leased.held(subject) !== undefined;
  }
}

const answer = (version: number, leaseMs = LEASE, text = `at ${version}`): Pulled => ({
  stamp: stampOf(version),
  leaseMs,
  view: document(text),
});

const textOf = (result: View | Error | undefined): unknown => (result as View | undefined)?.sent.standing?.identity[0];

describe("a view that was pulled", () => {
  it("is held, and is in force, at once", async () => {
    const world = new World();
    expect(world.isHeld()).toBe(false);
    const view = await world.hold();
    expect(world.leased.held("alice")).toBe(view);
    expect(world.leased.isInForce(view)).toBe(true);
    expect(world.isHeld("bob")).toBe(false);
    expect(world.pulls.map(({ subject, held }) => [subject, held])).toEqual([["alice", undefined]]);
  });

  it("which never was given is not in force", async () => {
    const world = new World();
    await world.hold();
    expect(world.leased.isInForce({ subject: "alice", sent: {} })).toBe(false);
  });

  it("and cannot be read is thrown by the pull, and by it alone", async () => {
    const world = new World();
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
    const world = new World();
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
    const world = new World();
    world.timersFire = false;
    const view = await world.hold();
    await world.pass(LEASE - 1);
    expect(world.leased.isInForce(view)).toBe(true);
    await world.pass(1);
    expect(world.leased.isInForce(view)).toBe(false);
  });

  it("ends by its timer, though the clock was set back", async () => {
    const world = new World();
    const view = await world.hold();
    await world.pass(6000);
    world.now -= 5000;
    await world.pass(3999);
    expect(world.leased.isInForce(view)).toBe(true);
    await world.pass(1);
    expect([world.leased.isInForce(view), world.now]).toEqual([false, 1_005_000]);
  });

  it("is not in force while the clock is before its sending", async () => {
    const world = new World();
    const view = await world.hold();
    world.now -= 1;
    expect([world.isHeld(), world.leased.isInForce(view)]).toEqual([false, false]);
    world.now += 1;
    expect(world.leased.isInForce(view)).toBe(true);
  });
});

describe("an answer that is later than its own lease", () => {
  it.each([
    ["by the timer", (world: World) => world.pass(2000).then(() => void (world.now -= 2000))],
    ["by the clock", async (world: World) => void (world.now += 2000)],
    ["by a clock before its sending", async (world: World) => void (world.now -= 1)],
  ])("serves nobody, not even its waiter, and is asked again: %s", async (_, wait) => {
    const world = new World(2000);
    const waiter = world.pull();
    await wait(world);
    await world.pulls[0]?.answer(answer(1, 2000));
    expect([waiter.result, world.isHeld(), world.pulls.length]).toEqual([undefined, false, 2]);
    await world.pulls[1]?.answer(answer(2, 2000));
    expect(textOf(waiter.result)).toBe("at 2");
  });

  it("drops nothing, as a renewal's", async () => {
    const world = new World();
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
    const world = new World();
    const alice = await world.hold("alice");
    await world.pass(9000);
    await world.hold("bob");
    await world.pass(9999);
    expect([world.isHeld("alice"), world.leased.isInForce(alice)]).toEqual([true, true]);
    await world.pass(1);
    expect(world.isHeld("alice")).toBe(false);
  });

  it("leaves the lease whose question was sent later, whichever answer comes first", async () => {
    const world = new World();
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
    const world = new World();
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
    const world = new World();
    const alice = await world.hold("alice", stampOf(5));
    await world.pass(2000);
    const bob = await world.hold("bob", stamp);
    expect([world.isHeld("alice"), world.leased.isInForce(alice)]).toEqual([false, false]);
    expect(world.leased.held("bob")).toBe(bob);
    const again = await world.hold("alice", stamp);
    expect([world.leased.isInForce(again), world.leased.isInForce(alice)]).toEqual([true, false]); // another in its place is not it
  });

  it("has the lease of its own sending, though that was before the one it replaces", async () => {
    const world = new World();
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
    const world = new World();
    await world.hold("alice", stampOf(1));
    await world.pass(1);
    await world.hold("bob", stampOf(2));
    expect(world.timers).toEqual([LEASE]);
  });

  it.each([
    ["and promises nothing", 0],
    ["and promises a lease", LEASE],
  ])("leaves nothing held where a renewal asked: %s", async (_, leaseMs) => {
    const world = new World();
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
    const world = new World();
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
    const world = new World();
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
    const world = new World();
    await world.hold("alice", stampOf(1));
    world.pull("bob");
    await world.lastPull().answer(answer(2, 5000));
    expect([world.isHeld("alice"), world.isHeld("bob")]).toEqual([false, false]);
  });

  it("a shorter one of a renewal lengthens nothing and is asked again", async () => {
    const world = new World();
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
    const world = new World();
    await world.hold("alice", stampOf(1), 60_000);
    expect(world.timers).toEqual([LEASE]);
    await world.pass(LEASE);
    expect(world.isHeld()).toBe(false);
    world.pull("bob");
    expect(world.timers).toEqual([PULL_MS_MAX, LEASE]);
  });

  it("a timer that was shortened grows again with the promise", async () => {
    const world = new World();
    world.pull();
    await world.pulls[0]?.answer(answer(1, 5000));
    await world.pulls[1]?.answer(answer(1, 60_000));
    expect(world.timers).toEqual([5000]);
    await world.hold("bob");
    await world.pass(9999);
    expect(world.isHeld()).toBe(true);
  });
});

describe("forget", () => {
  it("drops views and lease", async () => {
    const world = new World();
    const view = await world.hold();
    world.leased.forget();
    expect([world.isHeld(), world.leased.isInForce(view), world.timers]).toEqual([false, false, []]);
    const again = await world.hold();
    expect(world.pulls[1]?.held).toBeUndefined();
    expect([world.leased.isInForce(again), world.leased.isInForce(view)]).toEqual([true, false]); // though the stamp is the same
  });

  it("has an answer to what was asked before it thrown away and asked again", async () => {
    const world = new World();
    const waiter = world.pull();
    world.leased.forget();
    await world.pulls[0]?.answer(answer(1));
    expect([waiter.result, world.isHeld(), world.pulls.length]).toEqual([undefined, false, 2]);
    await world.pulls[1]?.answer(answer(2));
    expect(textOf(waiter.result)).toBe("at 2");
  });

  it("has a renewal that was asked before it thrown away, whatever is held by then", async () => {
    const world = new World();
    await world.hold();
    await world.pass(5000);
    world.isHeld();
    world.leased.forget();
    await world.hold("bob", stampOf(2));
    await world.lastRenewal().answer({ stamp: stampOf(1), leaseMs: LEASE });
    expect([world.isHeld("alice"), world.isHeld("bob"), world.renewals.length]).toEqual([false, true, 1]);
  });

  it("does not keep the next lease from being renewed while a question from before is under way", async () => {
    const world = new World();
    await world.hold();
    await world.pass(9000);
    world.isHeld();
    world.leased.forget();
    await world.hold();
    await world.pass(5000);
    world.isHeld();
    expect(world.renewals).toHaveLength(2);
  });
});

describe("pulls at the same time", () => {
  it("of one subject share a question, of two subjects do not", async () => {
    const world = new World();
    const waiters = [world.pull(), world.pull(), world.pull("bob")];
    expect(world.pulls.map(({ subject }) => subject)).toEqual(["alice", "bob"]);
    await world.pulls[0]?.answer(answer(1));
    expect(textOf(waiters[0]?.result)).toBe("at 1");
    expect(waiters[1]?.result).toBe(waiters[0]?.result);
    expect(waiters[2]?.result).toBeUndefined();
  });

  it("share none when a forget came between them, and each gets its own answer", async () => {
    const world = new World();
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
    const world = new World();
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
    const world = new World();
    await world.hold();
    world.pull();
    expect(world.pulls).toHaveLength(2);
  });
});

describe("a renewal", () => {
  it("is sent from half of the lease on, one at a time, only when a view is used", async () => {
    const world = new World();
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
    const world = new World();
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
    ["is refused", (world: World) => world.lastRenewal().answer(undefined)],
    ["does not reach anybody", (world: World) => world.lastRenewal().fail()],
  ])("that %s changes nothing, and is sent again when a view is used next", async (_, end) => {
    const world = new World();
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
    const world = new World();
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
    const world = new World();
    const [alice, bob] = [await world.hold("alice"), await world.hold("bob")];
    await world.pass(LEASE);
    const waiter = world.pull("alice");
    expect(world.lastPull().held).toEqual(stampOf(1));
    await world.lastPull().answer({ stamp: stampOf(1), leaseMs: LEASE });
    expect(waiter.result).toBe(alice);
    expect([world.leased.isInForce(alice), world.leased.held("bob")]).toEqual([true, bob]);
  });

  it("the stamp held is named for a subject whose view is held, and for no other", async () => {
    const world = new World();
    await world.hold("alice");
    await world.pass(LEASE);
    world.pull("bob");
    expect(world.lastPull().held).toBeUndefined();
  });

  it("an answer without a view that is not of what is held by then is asked again", async () => {
    const world = new World();
    await world.hold("alice", stampOf(1));
    const waiter = world.pull("alice");
    await world.hold("bob", stampOf(2));
    await world.pulls[1]?.answer({ stamp: stampOf(1), leaseMs: LEASE });
    expect([waiter.result, world.pulls.length, world.lastPull().held]).toEqual([undefined, 4, undefined]);
    await world.lastPull().answer(answer(2));
    expect(textOf(waiter.result)).toBe("at 2");
  });
});

describe("the room for views", () => {
  const LARGE = VIEWS_CHARACTERS_MAX / 2 - VIEW_CHARACTERS_BESIDES;
  const holdLarge = async (world: World, subject: string, sent: SentView): Promise<View> => {
    const waiter = world.pull(subject);
    await world.lastPull().answer({ stamp: stampOf(1), leaseMs: LEASE, view: sent });
    return waiter.result as View;
  };
  const large = (identity: number, boundary = 0, tag = 0): SentView => {
    const [policy, limit, value] = [identity, boundary, tag].map((length) => "x".repeat(length));
    return { standing: { tags: [["k", value ?? ""]], identity: [policy ?? ""], boundary: limit ?? "" } };
  };

  it.each([
    ["documents", large(LARGE), large(LARGE + 1)],
    ["boundaries", large(0, LARGE), large(0, LARGE + 1)],
    ["tags", large(0, 0, LARGE), large(0, 0, LARGE + 1)],
  ])("is 16 MiB of characters, 1,024 a view counted with its %s: the oldest goes", async (_, sent, _larger) => {
    const world = new World();
    const less = (view: SentView): SentView => ({
      standing: { identity: [], ...view.standing, tags: view.standing?.tags ?? [] },
    });
    // The tag's name is a character too, so that two of these are two too many.
    const first = await holdLarge(world, "first", less(sent));
    expect(world.isHeld("first")).toBe(true);
    const second = await holdLarge(world, "second", less(sent));
    expect([world.isHeld("first"), world.isHeld("second")]).toEqual([false, true]);
    expect([world.leased.isInForce(first), world.leased.isInForce(second)]).toEqual([true, true]); // of the stamp that is held
  });

  it("is filled to its last character", async () => {
    const world = new World();
    await holdLarge(world, "first", large(LARGE - 1));
    await holdLarge(world, "second", large(LARGE - 1));
    expect([world.isHeld("first"), world.isHeld("second")]).toEqual([true, true]);
    await holdLarge(world, "third", {});
    expect([world.isHeld("first"), world.isHeld("second"), world.isHeld("third")]).toEqual([false, true, true]);
  });

  it("counts a subject once, however often it is pulled", async () => {
    const world = new World();
    await holdLarge(world, "first", large(LARGE - 1));
    for (let turn = 0; turn < 5; turn++) await holdLarge(world, "second", large(LARGE - 1));
    expect(world.isHeld("first")).toBe(true);
  });

  it("was full when an answer without a view came: it is asked again, for the view", async () => {
    const world = new World();
    await holdLarge(world, "alice", large(LARGE));
    const waiter = world.pull("alice");
    const asked = world.lastPull();
    await holdLarge(world, "bob", large(LARGE));
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
    const world = new World();
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
    const world = new World();
    const waiter = world.pull();
    await world.pulls[0]?.fail();
    await world.pulls[1]?.answer(answer(1));
    expect(textOf(waiter.result)).toBe("at 1");
  });

  it("because its port throws at once is given up as well", async () => {
    const world = new World();
    world.pulls.push = () => {
      throw new Error("no stub");
    };
    const waiter = world.pull();
    await world.pass(0);
    expect(waiter.result).toMatchObject(unavailable);
  });

  it("because nobody answers takes five seconds, for all who share it; the next asks anew", async () => {
    const world = new World();
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
    const world = new World(2000);
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
    const world = new World();
    world.pull();
    await world.pass(PULL_MS_MAX);
    await world.pulls[0]?.answer(answer(1));
    expect(world.isHeld()).toBe(true);
    await world.pass(LEASE - PULL_MS_MAX);
    expect(world.isHeld()).toBe(false);
  });
});
