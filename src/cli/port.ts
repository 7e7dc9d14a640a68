// Is the port free? Asked before anything is made, so that the answer costs nothing.

import { once } from "node:events";
import { createServer } from "node:net";
import { Refusal, systemCode } from "./refusal.ts";

export const HOST = "127.0.0.1";

export const portInUse = (port: number): Refusal => new Refusal(`port ${port} of ${HOST} is in use: give another with --port`);

/** Binds and lets go. @throws Refusal where that fails. */
export async function requireFreePort(port: number): Promise<void> {
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
