// What rounds stand on, simulated: rows and a mark that outlive an instance, stores whose answers a test gives.

import { type Mark, type RoundPorts, Rounds } from "../../src/iam/leases/rounds.ts";
import type { LeaseRow } from "../../src/iam/tables/leases.ts";
import { turns, VirtualTime } from "./virtual-time.ts";

export const LEASE_MS = 10_000;
export const WHOLE_WAIT_MS = 15_000;
export const RETRY_MS = 500;

type Port = "rows" | "drop" | "mark" | "putMark";

/** A `forget` on its way. */
export interface Told {
  readonly store: string;
  answer(forgotten: boolean): Promise<void>;
  fail(): Promise<void>;
}

export class RoundWorld {
  readonly time = new VirtualTime();
  readonly rows = new Map<string, LeaseRow>();
  mark: Mark | undefined;
  readonly told: Told[] = [];
  readonly log: Record<string, unknown>[] = [];
  /** Which ports throw. */
  readonly broken = new Set<Port>();
  /** How many instances there have been before this one. */
  #instance = 0;
  rounds = this.#start();

  promise(store: string, version: number, promisedMs = LEASE_MS): void {
    this.rows.set(store, { store, promisedMs, version });
  }

  /** As an IAM call does it. @returns a flag that says whether it has returned. */
  change(version: number): { returned: boolean } {
    this.rounds.marked(version);
    this.rounds.begin(version);
    return this.call();
  }

  /** An IAM call that changes nothing. */
  call(): { returned: boolean } {
    const call = { returned: false };
    void this.rounds.settled().then(() => {
      call.returned = true;
    });
    return call;
  }

  /** As a restore does it. */
  restore(version: number): { returned: boolean } {
    const longestMs = Math.max(0, ...[...this.rows.values()].map(({ promisedMs }) => promisedMs));
    this.rows.clear();
    this.rounds.restored(version, longestMs);
    this.rounds.begin(version);
    return this.call();
  }

  /** Memory is lost, and with it all timers. */
  restart(): void {
    this.#instance++;
    this.rounds = this.#start();
  }

  #start(): Rounds {
    const instance = this.#instance;
    const lives = (): boolean => instance === this.#instance;
    const guarded = <R>(port: Port, work: () => R): R => {
      if (this.broken.has(port)) throw new Error(`${port} is broken`);
      return work();
    };
    const ports: RoundPorts = {
      after: (ms, then) => this.time.after(ms, () => lives() && then()),
      rows: () => guarded("rows", () => [...this.rows.values()]),
      drop: (store, below) =>
        guarded("drop", () => {
          if ((this.rows.get(store)?.version ?? below) < below) this.rows.delete(store);
        }),
      mark: () => guarded("mark", () => this.mark),
      putMark: (mark) =>
        guarded("putMark", () => {
          this.mark = mark;
        }),
      forget: (store) => this.#forget(store, lives),
      leaseMsEver: LEASE_MS,
      log: (line) => this.log.push(line),
    };
    return new Rounds(ports);
  }

  #forget(store: string, lives: () => boolean): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const answered = async (answer: () => void): Promise<void> => {
      if (lives()) answer();
      await turns();
    };
    const told = {
      store,
      answer: (forgotten: boolean) => answered(() => resolve(forgotten)),
      fail: () => answered(() => reject(new Error("not reached"))),
    };
    this.told.push(told);
    return promise;
  }
}

export const [PARIS, OSLO] = ["1/paris", "1/oslo"] as const;

/** A world in which these stores have been answered with version 1. */
export function worldOf(...stores: string[]): RoundWorld {
  const world = new RoundWorld();
  for (const store of stores) world.promise(store, 1);
  return world;
}

export const storesTold = ({ told }: RoundWorld): string[] => told.map(({ store }) => store);
