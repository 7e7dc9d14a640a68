// What the kernel says of processes: who descends from whom, who has ended, who listens where. Linux only, as these tests are.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

const POLL_MS = 20;

/** Returns the first truthy answer. @throws Error with what was waited for, after the time. */
export async function eventually<T>(what: string, probe: () => T | Promise<T>, patienceMs = 20_000): Promise<NonNullable<T>> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`waited ${patienceMs} ms for ${what}`);
    await pause(POLL_MS);
  }
}

interface Stat {
  readonly name: string;
  readonly state: string;
  readonly parent: number;
  readonly startTime: string;
  /** Processor time in hundredths of a second: its own, and that of its children that have ended and were waited for. */
  readonly ticks: number;
}

export function statOf(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** /proc/PID/stat: "PID (NAME) STATE PPID …"; the name may itself hold spaces and brackets, so the last one ends it. */
export function parseStat(text: string): Stat {
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).split(" ");
  return {
    name: text.slice(text.indexOf("(") + 1, nameEnd),
    state: fields[0] ?? "",
    parent: Number(fields[1]),
    startTime: fields[19] ?? "",
    ticks: fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0),
  };
}

/** A zombie does not live: where nothing reaps orphans they stay for ever. */
export const lives = (pid: number): boolean => isLiving(statOf(pid));

const isLiving = (stat: Stat | undefined): stat is Stat => stat !== undefined && stat.state !== "Z" && stat.state !== "X";

/** A process and all that descends from it. */
export function familyOf(ancestor: number): number[] {
  const pids = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name));
  const all = pids.map((pid) => ({ pid: Number(pid), stat: statOf(Number(pid)) })).filter(({ stat }) => isLiving(stat));
  const family = [ancestor];
  for (const member of family) family.push(...all.filter(({ stat }) => stat?.parent === member).map(({ pid }) => pid));
  return family;
}

export const workerdsOf = (ancestor: number): number[] => familyOf(ancestor).filter((pid) => statOf(pid)?.name === "workerd");

/** Ends one process that the tests started, and waits until it is gone. */
export async function killAndWait(pid: number, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended already
  }
  await eventually(`the end of process ${pid}`, () => !lives(pid));
}

/** "ADDRESS:PORT" of every socket on which one of the processes listens; the address in the kernel's hexadecimal. */
export function listeningSockets(pids: readonly number[]): string[] {
  const theirs = new Set(pids.flatMap(socketsOf));
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) =>
    readFileSync(table, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === "0A" && inode !== undefined && theirs.has(inode))
      .map(([, local]) => String(local)),
  );
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return /^socket:\[([0-9]+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed meanwhile
    }
  });
}
