// Waiting for a quiet machine: whatever else runs on it would be measured too.

import { setTimeout as pause } from "node:timers/promises";
import { busySeconds, cpuSecondsOf } from "./processor.ts";

const WINDOW_MS = 1000;
/** Of one processor. */
const FOREIGN_MAX = 0.1;
const PATIENCE_MS = 5 * 60_000;

/** @returns how much of one processor other processes than this one and its descendants have taken since; it may be more than one. */
export function foreignLoadFromNow(): () => number {
  const [busy, own, begin] = [busySeconds(), cpuSecondsOf(process.pid), performance.now()];
  return () => {
    const foreign = busySeconds() - busy - (cpuSecondsOf(process.pid) - own);
    return Math.max(0, (foreign * 1000) / (performance.now() - begin));
  };
}

async function foreignLoad(): Promise<number> {
  const foreign = foreignLoadFromNow();
  await pause(WINDOW_MS);
  return foreign();
}

/**
 * Says what it finds on stderr: the first foreign load, and each wait.
 * @returns what waits until the machine is quiet. After it has waited in vain for five minutes it gives up, and waits no more in this run.
 */
export function quietMachine(foreignNow = foreignLoad, patienceMs = PATIENCE_MS): () => Promise<void> {
  let [isFirst, hasGivenUp] = [true, false];
  return async () => {
    if (hasGivenUp) return;
    const begin = performance.now();
    let foreign = await foreignNow();
    if (isFirst) console.error(`foreign load: ${percent(foreign)} of one processor`);
    isFirst = false;
    if (foreign <= FOREIGN_MAX) return;
    console.error(`waiting for a quiet machine: the foreign load is ${percent(foreign)} of one processor`);
    while (foreign > FOREIGN_MAX && !hasGivenUp) {
      foreign = await foreignNow();
      hasGivenUp = performance.now() - begin > patienceMs;
    }
    const waited = `after ${((performance.now() - begin) / 1000).toFixed(0)} s of waiting the foreign load is ${percent(foreign)}`;
    console.error(foreign <= FOREIGN_MAX ? waited : `${waited}: measuring all the same, and waiting no more`);
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
