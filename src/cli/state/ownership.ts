// Whose is it, and who else could change it or put another in its place? Asked of all that a server trusts on this disk. The system's
// own user (root) and the owner of the checkout, whose code is running, are trusted; nobody else but the user of this process.

import { lstatSync, readdirSync, readlinkSync, type Stats, statSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { CHECKOUT } from "../arguments.ts";
import { Refusal, systemCode } from "../refusal.ts";

const ROOT_USER = 0;
const OTHERS_WRITE = 0o002;
const GROUP_WRITES = 0o020;
const STICKY = 0o1000;
const LINKS_MAX = 40;

/** undefined where nothing is. */
export function statOf(path: string): Stats | undefined {
  return statBy(statSync, path);
}

/** A directory of this user's, into which nobody else may look, on a way that nobody else can change. @returns whether there is one. */
export function isPrivateDirectory(path: string): boolean {
  requireSafeWay(path);
  const stats = statOf(path);
  if (stats === undefined) return false;
  if (!stats.isDirectory()) throw new Refusal(`${path} is not a directory`);
  requireOwner(path, stats);
  requireMode(path, stats, 0o700);
  return true;
}

/** @throws Refusal unless only this user may read and write the file. */
export function requirePrivateFile(path: string, presence: "may be absent" | "must be there"): void {
  requireSafeWay(path);
  const stats = statBy(lstatSync, path);
  if (stats === undefined) {
    if (presence === "must be there") throw new Refusal(`${path} is missing: restore it from your copy`);
    return;
  }
  if (stats.isSymbolicLink()) throw isLink(path);
  if (!stats.isFile()) throw new Refusal(`${path} is not a file`);
  requireOwner(path, stats);
  requireMode(path, stats, 0o600);
}

/** All that lies below a directory belongs to this user, and is itself and no link to elsewhere. */
export function requireOwnTree(directory: string, isExempt: (name: string) => boolean): void {
  for (const name of namesIn(directory)) {
    if (isExempt(name)) continue;
    const path = join(directory, name);
    const stats = statBy(lstatSync, path);
    if (stats === undefined) continue; // removed meanwhile
    if (stats.isSymbolicLink()) throw isLink(path);
    requireOwner(path, stats);
    if (stats.isDirectory()) requireOwnTree(path, () => false);
  }
}

/** Every directory and link on the way belongs to somebody trusted, and nobody else may rename what is in it. */
function requireSafeWay(path: string): void {
  const user = process.geteuid?.();
  if (user === undefined) return; // Windows has other rights
  const trusted = [ROOT_USER, user, statSync(CHECKOUT).uid];
  let names = partsOf(path);
  let folder: string = sep;
  let links = 0;
  while (names.length > 0) {
    const [name = "", ...rest] = names;
    const next = join(folder, name);
    const stats = statBy(lstatSync, next);
    if (stats === undefined) return;
    const isLast = rest.length === 0;
    if ((!isLast || stats.isSymbolicLink()) && !trusted.includes(stats.uid)) throw isForeignWay(next, stats.uid, path);
    if (stats.isSymbolicLink()) {
      links += 1;
      if (links > LINKS_MAX) throw new Refusal(`${path} cannot be read (ELOOP)`);
      [names, folder] = [[...partsOf(resolve(folder, readlinkSync(next))), ...rest], sep];
      continue;
    }
    if (!isLast && !isWayToCheckout(next)) requireUnswappable(next, stats, path);
    [names, folder] = [rest, next];
  }
}

/** Whoever can change the checkout or its place changes what runs: to ask more of these directories would protect nothing. */
const isWayToCheckout = (folder: string): boolean => `${CHECKOUT}${sep}`.startsWith(`${folder}${sep}`);

/** The sticky bit leaves renaming to the owners, as in /tmp. The user's own group is taken for his alone, as umask 002 assumes. */
function requireUnswappable(folder: string, { mode, gid }: Stats, path: string): void {
  if ((mode & STICKY) !== 0) return;
  const [isOpenToOthers, isOpenToGroup] = [
    (mode & OTHERS_WRITE) !== 0,
    (mode & GROUP_WRITES) !== 0 && gid !== process.getegid?.(),
  ];
  if (!isOpenToOthers && !isOpenToGroup) return;
  const change = isOpenToOthers ? "o-w" : "g-w";
  throw new Refusal(`${folder} may be written by others, who could replace ${path}: run chmod ${change} ${folder}`);
}

function requireOwner(path: string, { uid }: Stats): void {
  const user = process.geteuid?.();
  if (user === undefined || uid === user) return;
  throw new Refusal(
    `${path} belongs to user ${uid}, and this runs as user ${user}: run it as user ${uid}, or chown ${user} ${path} if you trust what it holds`,
  );
}

function requireMode(path: string, stats: Stats, mode: number): void {
  const found = stats.mode & 0o777;
  if (process.platform === "win32" || found === mode) return;
  throw new Refusal(`${path} has mode ${octal(found)}, not ${octal(mode)}: run chmod ${octal(mode)} ${path}`);
}

const octal = (mode: number): string => mode.toString(8).padStart(4, "0");

const isLink = (path: string): Refusal =>
  new Refusal(`${path} is a symbolic link: put what it leads to in its place, or name that itself`);

const isForeignWay = (at: string, uid: number, path: string): Refusal =>
  new Refusal(`${at} belongs to user ${uid}, who could replace ${path}: choose a place below directories of your own`);

const partsOf = (path: string): string[] => resolve(path).split(sep).filter(Boolean);

function statBy(stat: (path: string) => Stats, path: string): Stats | undefined {
  try {
    return stat(path);
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return undefined;
    throw new Refusal(`${path} cannot be read (${systemCode(cause)})`);
  }
}

/** A directory that a server is just removing has no names any more. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return [];
    throw new Refusal(`${directory} cannot be read (${systemCode(cause)})`);
  }
}
