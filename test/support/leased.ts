// A store's side of a lease before a peer that answers when a test says: clock, timers and questions are simulated.

import { Leased } from "../../src/durable/leased.ts";
import type { Lease, PeerReply, Pulled, SentView, Stamp } from "../../src/wire/views.ts";

/** Milliseconds: the lease of the store's own version. */
export const LEASE = 10_000;
export const stampOf = (version: number, incarnation = "one"): Stamp => ({ incarnation, version });
const viewOf = (text: string): SentView => ({ standing: { tags: [], identity: [text] } });

export interface View {
  readonly subject: string;
  readonly sent: SentView;
}

/** A question that waits for its answer. */
export class Question<T> {
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

/** A store before a peer that answers when it is told to. `ownMs`: the lease of its own version. */
export class LeasedWorld {
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
    await this.lastPull().answer({ stamp, leaseMs, view: viewOf(subject) });
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

export const answer = (version: number, leaseMs = LEASE, text = `at ${version}`): Pulled => ({
  stamp: stampOf(version),
  leaseMs,
  view: viewOf(text),
});

/** The document of a view that came. */
export const textOf = (result: View | Error | undefined): unknown => (result as View | undefined)?.sent.standing?.identity[0];
