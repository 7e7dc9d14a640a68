// Entry. Wires routes to fronts and exports the Durable Object classes. No logic.

import { type IRequest, Router } from "itty-router";
import type { Env } from "./env.ts";
import { KmsFront } from "./front/kms.ts";

export { RegionalKeyStore } from "./region/regional-key-store.ts";

let front: KmsFront | undefined;

const kms = (env: Env): KmsFront => {
  front ??= new KmsFront(env, {
    now: () => Date.now(),
    uuid: () => crypto.randomUUID(),
    log: (line) => console.warn(JSON.stringify(line)),
  });
  return front;
};

// Not AutoRouter, whose handlers are given a Proxy of the request.
const router = Router<IRequest, [Env], Response>();
router
  .get("/health", () => Response.json({ status: "ok" }))
  .all("/cdn-cgi/*", () => new Response("", { status: 404 }))
  .all("*", (request, env) => kms(env).answer(request as unknown as Request));

export default { fetch: (request, env) => router.fetch(request, env) } satisfies ExportedHandler<Env>;
