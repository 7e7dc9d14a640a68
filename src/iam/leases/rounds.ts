// Rounds: what has to be over before a change of the IdentityStore is answered. A round begins at a commit, and ends when every store that
// has been promised anything has answered a `forget` sent since, or when its timer fires: then no older view is in force anywhere.
//
// The timer takes the longest lease promised and half of it: half, because a store's own timer may fire late. No clock is read.

import { described } from "../../wire/unknown-error.ts";
import type { LeaseRow } from "../tables/leases.ts";
import { type Asker, type ForgetPorts, Forgets } from "./forgets.ts";

/** Says, in storage, that rounds are unfinished. */
export interface Mark {
  /** Of the latest change among them. */
  readonly version: number;
  /** Present: a restore is among them, so no row tells which stores hold what. So long it is waited for. */
  readonly blindMs?: number;
}

/** Those that read and write storage may throw. */
export interface RoundPorts extends ForgetPorts {
  rows(): readonly LeaseRow[];
  /** Removes the row of a store, unless the store has been answered with this version or a later one. */
  drop(store: string, belowVersion: number): void;
  mark(): Mark | undefined;
  /** Called in a transaction of the caller's, and without one. */
  putMark(mark: Mark | undefined): void;
  /** The longest lease that any version of this service has ever promised. */
  readonly leaseMsEver: number;
}

interface Round extends Asker {
  readonly version: number;
  /** Which stores have not answered yet. */
  readonly stores: Set<string>;
  readonly ended: Promise<void>;
  finish(): void;
}

const withHalf = (leaseMs: number): number => leaseMs * 1.5;

export class Rounds {
  readonly #ports: RoundPorts;
  readonly #unfinished = new Set<Round>();
  readonly #forgets = new Map<string, Forgets<Round>>();
  /** The round of the latest restore, while it is unfinished. */
  #blind: Round | undefined;
  /** The version that the latest restore made here. */
  #restored: number | undefined;
  /** The highest version whose round has begun in this instance. */
  #begun = 0;

  constructor(ports: RoundPorts) {
    this.#ports = ports;
  }

  /** Marks the round of a change. To be called in the change's transaction. */
  marked(version: number): void {
    const { blindMs } = this.#ports.mark() ?? {};
    this.#ports.putMark(blindMs === undefined ? { version } : { version, blindMs });
  }

  /**
   * Marks the round of a restore, whose stores are unknown. To be called in the transaction that draws the incarnation and empties the rows;
   * `longestMs` is the longest lease in them before. `begin` follows as behind any change.
   */
  restored(version: number, longestMs: number): void {
    const { blindMs = 0 } = this.#ports.mark() ?? {};
    this.#restored = version;
    this.#ports.putMark({ version, blindMs: Math.max(blindMs, withHalf(Math.max(longestMs, this.#ports.leaseMsEver))) });
  }

  /** Begins the round of a change that stands. To be called in the turn of its commit, behind it. Throws nothing. */
  begin(version: number): void {
    this.#begun = Math.max(this.#begun, version);
    const mark = this.#attempt("mark not read", () => this.#ports.mark() ?? ({} as Partial<Mark>));
    const rows = this.#attempt("leases not read", () => this.#ports.rows());
    const isRestore = mark?.blindMs !== undefined && (this.#blind === undefined || this.#restored === version);
    // Where it is not known who holds what, no answer says that nobody holds anything.
    const isBlind = mark === undefined || rows === undefined || isRestore || this.#blind !== undefined;
    const longestMs = Math.max(isBlind ? this.#ports.leaseMsEver : 0, ...(rows ?? []).map(({ promisedMs }) => promisedMs));
    const waitMs = Math.max(withHalf(longestMs), isRestore ? (mark.blindMs ?? 0) : 0);

    const stores = (rows ?? []).map(({ store }) => store);
    if (stores.length === 0 && !isBlind) {
      if (this.#unfinished.size === 0) this.#unmark(false);
      return;
    }
    const round = this.#open(version, stores, isBlind, waitMs);
    if (isRestore) this.#blind = round;
    for (const store of stores) this.#forgetsOf(store).ask(round);
  }

  /**
   * Waits until the rounds that are unfinished in this turn have ended; those that begin later are not waited for. Where the mark tells of
   * one that an instance before this one has not ended, it begins anew: every row, the whole wait. Never rejects.
   */
  async settled(): Promise<void> {
    this.resume();
    await Promise.all([...this.#unfinished].map(({ ended }) => ended));
  }

  /** Whether a round is under way. */
  isUnfinished(): boolean {
    return this.#unfinished.size > 0;
  }

  /** Begins anew what the mark tells of and is not under way. The alarm calls it. Throws nothing. */
  resume(): void {
    const isIdle = this.#unfinished.size === 0;
    const found = this.#attempt("mark not read", () => ({ mark: this.#ports.mark() }));
    if (found === undefined) {
      if (isIdle) this.begin(0); // there may be one: waited for, and no row goes with it
      return;
    }
    const { mark } = found;
    if (mark === undefined) return;
    if (isIdle || mark.version > this.#begun || (mark.blindMs !== undefined && this.#blind === undefined))
      this.begin(mark.version);
  }

  #open(version: number, names: readonly string[], isBlind: boolean, waitMs: number): Round {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const stores = new Set(names);
    const finish = (): void => {
      if (!this.#unfinished.delete(round)) return;
      callOff();
      for (const store of stores) {
        this.#forgetsOf(store).leave(round);
        this.#drop(store, version);
      }
      this.#finished(round);
      resolve();
    };
    const told = (store: string): void => {
      stores.delete(store);
      this.#drop(store, version);
      if (stores.size === 0 && !isBlind) finish();
    };
    const round: Round = { version, stores, ended, finish, told };
    const callOff = this.#ports.after(waitMs, finish);
    this.#unfinished.add(round);
    return round;
  }

  #finished(round: Round): void {
    const wasBlind = this.#blind === round;
    if (wasBlind) this.#blind = undefined;
    if (wasBlind || this.#unfinished.size === 0) this.#unmark(wasBlind);
  }

  /** Brings the mark down to what is still unfinished. `sighted`: the restore that it tells of is over. */
  #unmark(sighted: boolean): void {
    this.#attempt("mark not cleared", () => {
      const mark = this.#ports.mark();
      if (mark === undefined) return;
      const isLast = this.#unfinished.size === 0 && mark.version <= this.#begun;
      if (mark.blindMs !== undefined && !sighted) {
        // The restore's own round did not run: the mark could not be read when its round was to begin.
        if (isLast) this.begin(mark.version);
      } else this.#ports.putMark(isLast ? undefined : { version: mark.version });
    });
  }

  #drop(store: string, version: number): void {
    this.#attempt("lease not dropped", () => this.#ports.drop(store, version));
  }

  #forgetsOf(store: string): Forgets<Round> {
    const known = this.#forgets.get(store);
    if (known !== undefined) return known;
    const forgets = new Forgets<Round>(store, this.#ports);
    this.#forgets.set(store, forgets);
    return forgets;
  }

  /** @returns undefined where it threw. */
  #attempt<T>(event: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (cause) {
      this.#ports.log({ event, ...described(cause) });
      return undefined;
    }
  }
}
