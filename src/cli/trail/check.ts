// Does the chain hold? Each record's hash is computed again from its predecessor's. Whoever may write the whole table can also compute
// every hash anew, so what is found here is an accident or a careless hand.

import { Chain, FIRST_PREDECESSOR } from "../../audit/chain.ts";
import { IAM_REGION } from "../../wire/regions.ts";
import type { ChainRow, TrailRow } from "./sql.ts";

/** A place in the trail. */
interface Place {
  readonly incarnation: string;
  readonly sequence: number;
  readonly hash: string;
}

/** Follows one chain, from any of its records on. What it finds wrong it says in one line each. */
export class ChainCheck {
  readonly #named: Pick<ChainRow, "store" | "incarnation">;
  readonly #chain: Chain;
  #next: number;
  /** Of the record before the next; undefined where that one is yet to be read, or is missing. */
  #hash: string | undefined;

  /** @param first the first record that is to be checked; the one before it must be read too. */
  constructor(named: Pick<ChainRow, "store" | "incarnation">, first: number) {
    this.#named = named;
    this.#chain = new Chain(named.store, named.incarnation);
    this.#next = Math.max(first - 1, 0);
    this.#hash = first <= 0 ? FIRST_PREDECESSOR : undefined;
  }

  /** Goes on behind the last record of a chain, which was looked at before or is not asked for. */
  static behind(head: ChainRow): ChainCheck {
    const check = new ChainCheck(head, head.last + 1);
    check.#next = head.last + 1;
    check.#hash = hashIn(head);
    return check;
  }

  /** A chain that ends before where it was read to has lost its end; what comes next goes on from there. */
  rewind(head: ChainRow): string[] {
    if (head.last >= this.#next - 1) return [];
    const lost = this.#fault(`records from ${head.last + 1} to ${this.#next - 1} were there and are gone`);
    this.#next = head.last + 1;
    this.#hash = hashIn(head);
    return [lost];
  }

  /** The sequence to read on from. */
  get next(): number {
    return this.#next;
  }

  /** Takes the rows from `next` on, in order. */
  add(rows: readonly TrailRow[]): string[] {
    return rows.flatMap((row) => this.#addOne(row));
  }

  /** Nothing else is there up to this sequence. */
  end(last: number): string[] {
    return last < this.#next ? [] : [this.#missing(last)];
  }

  #addOne(row: TrailRow): string[] {
    const { sequence, hash, record } = row;
    const gap = sequence === this.#next ? [] : [this.#missing(sequence - 1)];
    const before = gap.length === 0 ? this.#hash : undefined;
    this.#next = sequence + 1;
    this.#hash = hashIn(row);
    const faults = [...gap, ...misplaced(row).map((fault) => this.#fault(`record ${sequence} ${fault}`))];
    if (before === undefined) return faults;
    if (this.#chain.hash({ next: sequence, hash: before }, record) === hash) return faults;
    const pair = sequence === 0 ? "it was changed" : "one of the two was changed";
    return [
      ...faults,
      this.#fault(`record ${sequence} does not follow from ${sequence === 0 ? "nothing" : sequence - 1}: ${pair}`),
    ];
  }

  #missing(last: number): string {
    const first = this.#next;
    return this.#fault(first === last ? `record ${first} is missing` : `records ${first} to ${last} are missing`);
  }

  #fault(what: string): string {
    return `the chain of ${this.#named.store}, incarnation ${this.#named.incarnation}, does not hold: ${what}`;
  }
}

/** Undefined where it is none: what comes behind it cannot be held against it. */
const hashIn = ({ hash }: Pick<TrailRow, "hash">): string | undefined => (/^[0-9a-f]{64}$/.test(hash) ? hash : undefined);

/** A store's account and Region. Who keeps an account's identities is called by the account alone, and stands in the Region of IAM. */
const placeOf = (store: string): string => (store.includes("/") ? store : `${store}/${IAM_REGION}`);

/** The columns that a look-up goes by are no part of the hash, but they repeat what is. */
function misplaced({ store, account, region, time, record }: TrailRow): string[] {
  const own = Date.parse(String(memberOf(record, "eventTime")));
  const isAt = Number.isNaN(own) || Math.floor(time / 1000) === own / 1000;
  return [
    ...(`${account}/${region}` === placeOf(store) ? [] : ["stands under another account or Region"]),
    ...(isAt ? [] : ["stands at another time than its own"]),
  ];
}

/** What the first record of an incarnation says of the record that it follows: null where it follows none, undefined where it is unreadable. */
export function followedPlace(record: string): Place | null | undefined {
  const details = memberOf(record, "serviceEventDetails") as { follows?: Partial<Place> | null } | undefined;
  const follows = details?.follows;
  if (follows === null) return null;
  const { incarnation, sequence, hash } = follows ?? {};
  if (typeof incarnation !== "string" || typeof hash !== "string" || !Number.isSafeInteger(sequence)) return undefined;
  return /^[0-9a-f-]{36}$/.test(incarnation) ? { incarnation, sequence: sequence as number, hash } : undefined;
}

function memberOf(record: string, name: string): unknown {
  try {
    return (JSON.parse(record) as Record<string, unknown> | null)?.[name];
  } catch {
    return undefined;
  }
}
