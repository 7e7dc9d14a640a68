// kill -9 again and again, at moments that differ: within a burst, beside the drain, at its end, within a start.

import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { kmsClient, newState, startServer } from "./edgekeep.ts";
import { startLoad } from "./load.ts";
import { CANARY, everyAnswerIsRecordedOnce, open, seal, trailIsSound } from "./survivors.ts";

const KILLS = 20;
/** Longer than records wait before they are sent, and no multiple of anything. */
const LONGEST_MS = 3_300;

test(`after ${KILLS} SIGKILLs under load, nothing that was answered is missing in the trail, and its chains hold`, {
  timeout: 300_000,
}, async () => {
  const state = newState();
  const answered = new Set<string>();
  const begin = await startServer(state);
  const sealed = await seal(kmsClient(state));
  await begin.stop("npm");
  for (let kill = 0; kill < KILLS; kill++) {
    const server = await startServer(state);
    const load = startLoad(kmsClient(state), sealed.KeyId, CANARY);
    await pause((kill * LONGEST_MS) / KILLS);
    await server.killAll();
    await load.stop();
    expect(load.faults).toEqual([]);
    for (const id of load.answered) answered.add(id);
  }
  expect(answered.size).toBeGreaterThan(1000);
  const last = await startServer(state);
  expect(await open(kmsClient(state), sealed)).toBe(CANARY.toString());
  await everyAnswerIsRecordedOnce(state, answered);
  await last.stop("npm");
  trailIsSound(state, answered);
});
