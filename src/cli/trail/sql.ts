// What is asked of the trail's table (migrations/), and nothing elsewhere is SQL. The statements are whole texts, since `wrangler d1
// execute` takes no parameters: every value has a form without quotes, and is refused here where it has not.

import { SEQUENCE_BITS } from "../../audit/chain.ts";
import { IAM_REGION } from "../../wire/regions.ts";

/** Sequence, time and numbers of rows are whole numbers; all else is text of these characters. */
const PLAIN = /^[A-Za-z0-9:/_-]{0,2048}$/;

/** A row as it is read. `matches` is 1 where the filter takes it. */
export interface TrailRow {
  readonly store: string;
  readonly incarnation: string;
  readonly sequence: number;
  readonly account: string;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly hash: string;
  readonly record: string;
  readonly matches: 0 | 1;
}

/** One incarnation of one store, from a sequence to its last, with the last one's hash. */
export interface ChainRow {
  readonly store: string;
  readonly incarnation: string;
  readonly first: number;
  readonly last: number;
  readonly hash: string;
}

export interface TrailFilter {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  /** A key's id or ARN, an alias or its ARN. */
  readonly key?: string | undefined;
  readonly event?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
}

function text(value: string): string {
  if (!PLAIN.test(value)) throw new TypeError("a value would not be safe in SQL");
  return `'${value}'`;
}

function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError("a number would not be safe in SQL");
  return String(value);
}

const SEQUENCE_MAX = 2 ** SEQUENCE_BITS - 1;
const numberOf = (place: string): string => `(${place} >> ${SEQUENCE_BITS})`;
const sequenceOf = (place: string): string => `(${place} & ${SEQUENCE_MAX})`;

/** What a chain without a row in `chain` is called: no store has such a name. */
const NAMES = "coalesce(c.store, 'chain ' || number) AS store, coalesce(c.incarnation, 'unknown') AS incarnation";

/** Somebody may have written a time past what JavaScript holds exactly; it is shown as the nearest that it does. */
const TIME = `min(max(t.time, ${Number.MIN_SAFE_INTEGER}), ${Number.MAX_SAFE_INTEGER}) AS time`;
const COLUMNS = `${sequenceOf("t.place")} AS sequence, t.account, t.region, ${TIME}, t.hash, t.record`;

/** The newest records that the filter takes. Their places are found first, in the index where it serves, and then read. */
export const newestRows = (filter: TrailFilter, limit: number): string =>
  `SELECT ${NAMES}, ${COLUMNS}, 1 AS matches FROM (
      SELECT f.place, ${numberOf("f.place")} AS number FROM trail AS f WHERE ${condition(filter, "f")}
      ORDER BY f.time DESC, f.place DESC LIMIT ${whole(limit)}
    ) AS found JOIN trail AS t USING (place) LEFT JOIN chain AS c USING (number) ORDER BY t.time DESC, t.place DESC`;

/** The chains that have records since a time, each from the first of these on. */
export const chainsSince = (filter: TrailFilter, since: number | undefined): string =>
  `SELECT ${NAMES}, found.first, ${HEAD} FROM (
      SELECT ${numberOf("f.place")} AS number, min(${sequenceOf("f.place")}) AS first
      FROM trail AS f WHERE ${scope({ ...filter, since }, "f")} GROUP BY 1
    ) AS found LEFT JOIN chain AS c USING (number)`;

/** An account's own store, of its identities, has no Region in its name. */
const PLACE = `c.store || CASE instr(c.store, '/') WHEN 0 THEN '/${IAM_REGION}' ELSE '' END`;

/** All chains, by one step in the primary key each, however long they are. */
export const chains = ({ account, region }: TrailFilter): string =>
  `WITH RECURSIVE found (number) AS (
    SELECT ${numberOf("min(t.place)")} FROM trail AS t UNION ALL
    SELECT (SELECT ${numberOf("min(t.place)")} FROM trail AS t WHERE t.place > (number << ${SEQUENCE_BITS}) + ${SEQUENCE_MAX})
      FROM found WHERE number IS NOT NULL
  ) SELECT ${NAMES}, 0 AS first, ${HEAD} FROM found LEFT JOIN chain AS c USING (number)
    WHERE number IS NOT NULL AND (c.store IS NULL
      OR ${PLACE} LIKE ${text(account ?? "")} || '%/' || ${region === undefined ? "'%'" : text(region)})`;

const LAST = `FROM trail AS t WHERE t.place BETWEEN number << ${SEQUENCE_BITS} AND (number << ${SEQUENCE_BITS}) + ${SEQUENCE_MAX}
  ORDER BY t.place DESC LIMIT 1`;
const HEAD = `(SELECT ${sequenceOf("t.place")} ${LAST}) AS last, (SELECT t.hash ${LAST}) AS hash`;

/** The records of a chain within two sequences, in their order. */
export const chainRows = (
  { store, incarnation }: Pick<ChainRow, "store" | "incarnation">,
  [first, last, limit]: readonly [first: number, last: number, limit: number],
  filter: TrailFilter,
): string =>
  `SELECT c.store, c.incarnation, ${COLUMNS}, ${condition(filter, "t")} AS matches FROM chain AS c JOIN trail AS t
    ON t.place BETWEEN (c.number << ${SEQUENCE_BITS}) + ${whole(first)}
      AND (c.number << ${SEQUENCE_BITS}) + ${whole(Math.min(last, SEQUENCE_MAX))}
    WHERE c.store = ${text(store)} AND c.incarnation = ${text(incarnation)} ORDER BY t.place LIMIT ${whole(limit)}`;

/** What the index knows. */
function scope({ account, region, since }: TrailFilter, table: string): string {
  const terms = [
    account === undefined ? [] : `${table}.account = ${text(account)}`,
    region === undefined ? [] : `${table}.region = ${text(region)}`,
    since === undefined ? [] : `${table}.time >= ${whole(since)}`,
  ].flat();
  return terms.length === 0 ? "1" : terms.join(" AND ");
}

/** 0 or 1, whatever the record is: SQLite's functions fail for text that is no JSON. */
function condition(filter: TrailFilter, table: string): string {
  const { key, event } = filter;
  const terms = [
    event === undefined ? [] : `${table}.record ->> '$.eventName' IS ${text(event)}`,
    key === undefined ? [] : namesKey(key, `${table}.record`),
  ].flat();
  const inRecord = terms.length === 0 ? "1" : `CASE WHEN json_valid(${table}.record) THEN ${terms.join(" AND ")} ELSE 0 END`;
  return `(${scope(filter, table)} AND ${inRecord})`;
}

const NAMING_MEMBERS = ["keyId", "aliasName", "targetKeyId", "sourceKeyId", "destinationKeyId"].map(text).join(", ");

/** By what a call acted on, and by what it named, since that may not exist. */
function namesKey(key: string, record: string): string {
  const isIt = (value: string): string => {
    if (key.startsWith("arn:")) return `${value} IS ${text(key)}`;
    const ending = key.startsWith("alias/") ? `:${key}` : `:key/${key}`;
    return `(${value} IS ${text(key)} OR substr(${value}, ${whole(-ending.length)}) IS ${text(ending)})`;
  };
  const ofResource = "CASE r.type WHEN 'object' THEN r.value ->> '$.ARN' END";
  return `(EXISTS (SELECT 1 FROM json_each(${record}, '$.resources') AS r WHERE ${isIt(ofResource)})
    OR EXISTS (SELECT 1 FROM json_each(${record}, '$.requestParameters') AS p WHERE p.key IN (${NAMING_MEMBERS}) AND ${isIt("p.value")}))`;
}
