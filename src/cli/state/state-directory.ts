// The state directory: who may read it, of which format it is, whether its root key is there. Examining changes nothing, so that a
// start that is refused leaves everything as it was; preparing makes what is missing.

import { accessSync, constants, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Refusal, systemCode } from "../refusal.ts";
import { isLockFile } from "./lock.ts";
import { isPrivateDirectory, requireOwnTree, requirePrivateFile, statOf } from "./ownership.ts";
import {
  createDurably,
  createRootKeys,
  isUnfinishedRootKey,
  type RootKeyText,
  readRootKeys,
  rootKeyPath,
} from "./root-key-file.ts";
import { isRunFile } from "./run-file.ts";

const FORMAT = 1;
const FORMAT_FILE = "format";
const SECRET_FILES = ["root-keys.json", "dev.vars", join("aws", "credentials")];
/** `dev`, and `dev.vars` above, are of an earlier version: nothing is read from them, and nothing of them is removed. */
const DIRECTORIES = ["data", "dev", "aws"];
const DEVELOPMENT = "development";

/** `data` belongs to Miniflare, and the names in it. */
export const dataPath = (directory: string): string => join(directory, "data");

/** A whole state directory below another: what is developed with never holds the root keys of what is kept. */
export const developmentPath = (directory: string): string => join(directory, DEVELOPMENT);

/**
 * Looks at everything that a server will rely on.
 * @throws Refusal if anything is not as it must be: owners, modes, format, root key, writability.
 */
export function examineState(directory: string): void {
  if (!isPrivateDirectory(directory)) {
    requireWritable(nearestExisting(directory), directory);
    return;
  }
  requireOwnTree(directory, (name) => name === DEVELOPMENT);
  const entries = stateEntries(directory);
  for (const path of [directory, ...DIRECTORIES.filter((name) => entries.includes(name)).map((name) => join(directory, name))])
    requireWritable(path);
  for (const name of SECRET_FILES) requirePrivateFile(join(directory, name), "may be absent");
  if (entries.length === 0) return;
  requireRootKeys(directory, entries);
  requireFormat(directory, entries);
}

/**
 * What lies above a state for development. Reads nothing of the state that may be in it.
 * @throws Refusal if it is there and is not this user's alone, or holds something else than a state.
 */
export function examineDevelopmentHome(directory: string): void {
  if (!isPrivateDirectory(directory)) return;
  const entries = stateEntries(directory);
  if (entries.length > 0 && !entries.includes(FORMAT_FILE) && !entries.includes("root-keys.json"))
    throw new Refusal(`${directory} is not empty and holds no state: name an empty directory`);
}

/** What is there of a state, or of something else that lies where a state should. */
const stateEntries = (directory: string): string[] =>
  readdirSync(directory).filter(
    (name) => !isRunFile(name) && !isLockFile(name) && !isUnfinishedRootKey(name) && name !== DEVELOPMENT,
  );

/** For a reader of anything else. @throws Refusal where there is no directory, or one that others may read. */
export function requireState(directory: string): void {
  if (!isPrivateDirectory(directory)) throw new Refusal(`${directory} does not exist: \`npm start\` makes it`);
}

/** For a reader of the root keys: nothing else of the directory matters to it. */
export function readStateRootKeys(directory: string): RootKeyText {
  requireState(directory);
  requirePrivateFile(rootKeyPath(directory), "must be there");
  return readRootKeys(rootKeyPath(directory));
}

/** Where the directory does not exist yet: only its owner may look into it. */
export function makeDirectory(directory: string): void {
  refusing(directory, () => makeWithParents(directory));
}

/** One level at a time: `recursive` never returns where mkdir(2) answers ENOENT below a directory that exists, as in /proc. */
function makeWithParents(path: string): void {
  if (statOf(path) !== undefined) return;
  makeWithParents(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    if (systemCode(cause) !== "EEXIST") throw cause; // another start was quicker: which of the two serves, the run file decides
  }
}

/** Completes a state that has been examined, by its one server. The root key comes first: a format without it would be a loss. */
export function prepareState(directory: string): RootKeyText {
  return refusing(directory, () => {
    const entries = readdirSync(directory);
    if (!entries.includes(FORMAT_FILE)) {
      createRootKeys(directory);
      createDurably(join(directory, FORMAT_FILE), `${FORMAT}\n`);
    }
    return readRootKeys(rootKeyPath(directory));
  });
}

/** A full disk, a read-only one, a place that is not ours: the operator's to mend, so a line and not a stack. */
export function refusing<T>(directory: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    if (cause instanceof Refusal || systemCode(cause) === undefined) throw cause;
    throw new Refusal(`${directory} cannot be written (${systemCode(cause)})`);
  }
}

function requireRootKeys(directory: string, entries: readonly string[]): void {
  const path = rootKeyPath(directory);
  if (!entries.includes("root-keys.json")) {
    throw new Refusal(
      `${directory} is not empty and has no root key: restore ${path} from your copy, or name an empty directory`,
    );
  }
  readRootKeys(path);
}

function requireFormat(directory: string, entries: readonly string[]): void {
  const path = join(directory, FORMAT_FILE);
  if (!entries.includes(FORMAT_FILE)) {
    // Killed between the two files of a new state, or a root key that was put into a new directory: there is nothing in it yet.
    if (!entries.some((name) => DIRECTORIES.includes(name))) return;
    throw new Refusal(`${path} is missing: restore it from your copy`);
  }
  const text = readFileSync(path, "utf8").trim();
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new Refusal(`${path} is damaged: restore it from your copy`);
  if (Number(text) > FORMAT) {
    throw new Refusal(
      `${directory} has state of format ${text}, newer than the ${FORMAT} of this Edgekeep: start it with the newer version`,
    );
  }
}

function requireWritable(path: string, wanted = path): void {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new Refusal(`${wanted} cannot be written (${systemCode(cause)})`);
  }
}

function nearestExisting(path: string): string {
  const parent = dirname(path);
  return parent === path || statOf(parent) !== undefined ? parent : nearestExisting(parent);
}
