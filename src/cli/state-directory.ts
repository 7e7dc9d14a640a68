// The state directory: who may read it, of which format it is, whether its root key is there. Examining changes nothing, so that a
// start that is refused leaves everything as it was; preparing makes what is missing.

import { accessSync, constants, mkdirSync, readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Refusal, systemCode } from "./refusal.ts";
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
const DIRECTORIES = ["data", "dev", "aws"];

/** Where the parts of a state lie. `data` and `dev` belong to Miniflare and wrangler, the names in them too. */
export const dataPath = (directory: string): string => join(directory, "data");
export const devPath = (directory: string): string => join(directory, "dev");

/**
 * Looks at everything that a server will rely on.
 * @throws Refusal if anything is not as it must be: modes, format, root key, writability.
 */
export function examineState(directory: string): void {
  if (!examineDirectory(directory)) {
    requireWritable(nearestExisting(directory), directory);
    return;
  }
  const entries = readdirSync(directory).filter((name) => !isRunFile(name) && !isUnfinishedRootKey(name));
  for (const path of [directory, ...DIRECTORIES.filter((name) => entries.includes(name)).map((name) => join(directory, name))])
    requireWritable(path);
  for (const name of SECRET_FILES) requirePrivateFile(join(directory, name), "may be absent");
  if (entries.length === 0) return;
  requireRootKeys(directory, entries);
  requireFormat(directory, entries);
}

/** For a reader of the root keys: nothing else of the directory matters to it. */
export function readStateRootKeys(directory: string): RootKeyText {
  if (!examineDirectory(directory)) throw new Refusal(`${directory} does not exist: \`npm start\` makes it`);
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

/** @throws Refusal unless only the owner may read and write the file. */
export function requirePrivateFile(path: string, presence: "may be absent" | "must be there"): void {
  const stats = statOf(path);
  if (stats === undefined) {
    if (presence === "must be there") throw new Refusal(`${path} is missing: restore it from your copy`);
    return;
  }
  if (!stats.isFile()) throw new Refusal(`${path} is not a file`);
  requireMode(path, stats, 0o600);
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

/** @returns whether there is one. */
function examineDirectory(directory: string): boolean {
  const stats = statOf(directory);
  if (stats === undefined) return false;
  if (!stats.isDirectory()) throw new Refusal(`${directory} is not a directory`);
  requireMode(directory, stats, 0o700);
  return true;
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

function requireMode(path: string, stats: Stats, mode: number): void {
  const found = stats.mode & 0o777;
  if (process.platform === "win32" || found === mode) return;
  throw new Refusal(`${path} has mode ${octal(found)}, not ${octal(mode)}: run chmod ${octal(mode)} ${path}`);
}

const octal = (mode: number): string => mode.toString(8).padStart(4, "0");

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

/** undefined where nothing is. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return undefined;
    throw new Refusal(`${path} cannot be read (${systemCode(cause)})`);
  }
}
