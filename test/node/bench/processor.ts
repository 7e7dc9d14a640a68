// Who uses the processors, as the kernel counts it (Linux only): all of the machine, and one process with all that it has started.

import { readFileSync } from "node:fs";
import { familyOf, statOf } from "../e2e/processes.ts";

/** The kernel counts in hundredths for programs, whatever its own clock is. */
const TICKS_A_SECOND = 100;

/** Seconds for which the processors of this machine were busy, all of them together, since it was started. */
export const busySeconds = (): number => busyTicks(readFileSync("/proc/stat", "utf8")) / TICKS_A_SECOND;

/**
 * Waiting for a disk is idle time. Time that the hypervisor took for another machine (steal) is busy: it was not ours. Time of guests
 * is already part of `user` and `nice`.
 */
export function busyTicks(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0, stolen = 0] =
    /^cpu +(.*)$/m.exec(stat)?.[1]?.split(" ").map(Number) ?? [];
  return user + nice + system + interrupts + soft + stolen;
}

/** Seconds of processor time that a process and its descendants have taken, those included that have ended and were waited for. */
export const cpuSecondsOf = (pid: number): number =>
  familyOf(pid).reduce((sum, member) => sum + (statOf(member)?.ticks ?? 0), 0) / TICKS_A_SECOND;
