// The one commit: a change and its record in one transaction, reads sharing the next one. Owns the chain's head.
//
// Reads join a waiting group; storage.sync() is the barrier behind which the group is written (a timer would cost a millisecond, a
// microtask would not gather anything). A write takes the waiting group along. Order in the chain is the order of commits.

import { Chain, FIRST_PREDECESSOR, type Head } from "../audit/chain.ts";
import { type Beginning, printBeginning } from "../audit/event.ts";
import type { Link } from "../audit/links.ts";
import type { Meta } from "./meta.ts";
import type { Outbox } from "./outbox.ts";

/** A record that waits for its place. */
export interface Entry {
  readonly record: string;
  readonly time: number;
  /** What the object keeps beside the record. The ledger never reads it. */
  readonly attached?: readonly unknown[] | undefined;
}

/** A change with its record, and with the records of what the service did unprompted behind it. */
export interface Written {
  readonly entry: Entry;
  readonly behind?: readonly Entry[] | undefined;
}

/** After so long without a record, no calls come. A call takes far less. */
const QUIET_MS = 200;

interface Group {
  readonly entries: Entry[];
  readonly settled: Promise<boolean>;
  readonly settle: (durable: boolean) => void;
}

export interface LedgerPorts {
  readonly storage: Pick<DurableObjectStorage, "sync" | "transactionSync">;
  readonly meta: Meta;
  readonly outbox: Outbox;
  /** Of the object. */
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Of its records, such as "kms.amazonaws.com". */
  readonly eventSource: string;
  readonly now: () => number;
  readonly uuid: () => string;
  /** Called in a transaction that has put records into the outbox. */
  readonly recorded: () => void;
  /** Called where a transaction has failed: memory may hold what storage does not. */
  readonly failed: (cause: unknown) => void;
}

export class Ledger {
  readonly #ports: LedgerPorts;
  #waiting: Group | undefined;
  /** When the latest record came into the outbox, in milliseconds since the epoch. */
  #latest = 0;
  #at: { readonly incarnation: string; readonly chain: Chain; readonly head: Head } | undefined;

  constructor(ports: LedgerPorts) {
    this.#ports = ports;
  }

  /** Whether a record has come into the outbox just now. */
  callsCome(): boolean {
    return this.#ports.now() - this.#latest < QUIET_MS;
  }

  /** Adds a record to the waiting group. @returns whether the group became durable, once that is known. */
  join(entry: Entry): Promise<boolean> {
    this.#waiting ??= this.#open();
    this.#waiting.entries.push(entry);
    return this.#waiting.settled;
  }

  /**
   * Commits the waiting group, then a change with its record. Where `change` throws, it alone is rolled back, and what `refusal`
   * makes of its cause is recorded instead, if anything.
   * @returns undefined where the transaction as a whole failed, the group's requests with it.
   */
  write<T extends Written>(change: () => T, refusal: (cause: unknown) => T | undefined): T | undefined {
    const group = this.#take();
    let result: T | undefined;
    const durable = this.#transact((record) => {
      record(group?.entries ?? []);
      try {
        result = this.#ports.storage.transactionSync(change);
      } catch (cause) {
        result = refusal(cause);
      }
      if (result !== undefined) record([result.entry, ...(result.behind ?? [])]);
    });
    group?.settle(durable);
    return durable ? result : undefined;
  }

  /** Draws a new incarnation, whose first record says why and where it goes on. To be called in a transaction. */
  begin(cause: Beginning["cause"], follows: Beginning["follows"] = null): void {
    const { meta, name, account, region, eventSource, now, uuid } = this.#ports;
    const incarnation = uuid();
    const time = now();
    meta.put("incarnation", incarnation);
    this.#at = { incarnation, chain: new Chain(name, incarnation), head: { next: 0, hash: FIRST_PREDECESSOR } };
    this.keepHead(); // otherwise the old incarnation's head would be taken for its own
    const record = printBeginning({
      id: uuid(),
      time,
      store: name,
      account,
      region,
      eventSource,
      incarnation,
      cause,
      follows,
    });
    this.#append([{ record, time }]);
  }

  /** Gives records of an incarnation that has ended a place in this one. To be called in the transaction that began it. */
  rechain(links: readonly Link[]): void {
    this.#append(links);
  }

  /** Writes the chain's head where the outbox will not tell it any longer. */
  keepHead(): void {
    const { head } = this.#at ?? this.#recover() ?? {};
    if (head !== undefined) this.#ports.meta.put("head", `${head.next}:${head.hash}`);
  }

  /** Forgets where the chain stands, where a transaction outside this class has failed. */
  reload(): void {
    this.#at = undefined;
  }

  #open(): Group {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const group: Group = { entries: [], settled: promise, settle: resolve };
    const flush = (): void => {
      if (this.#waiting !== group) return; // a write has taken it along
      this.#take();
      group.settle(this.#transact((record) => record(group.entries)));
    };
    this.#ports.storage.sync().then(flush, (cause) => {
      if (this.#waiting === group) this.#take();
      this.#ports.failed(cause);
      group.settle(false);
    });
    return group;
  }

  #take(): Group | undefined {
    const group = this.#waiting;
    this.#waiting = undefined;
    return group;
  }

  #transact(work: (record: (entries: readonly Entry[]) => void) => void): boolean {
    const at = this.#at;
    try {
      this.#ports.storage.transactionSync(() => {
        work((entries) => this.#append(entries));
        this.#ports.recorded();
      });
      return true;
    } catch (cause) {
      this.#at = at;
      this.#ports.failed(cause);
      return false;
    }
  }

  #append(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const at = this.#at ?? this.#recover();
    if (at === undefined) throw new Error("the object has no incarnation");
    const { incarnation, chain } = at;
    let { head } = at;
    const links = entries.map(({ record, time, attached }): Link => {
      const sequence = head.next;
      const hash = chain.hash(head, record);
      head = { next: sequence + 1, hash };
      return { sequence, record, hash, time, attached };
    });
    this.#ports.outbox.append(incarnation, links);
    this.#latest = this.#ports.now();
    this.#at = { incarnation, chain, head };
  }

  /** Finds where the chain stands: behind the newest record in the outbox, or else where `keepHead` left it. */
  #recover() {
    const { meta, outbox, name } = this.#ports;
    const incarnation = meta.find("incarnation");
    if (incarnation === undefined) return undefined;
    const newest = outbox.newest(incarnation);
    const [next = "0", hash = FIRST_PREDECESSOR] = meta.find("head")?.split(":") ?? [];
    const kept: Head = { next: Number(next), hash };
    const head = newest !== undefined && newest.sequence >= kept.next ? { next: newest.sequence + 1, hash: newest.hash } : kept;
    this.#at = { incarnation, chain: new Chain(name, incarnation), head };
    return this.#at;
  }
}
