// Entry. Wires routes to fronts and exports the Durable Object classes. No logic.

import { type IRequest, Router } from "itty-router";
import type { Env } from "./env.ts";
import { KmsFront } from "./front/kms.ts";

export { RegionalKeyStore } from "./kms/regional-key-store.ts";

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

/** A Host that is none ("a, b") makes a URL that is none. */
const unreadable = (): Response => new Response("", { status: 400 });

/** A call of AWS's JSON protocols has one route; to look for it would cost as much as its signature. */
const isCall = ({ method, url }: Request): boolean => method === "POST" && url.indexOf("/", "https://".length) === url.length - 1;

export default {
  fetch(request, env) {
    if (isCall(request)) return kms(env).answer(request);
    return URL.canParse(request.url) ? router.fetch(request, env) : unreadable();
  },
} satisfies ExportedHandler<Env>;
