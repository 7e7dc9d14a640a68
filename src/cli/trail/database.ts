// Where the trail is read: the file that a local server's D1 keeps, while the server runs, or a deployment's D1, by wrangler.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { CHECKOUT } from "../arguments.ts";
import { Refusal } from "../refusal.ts";
import { QUIET_WRANGLER } from "../server/quiet-wrangler.ts";
import { statOf } from "../state/ownership.ts";
import { visible } from "./line.ts";

const BUSY_MS_MAX = 5_000;
const ATTEMPTS_MAX = 5;
const DATABASE_BINDING = "AUDIT";

/** Rows as a statement's columns name them. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

export interface TrailDatabase {
  /** @returns the rows of each statement, all of one moment; none where there is no trail yet. @throws Refusal where it cannot be read. */
  query(statements: readonly string[]): Promise<Rows[]>;
  /** Ends what a query has started. */
  close(): void;
}

/** @param data where Miniflare keeps its state. */
export function localDatabase(data: string): TrailDatabase {
  let path: string | undefined;
  return {
    async query(statements) {
      path ??= trailFile(data);
      return path === undefined ? statements.map(() => []) : readConsistently(path, statements);
    },
    close: () => {},
  };
}

/**
 * A reader of a database in WAL mode locks out nobody, but needs the WAL, and would make one where none is. Without a WAL nobody has
 * the file open, and it is read as one that does not change. Whether that held is looked at afterwards.
 */
function readConsistently(path: string, statements: readonly string[]): Rows[] {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const before = statOf(path);
    const isClosed = statOf(`${path}-wal`) === undefined;
    let rows: Rows[] | undefined;
    try {
      rows = read(path, isClosed, statements);
    } catch (cause) {
      if (!isClosed || isUnchanged(path, before)) throw unreadable(path, cause);
    }
    if (rows !== undefined && (!isClosed || isUnchanged(path, before))) return rows;
  }
  throw new Refusal(`${path} is opened and closed all the time: try again`);
}

function read(path: string, isClosed: boolean, statements: readonly string[]): Rows[] {
  const url = pathToFileURL(path);
  if (isClosed) url.search = "?immutable=1";
  const database = new DatabaseSync(url, { readOnly: true, timeout: BUSY_MS_MAX });
  try {
    database.exec("BEGIN");
    return statements.map((statement) => database.prepare(statement).all());
  } finally {
    database.close();
  }
}

const isUnchanged = (path: string, before: Stats | undefined): boolean => {
  const now = statOf(path);
  const isSame = now?.mtimeMs === before?.mtimeMs && now?.size === before?.size && now?.ino === before?.ino;
  return isSame && statOf(`${path}-wal`) === undefined;
};

/** The database that has the trail, the latest of several: there is another one for each database id that wrangler.toml has named. */
function trailFile(data: string): string | undefined {
  if (statOf(data) === undefined) return undefined;
  return readdirSync(data, { recursive: true, encoding: "utf8" })
    .filter((name) => /(^|\/)d1\/.*\.sqlite$/.test(name))
    .map((name) => join(data, name))
    .filter((path) => readConsistently(path, [TRAIL_TABLE])[0]?.length === 1)
    .toSorted((a, b) => lastWritten(b) - lastWritten(a))[0];
}

const TRAIL_TABLE = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'trail'";

const lastWritten = (path: string): number => Math.max(statOf(path)?.mtimeMs ?? 0, statOf(`${path}-wal`)?.mtimeMs ?? 0);

function unreadable(path: string, cause: unknown): unknown {
  const { code, message } = cause as { code?: unknown; message?: unknown };
  return code === "ERR_SQLITE_ERROR" ? new Refusal(`${path} cannot be read (${visible(String(message))})`) : cause;
}

/** @param place wrangler's options that name the database: `--remote`. */
export function wranglerDatabase(place: readonly string[]): TrailDatabase {
  let child: ChildProcess | undefined;
  return {
    async query(statements) {
      const program = join(CHECKOUT, "node_modules", "wrangler", "bin", "wrangler.js");
      const config = ["--config", join(CHECKOUT, "wrangler.toml")];
      const command = ["d1", "execute", DATABASE_BINDING, ...place, ...config, "--json", "--command", statements.join("; ")];
      const running = spawn(process.execPath, [program, ...command], {
        cwd: CHECKOUT,
        env: { ...process.env, ...QUIET_WRANGLER },
        stdio: ["ignore", "pipe", "pipe"],
      });
      child = running;
      const ended = once(running, "close");
      const [answer, errors] = await Promise.all([text(running.stdout), text(running.stderr)]);
      const [code] = (await ended) as [number | null];
      child = undefined;
      return parseAnswer(answer, errors, code === 0 ? statements.length : undefined);
    },
    close: () => void child?.kill("SIGTERM"),
  };
}

/** @param count how many results there must be; undefined where wrangler has failed. */
function parseAnswer(answer: string, errors: string, count: number | undefined): Rows[] {
  let results: unknown;
  try {
    results = JSON.parse(answer);
  } catch {
    results = undefined;
  }
  const rows = Array.isArray(results) ? results.map((result: { results?: unknown } | null) => result?.results) : [];
  if (count !== undefined && rows.length === count && rows.every(Array.isArray)) return rows as Rows[];
  const { error } = (results ?? {}) as { error?: { text?: unknown; notes?: readonly { text?: unknown }[] } };
  const said = error === undefined ? `${answer}${errors}` : [error, ...(error.notes ?? [])].map((part) => part.text).join(": ");
  throw new Refusal(`wrangler could not read the trail: ${visible(said.trim().replaceAll(/\s*\n\s*/g, " "))}`);
}
