// How many records D1 holds: read from the file of the server's own D1, while the server writes it. One store alone may have been called.

import { setTimeout as pause } from "node:timers/promises";
import { localDatabase, type TrailDatabase } from "../../../src/cli/trail/database.ts";
import type { Target } from "./target.ts";

const POLL_MS = 500;
/** A second longer than records wait before they are sent. */
const STILL_MS = 2500;
const PATIENCE_MS = 10 * 60_000;

export const trailOf = ({ data }: Target): TrailDatabase => localDatabase(data);

/** A place is the number of an incarnation times 2^40 plus the sequence: the highest one is found in one step, however long the trail is. */
const LAST_SEQUENCE = "SELECT place & 0xFFFFFFFFFF AS sequence FROM trail ORDER BY place DESC LIMIT 1";

/** @returns how many records of the one store D1 holds. */
export async function deliveredOf(database: TrailDatabase): Promise<number> {
  const [[last] = []] = await database.query([LAST_SEQUENCE]);
  return last === undefined ? 0 : Number(last["sequence"]) + 1;
}

/** Waits, without load, until nothing more comes. @returns how many records D1 then holds. @throws Error where they come for too long. */
export async function settled(database: TrailDatabase): Promise<number> {
  const end = performance.now() + PATIENCE_MS;
  let [delivered, since] = [-1, 0];
  for (;;) {
    const now = await deliveredOf(database);
    if (now !== delivered) [delivered, since] = [now, performance.now()];
    if (performance.now() - since > STILL_MS) return delivered;
    if (performance.now() > end) throw new Error(`records still come to D1 after ${PATIENCE_MS / 60_000} minutes without load`);
    await pause(POLL_MS);
  }
}
