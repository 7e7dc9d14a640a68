// One account: its IdentityStore, three stores that lease from it, and the promise that whoever takes a right away is given.

import type { Leased } from "../../src/durable/leased.ts";
import { type Mark, Rounds } from "../../src/iam/leases/rounds.ts";
import type { LeaseRow } from "../../src/iam/tables/leases.ts";
import { isSameStamp, type Lease, type Pulled, type SentView, type Stamp } from "../../src/wire/views.ts";
import { carry, type Fate, PROMPT } from "./lease-network.ts";
import { leasedWithout, type Rule, roundsWithout, type Sight } from "./lease-rules.ts";
import { LEASE_MS, RETRY_MS } from "./round-ports.ts";
import { VirtualTime } from "./virtual-time.ts";

export const SUBJECTS = ["ann", "ben"] as const;
export const STORES = ["paris", "oslo", "rome"] as const;
export type Subject = (typeof SUBJECTS)[number];
export type StoreName = (typeof STORES)[number];

/** What an IdentityStore keeps. */
interface Kept {
  readonly stamp: Stamp;
  readonly allowed: ReadonlySet<Subject>;
  readonly rows: ReadonlyMap<string, LeaseRow>;
  readonly mark: Mark | undefined;
}

/** A call of IAM's. Whose instance has ended is not answered. */
interface Call {
  readonly text: string;
  returned: boolean;
  lost: boolean;
}

const STANDING = { tags: [], identity: [], boundary: "" };

export class LeaseWorld {
  readonly off: Rule | undefined;
  readonly time = new VirtualTime(() => this.look());
  readonly stores: Readonly<Record<StoreName, Store>>;
  readonly identity: Identity;
  /** Who has no right any longer, as a call that has returned has said; not the one who has been given it back since. */
  readonly stripped = new Set<Subject>();
  /** What has happened against the promise. */
  readonly breaches: string[] = [];

  constructor(off?: Rule) {
    this.off = off;
    this.identity = new Identity(this);
    this.stores = { paris: new Store("paris", this), oslo: new Store("oslo", this), rome: new Store("rome", this) };
  }

  /** What a request that begins now would be allowed. */
  look(): void {
    for (const subject of this.stripped) for (const name of STORES) this.stores[name].look(subject);
  }

  succeeded(subject: Subject, where: string): void {
    if (this.stripped.has(subject)) this.breaches.push(`${subject} succeeds at ${where} after ${this.time.now} ms`);
  }
}

class Store {
  /** How its clock differs from the true time, in milliseconds. */
  ahead = 0;
  /** How late timers fire that are set from now on. */
  lateMs = 0;
  /** By what part of their time they are late at most: less than half where the clock steps back. */
  latePartMax = Number.POSITIVE_INFINITY;
  pulls: Fate = PROMPT;
  forgets: Fate = PROMPT;
  readonly #name: StoreName;
  readonly #world: LeaseWorld;
  readonly #seen = new Map<string, Sight>();
  #leased: Leased<Sight>;

  constructor(name: StoreName, world: LeaseWorld) {
    this.#name = name;
    this.#world = world;
    this.#leased = this.#start();
  }

  /** Asks for what a subject has the right to, takes its time, and commits. */
  async request(subject: Subject, takesMs: number): Promise<void> {
    const leased = this.#leased;
    const view = async (): Promise<Sight> => leased.held(subject) ?? (await leased.pull(subject));
    try {
      let seen = await view();
      await new Promise<void>((then) => this.#world.time.after(takesMs, then));
      while (leased === this.#leased && !leased.isInForce(seen)) seen = await view();
      if (leased === this.#leased && seen.isAllowed) this.#world.succeeded(subject, this.#name);
    } catch {
      // no lease and no IdentityStore in reach
    }
  }

  /** Whether a request would succeed: what it would be admitted under is what was read last. Asking for it would renew the lease. */
  look(subject: Subject): void {
    const seen = this.#seen.get(subject);
    if (seen?.isAllowed && this.#leased.isInForce(seen)) this.#world.succeeded(subject, this.#name);
  }

  forget(): true {
    this.#leased.forget();
    return true;
  }

  restart(): void {
    this.#leased = this.#start();
  }

  #start(): Leased<Sight> {
    const { time, off, identity } = this.#world;
    this.#seen.clear();
    let leased: Leased<Sight> | undefined;
    const lives = (): boolean => leased === undefined || leased === this.#leased;
    const asked = <T>(deliver: () => T): Promise<T> =>
      new Promise((resolve, reject) =>
        carry(time, {
          fate: this.pulls,
          deliver,
          answered: (answer) => lives() && resolve(answer),
          failed: () => lives() && reject(new Error("no answer")),
        }),
      );
    leased = leasedWithout(off, {
      now: () => time.now + this.ahead,
      after: (ms, then) => time.after(ms + Math.min(this.lateMs, ms * this.latePartMax), () => lives() && then()),
      leaseMs: LEASE_MS,
      pull: (subject, held) => asked(() => identity.pull(this.#name, subject as Subject, held)),
      renew: (held) => asked(() => identity.renew(this.#name, held)),
      read: (subject, { standing }) => {
        const sight = { subject, isAllowed: standing !== undefined };
        this.#seen.set(subject, sight);
        return sight;
      },
    });
    return leased;
  }
}

class Identity {
  /** How long its code promises. */
  leaseMs = LEASE_MS;
  readonly calls: Call[] = [];
  readonly #world: LeaseWorld;
  readonly #past: Kept[] = [];
  /** How often the right has been given to a subject. */
  readonly #gifts = new Map<Subject, number>();
  #kept: Kept = {
    stamp: { incarnation: "0", version: 1 },
    allowed: new Set(SUBJECTS),
    rows: new Map(),
    mark: undefined,
  };
  #rounds: Rounds;
  #incarnations = 0;
  /** Whose answers are awaited, by store. */
  #awaited: { readonly store: string; readonly resolve: (forgotten: boolean) => void }[] = [];

  constructor(world: LeaseWorld) {
    this.#world = world;
    this.#rounds = this.#start();
  }

  pull(store: string, subject: Subject, held: Stamp | undefined): Pulled {
    const { stamp, allowed } = this.#kept;
    const { leaseMs } = this;
    this.#promise(store);
    if (isSameStamp(held, stamp)) return { stamp, leaseMs };
    const view: SentView = allowed.has(subject) ? { standing: STANDING } : {};
    return { stamp, leaseMs, view };
  }

  renew(store: string, held: Stamp): Lease {
    const { stamp } = this.#kept;
    if (!isSameStamp(held, stamp)) return { stamp, leaseMs: 0 };
    this.#promise(store);
    return { stamp, leaseMs: this.leaseMs };
  }

  /** Gives a right, or takes it away. `dies`: the instance ends behind the commit. */
  change(subject: Subject, isAllowed: boolean, dies: boolean): void {
    const { stamp, allowed } = this.#kept;
    if (allowed.has(subject) === isAllowed) {
      this.#answer(`${subject} again`, this.#world.off === "repeated call waits");
      return;
    }
    const version = stamp.version + 1;
    const others = SUBJECTS.filter((each) => each !== subject && allowed.has(each));
    this.#past.push(this.#kept);
    this.#keep({ stamp: { ...stamp, version }, allowed: new Set(isAllowed ? [...others, subject] : others) });
    this.#rounds.marked(version);
    if (isAllowed) this.#given(subject);
    if (dies) {
      this.restart();
      return;
    }
    this.#rounds.begin(version);
    this.#answer(`${subject} ${isAllowed ? "given" : "stripped"}`);
  }

  restart(): void {
    for (const call of this.calls) call.lost ||= !call.returned;
    this.#awaited = [];
    this.#rounds = this.#start();
  }

  /** Puts back what was kept before so many changes. `dies`: the instance ends behind the commit. */
  restore(changes: number, dies: boolean): void {
    const kept = this.#past.at(-changes) ?? this.#kept;
    const longestMs = Math.max(0, ...[...kept.rows.values()].map(({ promisedMs }) => promisedMs));
    const version = kept.stamp.version + 1;
    this.#kept = { ...kept, stamp: { incarnation: String(++this.#incarnations), version }, rows: new Map() };
    this.restart();
    this.#rounds.restored(version, longestMs);
    for (const subject of kept.allowed) this.#given(subject);
    if (dies) {
      this.restart();
      return;
    }
    this.#rounds.begin(version);
    this.#answer("restored");
  }

  /** As the platform does it, some time after a restart. */
  ring(): void {
    this.#rounds.resume();
  }

  #given(subject: Subject): void {
    this.#gifts.set(subject, (this.#gifts.get(subject) ?? 0) + 1);
    this.#world.stripped.delete(subject);
  }

  /** Answers a call; whoever has no right by then, and had none in its turn, has been stripped. */
  #answer(text: string, atOnce = false): void {
    const { allowed } = this.#kept;
    const without = SUBJECTS.filter((each) => !allowed.has(each)).map((each) => [each, this.#gifts.get(each)] as const);
    const call: Call = { text: `${text} at ${this.#world.time.now} ms`, returned: false, lost: false };
    this.calls.push(call);
    void (atOnce ? Promise.resolve() : this.#rounds.settled()).then(() => {
      if (call.lost) return;
      call.returned = true;
      for (const [subject, gifts] of without) if (this.#gifts.get(subject) === gifts) this.#world.stripped.add(subject);
      this.#world.look();
    });
  }

  #promise(store: string): void {
    const { stamp, rows } = this.#kept;
    const promisedMs = Math.max(rows.get(store)?.promisedMs ?? 0, this.leaseMs);
    this.#keep({ rows: new Map(rows).set(store, { store, promisedMs, version: stamp.version }) });
  }

  #keep(kept: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...kept };
  }

  #start(): Rounds {
    const { time, off } = this.#world;
    let rounds: Rounds | undefined;
    const lives = (): boolean => rounds === undefined || rounds === this.#rounds;
    const ports = {
      after: (ms: number, then: () => void) => time.after(ms, () => lives() && then()),
      rows: () => [...this.#kept.rows.values()],
      drop: (store: string, belowVersion: number) => {
        const rows = [...this.#kept.rows].filter(([name, { version }]) => name !== store || version >= belowVersion);
        this.#keep({ rows: new Map(rows) });
      },
      mark: () => this.#kept.mark,
      putMark: (mark: Mark | undefined) => this.#keep({ mark }),
      forget: (store: string) => this.#forget(store as StoreName, lives),
      leaseMsEver: LEASE_MS,
      log: () => undefined,
    };
    rounds = new Rounds(roundsWithout(off, { ports, now: () => time.now, retryMs: RETRY_MS }));
    return rounds;
  }

  #forget(name: StoreName, lives: () => boolean): Promise<boolean> {
    const { time, off, stores } = this.#world;
    const store = stores[name];
    return new Promise((resolve, reject) => {
      const own = { store: name, resolve };
      this.#awaited.push(own);
      const answered = (forgotten: boolean): void => {
        if (!lives()) return;
        const answeredOnes = this.#awaited.filter((each) => (off === "own answer" ? each.store === name : each === own));
        this.#awaited = this.#awaited.filter((each) => !answeredOnes.includes(each));
        for (const each of answeredOnes) each.resolve(forgotten);
      };
      carry(time, {
        fate: store.forgets,
        deliver: () => store.forget(),
        answered,
        failed: () => lives() && reject(new Error("no answer")),
      });
    });
  }
}
