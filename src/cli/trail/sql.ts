// What is asked of the trail's table (migrations/), and nothing elsewhere is SQL. The statements are whole texts, since `wrangler d1
// execute` takes no parameters: every value has a form without quotes, and is refused here where it has not.

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

/** Somebody may have written a number past what JavaScript holds exactly; it is shown as the nearest that it does. */
const bounded = (column: string): string =>
  `min(max(${column}, ${Number.MIN_SAFE_INTEGER}), ${Number.MAX_SAFE_INTEGER}) AS ${column.replace(/.*\./, "")}`;

const columns = (table: string): string =>
  ["store", "incarnation", "account", "region", "hash", "record"].map((name) => `${table}.${name}`).join(", ") +
  `, ${bounded(`${table}.sequence`)}, ${bounded(`${table}.time`)}`;

const NEWEST_FIRST = ["time", "store", "incarnation", "sequence"];
const newestFirst = (table: string): string => NEWEST_FIRST.map((name) => `${table}.${name} DESC`).join(", ");

/** The newest records that the filter takes. Their places are found first, in the index where it serves, and then read. */
export const newestRows = (filter: TrailFilter, limit: number): string =>
  `SELECT ${columns("t")}, 1 AS matches FROM (SELECT f.time, f.store, f.incarnation, f.sequence FROM trail AS f
    WHERE ${condition(filter, "f")} ORDER BY ${newestFirst("f")} LIMIT ${whole(limit)}) AS found
    JOIN trail AS t USING (store, incarnation, sequence) ORDER BY ${newestFirst("t")}`;

/** The chains that have records since a time, each from the first of these on. */
export const chainsSince = (filter: TrailFilter, since: number | undefined): string =>
  `SELECT c.store, c.incarnation, ${bounded("c.first")}, ${HEAD} FROM (SELECT f.store, f.incarnation, min(f.sequence) AS first
    FROM trail AS f WHERE ${scope({ ...filter, since }, "f")} GROUP BY f.store, f.incarnation) AS c`;

/** All chains, by one step in the primary key each, however long they are. */
export const chains = ({ account, region }: TrailFilter): string =>
  `WITH RECURSIVE stores (store) AS (
    SELECT min(store) FROM trail UNION ALL
    SELECT (SELECT min(t.store) FROM trail AS t WHERE t.store > stores.store) FROM stores WHERE store IS NOT NULL
  ), c (store, incarnation) AS (
    SELECT store, (SELECT min(t.incarnation) FROM trail AS t WHERE t.store = stores.store) FROM stores WHERE store IS NOT NULL UNION ALL
    SELECT store, (SELECT min(t.incarnation) FROM trail AS t WHERE t.store = c.store AND t.incarnation > c.incarnation)
      FROM c WHERE incarnation IS NOT NULL
  ) SELECT c.store, c.incarnation, 0 AS first, ${HEAD} FROM c WHERE c.incarnation IS NOT NULL
    AND c.store LIKE ${text(account ?? "")} || '%/' || ${region === undefined ? "'%'" : text(region)}`;

const ofChain = "FROM trail AS t WHERE t.store = c.store AND t.incarnation = c.incarnation ORDER BY t.sequence DESC LIMIT 1";
const HEAD = `(SELECT ${bounded("t.sequence").replace(/ AS .*/, "")} ${ofChain}) AS last, (SELECT t.hash ${ofChain}) AS hash`;

/** The records of a chain within two sequences, in their order. */
export const chainRows = (
  { store, incarnation }: Pick<ChainRow, "store" | "incarnation">,
  [first, last, limit]: readonly [first: number, last: number, limit: number],
  filter: TrailFilter,
): string =>
  `SELECT ${columns("t")}, ${condition(filter, "t")} AS matches FROM trail AS t
    WHERE t.store = ${text(store)} AND t.incarnation = ${text(incarnation)}
    AND t.sequence BETWEEN ${whole(first)} AND ${whole(last)} ORDER BY t.sequence LIMIT ${whole(limit)}`;

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
