// Entry. Wires routes to fronts and exports the Durable Object classes. No logic.

import { type IRequest, Router } from "itty-router";
import type { Env } from "./env.ts";
import { Front } from "./front/front.ts";
import { partsOf } from "./front/request.ts";

export { IdentityStore } from "./iam/identity-store.ts";
export { RegionalKeyStore } from "./kms/regional-key-store.ts";

let front: Front | undefined;

const frontOf = (env: Env): Front => {
  front ??= new Front(env, {
    now: () => Date.now(),
    uuid: () => crypto.randomUUID(),
    log: (line) => console.warn(JSON.stringify(line)),
  });
  return front;
};

const healthy = (body: string | null): Response => new Response(body, { headers: { "content-type": "application/json" } });

// Not AutoRouter, whose handlers are given a Proxy of the request.
const router = Router<IRequest, [Request, Front], Response>();
router
  .get("/health", () => healthy('{"status":"ok"}'))
  .head("/health", () => healthy(null))
  .all("/cdn-cgi/*", () => new Response("", { status: 404 }))
  .all("*", (_, request, front) => front.call(request));

/** The router is handed method and path alone: it gathers a query's parameters in quadratic time. */
function routed(request: Request, front: Front): Promise<Response> {
  const { method, url } = request;
  const { path } = partsOf(url);
  // A call of AWS's JSON protocols has one route; to look for it would cost as much as its signature.
  return method === "POST" && path === "/"
    ? front.call(request)
    : router.fetch({ method, url: `https://edgekeep${path}` }, request, front);
}

export default {
  async fetch(request, env) {
    const front = frontOf(env);
    return front.finished(request, front.preflight(request) ?? (await routed(request, front)));
  },
} satisfies ExportedHandler<Env>;
