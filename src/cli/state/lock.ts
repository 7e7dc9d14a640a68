// DIR/lock: an empty file that one process at a time keeps locked: the one server of a state directory, or who writes its profiles. It is
// never replaced and never removed, so that all lock the same file; the kernel lets go of the lock when the process ends, however it ends.

import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Refusal, systemCode } from "../refusal.ts";

const LOCK_FILE = "lock";
const SQLITE_BUSY = 5;
const PRIMARY_CODE_MASK = 0xff;

/** Held until it is closed or its process ends. Node has no call for locks but SQLite's, and these are fcntl(2)'s. */
export type Lock = DatabaseSync;

export const lockPath = (directory: string): string => join(directory, LOCK_FILE);

/** The lock file is no part of the state: it holds nothing. */
export const isLockFile = (name: string): boolean => name === LOCK_FILE;

/**
 * Waits at most so long, and blocks this process meanwhile. Nothing else in it may open the file: the kernel drops the locks of a
 * process when it closes any of them.
 * @returns undefined where another process holds the lock.
 */
export function tryLock(directory: string, waitMs = 0): Lock | undefined {
  const path = lockPath(directory);
  createIfAbsent(path);
  const database = openDatabase(path, waitMs);
  try {
    // Without the journal in memory SQLite would make a second file beside the lock.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (cause) {
    database.close();
    if (isBusy(cause)) return undefined;
    throw cannotLock(path, cause);
  }
}

/** "wx" opens nothing where the file is there: closing it again would drop a lock. */
function createIfAbsent(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (cause) {
    if (systemCode(cause) !== "EEXIST") throw cause;
  }
}

function openDatabase(path: string, timeout: number): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout });
  } catch (cause) {
    throw cannotLock(path, cause);
  }
}

const isBusy = (cause: unknown): boolean =>
  ((cause as { errcode?: number }).errcode ?? 0) % (PRIMARY_CODE_MASK + 1) === SQLITE_BUSY;

function cannotLock(path: string, cause: unknown): unknown {
  const { code, errstr } = cause as { code?: string; errstr?: string };
  return code === "ERR_SQLITE_ERROR" ? new Refusal(`${path} cannot be locked (${errstr})`) : cause;
}
