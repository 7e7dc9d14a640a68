// DIR/root-keys.json: made once, where the state directory is empty, and never written again. Whoever loses it loses every key.
/// <reference path="../web-crypto.d.ts" />

import { randomBytes, randomUUID } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseRootKeys, type RootKeys } from "../../crypto/root-keys.ts";
import { Refusal, systemCode } from "../refusal.ts";

const ROOT_KEY_BYTES = 32;
const ROOT_KEY_FILE = "root-keys.json";
const ASIDE = ".unfinished-";

/** Root keys as the Worker takes them (`ROOT_KEYS`), and read. */
export interface RootKeyText {
  readonly text: string;
  readonly keys: RootKeys;
}

export const rootKeyPath = (directory: string): string => join(directory, ROOT_KEY_FILE);

/** A root key that was being written when its process was killed: nothing was sealed under it. */
export const isUnfinishedRootKey = (name: string): boolean => name.startsWith(`${ROOT_KEY_FILE}${ASIDE}`);

/** @throws Refusal that names `path` but repeats nothing of what it holds. */
export function readRootKeys(path: string): RootKeyText {
  try {
    return parseRootKeyText(readFileSync(path, "utf8"), path);
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal(`${path} cannot be read (${systemCode(cause)})`);
  }
}

export function parseRootKeyText(text: string, source: string): RootKeyText {
  try {
    return { text: text.trim(), keys: parseRootKeys(text) };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new Refusal(`${source} is damaged (${cause.message}): restore it from your copy`);
  }
}

/** Makes the first root key, durably, before anything can be sealed under it. Where there is one already, that one stays. */
export function createRootKeys(directory: string): void {
  const path = rootKeyPath(directory);
  const text = JSON.stringify({ seal: 1, credentials: [1], keys: { 1: randomBytes(ROOT_KEY_BYTES).toString("base64") } });
  try {
    createDurably(path, `${text}\n`);
  } catch (cause) {
    if (systemCode(cause) !== "EEXIST") throw cause;
  }
}

/** The whole file or none: written and synced under another name, linked (which fails where the name exists), directory synced. */
export function createDurably(path: string, text: string): void {
  const aside = join(dirname(path), `${basename(path)}${ASIDE}${randomUUID()}`);
  const file = openSync(aside, "wx", 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
    linkSync(aside, path);
  } finally {
    closeSync(file);
    rmSync(aside, { force: true });
  }
  const directory = openSync(dirname(path), "r");
  fsyncSync(directory);
  closeSync(directory);
}
