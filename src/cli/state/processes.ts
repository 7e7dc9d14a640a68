// Which process is that? A pid alone does not say: pids are reused. With its start time it does.

import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Refusal, systemCode } from "../refusal.ts";

const POLL_MS = 10;
const PATIENCE_MS = 2_000;
const KILL_PATIENCE_MS = 10_000;

/** One process, recognisable. Without /proc (not Linux) the pid is all there is, and the start time is absent. */
export interface ProcessMark {
  readonly pid: number;
  /** Clock ticks after boot, from /proc/PID/stat. */
  readonly startTime?: string;
}

/** What start times count from; "" without /proc. */
export function bootId(): string {
  return process.platform === "linux" ? readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() : "";
}

/** The mark of a process that lives, or undefined: a zombie has ended, though init may never bury it. */
export function markOf(pid: number): ProcessMark | undefined {
  if (process.platform !== "linux") return answersSignals(pid) ? { pid } : undefined;
  const stat = statOf(pid);
  return stat === undefined || stat.ended ? undefined : { pid, startTime: stat.startTime };
}

export function isAlive(mark: ProcessMark): boolean {
  const now = markOf(mark.pid);
  return now !== undefined && now.startTime === mark.startTime;
}

/** Ends exactly the marked processes: SIGTERM, then SIGKILL; returns when all are gone. */
export async function endProcesses(marks: readonly ProcessMark[]): Promise<void> {
  for (const mark of marks) signal(mark, "SIGTERM");
  if (await areGone(marks, PATIENCE_MS)) return;
  for (const mark of marks) signal(mark, "SIGKILL");
  if (await areGone(marks, KILL_PATIENCE_MS)) return;
  throw new Refusal(`process ${marks.find(isAlive)?.pid} of a server that was killed does not end: end it, then start again`);
}

function signal(mark: ProcessMark, name: NodeJS.Signals): void {
  if (!isAlive(mark)) return;
  try {
    process.kill(mark.pid, name);
  } catch (cause) {
    if (systemCode(cause) !== "ESRCH")
      throw new Refusal(`process ${mark.pid} of a server that was killed cannot be ended (${systemCode(cause)})`);
  }
}

async function areGone(marks: readonly ProcessMark[], patienceMs: number): Promise<boolean> {
  const end = performance.now() + patienceMs;
  while (marks.some(isAlive)) {
    if (performance.now() > end) return false;
    await pause(POLL_MS);
  }
  return true;
}

interface Stat {
  readonly ended: boolean;
  readonly startTime: string;
}

/** /proc/PID/stat: "PID (NAME) STATE PPID … STARTTIME …"; the name may itself hold spaces and brackets, so the last one counts. */
function statOf(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, startTime] = [fields[0], fields[19]];
  if (state === undefined || startTime === undefined) return undefined;
  return {
    ended: state === "Z" || state === "X",
    startTime,
  };
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return systemCode(cause) === "EPERM";
  }
}
