// Is the port free? Asked before anything is made, so that the answer costs nothing.

import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Refusal, systemCode } from "../refusal.ts";

export const HOST = "127.0.0.1";

export const portInUse = (port: number): Refusal => new Refusal(`port ${port} of ${HOST} is in use: give another with --port`);

const PROBES_MAX = 4;
const PROBE_PAUSE_MS = 40;

/** Binds and lets go; a few times, because another start may be doing just that. @throws Refusal where the last time fails. */
export async function requireFreePort(port: number): Promise<void> {
  for (let probes = 1; ; probes++) {
    try {
      return await probeOnce(port);
    } catch (refused) {
      if (probes === PROBES_MAX) throw refused;
      await pause(PROBE_PAUSE_MS);
    }
  }
}

async function probeOnce(port: number): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen({ host: HOST, port, exclusive: true }), "listening");
  } catch (cause) {
    if (systemCode(cause) === "EADDRINUSE") throw portInUse(port);
    throw new Refusal(`port ${port} of ${HOST} cannot be listened on (${systemCode(cause)}): give another with --port`);
  }
  probe.close();
  await once(probe, "close");
}
