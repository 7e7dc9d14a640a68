// Reads the trail: the newest records that a filter takes, then whether the chain holds where they stand, then what comes after them.

import { ChainCheck, followedPlace } from "./check.ts";
import type { TrailDatabase } from "./database.ts";
import { visible } from "./line.ts";
import { type ChainRow, chainRows, chains, chainsSince, newestRows, type TrailFilter, type TrailRow } from "./sql.ts";

/** Rows a statement: a record is 64 KiB at most, and mostly less than one. */
const PAGE_ROWS_MAX = 500;
/** What is wrong with a trail in many places is wrong with it as a whole. */
const FAULTS_MAX = 10;

export interface Found {
  /** As they are stored. */
  readonly records: readonly string[];
  /** What is wrong with the chain, a line each. */
  readonly faults: readonly string[];
  /** What one should know beside it, a line each. */
  readonly notes: readonly string[];
}

export class TrailReader {
  readonly #database: TrailDatabase;
  readonly #filter: TrailFilter;
  /** Where each chain stood when it was last read. */
  readonly #seen = new Map<string, ChainCheck>();
  /** From when on the chain is to be checked: behind that, nothing was asked for. */
  #since: number | undefined;

  constructor(database: TrailDatabase, filter: TrailFilter) {
    this.#database = database;
    this.#filter = filter;
    this.#since = filter.since;
  }

  /** @returns the newest records, newest first; the moment they are of is where `newer` goes on. */
  async newest(limit: number): Promise<string[]> {
    const [heads = [], rows = []] = (await this.#database.query([
      chains(this.#filter),
      newestRows(this.#filter, limit),
    ])) as unknown as [ChainRow[], TrailRow[]];
    for (const head of heads) if (isNamed(head)) this.#seen.set(keyOf(head), ChainCheck.behind(head));
    const oldest = rows.at(-1);
    if (rows.length === limit && oldest !== undefined) this.#since = oldest.time;
    return rows.map(({ record }) => record);
  }

  /** Follows each chain from the oldest record that was shown to its end: what the filter has left out is part of it. */
  async check(recordsMax: number): Promise<Found> {
    const found = await this.#rows<ChainRow>(chainsSince(this.#filter, this.#since));
    const faults: string[] = [];
    let left = recordsMax;
    let isWhole = true;
    for (const chain of found) {
      if (!isNamed(chain)) {
        faults.push(misnamed(chain));
        continue;
      }
      const { last } = chain;
      const wanted = this.#since === undefined ? 0 : chain.first;
      const first = Math.max(wanted, last - left + 1);
      isWhole &&= first === wanted;
      left = Math.max(left - (last - first + 1), 0);
      const check = new ChainCheck(chain, first);
      for await (const page of this.#pages(chain, check)) faults.push(...page.faults);
      if (faults.length >= FAULTS_MAX) break;
    }
    const bound = `the chain was checked for the newest ${recordsMax} records alone: narrow what is asked for with --since`;
    return { records: [], faults: faults.slice(0, FAULTS_MAX), notes: isWhole ? [] : [bound] };
  }

  /** What has come since, in the order of each chain, and checked as it is read. */
  async *newer(): AsyncGenerator<Found> {
    const heads = await this.#rows<ChainRow>(chains(this.#filter));
    for (const head of heads.filter(isNamed)) {
      const check = this.#seen.get(keyOf(head)) ?? new ChainCheck(head, 0);
      this.#seen.set(keyOf(head), check);
      const lost = check.rewind(head);
      if (lost.length > 0) yield { records: [], faults: lost, notes: [] };
      yield* this.#pages(head, check);
    }
  }

  /** The rest of a chain up to its last record. */
  async *#pages(chain: ChainRow, check: ChainCheck): AsyncGenerator<Found> {
    while (check.next <= chain.last) {
      const span = [check.next, chain.last, PAGE_ROWS_MAX] as const;
      const rows = await this.#rows<TrailRow>(chainRows(chain, span, this.#filter));
      const faults = [...check.add(rows), ...(await this.#links(rows)), ...(rows.length === 0 ? check.end(chain.last) : [])];
      const records = rows.flatMap(({ matches, record }) => (matches === 1 ? [record] : []));
      yield { records, faults, notes: [] };
      if (rows.length === 0) return;
    }
  }

  /** An incarnation's first record names the one that it follows, with its hash. */
  async #links([row]: readonly TrailRow[]): Promise<string[]> {
    if (row === undefined || row.sequence !== 0) return [];
    const place = followedPlace(row.record);
    if (place === null) return [];
    const fault = `the chain of ${row.store}, incarnation ${row.incarnation}, does not hold: its first record`;
    if (place === undefined) return [`${fault} does not say what it follows`];
    const at = [place.sequence, place.sequence, 1] as const;
    const [followed] = await this.#rows<TrailRow>(chainRows({ ...row, incarnation: place.incarnation }, at, {}));
    if (followed?.hash === place.hash) return [];
    return [`${fault} follows record ${place.sequence} of incarnation ${place.incarnation}, which is not there as it was`];
  }

  /** The columns of a statement are those of the row that it is asked for. */
  async #rows<Row extends ChainRow | TrailRow>(statement: string): Promise<readonly Row[]> {
    const [rows = []] = await this.#database.query([statement]);
    return rows as unknown as readonly Row[];
  }
}

const keyOf = ({ store, incarnation }: ChainRow): string => `${store} ${incarnation}`;

/** What is no name of ours must not come back into a statement. */
const isNamed = ({ store, incarnation }: ChainRow): boolean =>
  /^[0-9]{12}(?:\/[a-z0-9-]{1,32})?$/.test(store) && /^[0-9a-f-]{36}$/.test(incarnation);

const misnamed = ({ store, incarnation }: ChainRow): string =>
  `the trail has records of ${visible(store)}, incarnation ${visible(incarnation)}: no store has such a name`;
