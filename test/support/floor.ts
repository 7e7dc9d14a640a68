// The bench's floor: the Worker as it is, with one object that echoes and one route to it. Never deployed.

import { DurableObject } from "cloudflare:workers";
import worker from "../../src/worker.ts";
import type { Asked } from "./asked.ts";
import { decisionMicroseconds } from "./decisions.ts";
import { primitiveMicroseconds } from "./primitives.ts";

export { IdentityStore, RegionalKeyStore } from "../../src/worker.ts";

interface FloorEnv {
  readonly ECHO: DurableObjectNamespace<Echo>;
  readonly ROOT_KEYS: string;
}

/** What no service in an object can be faster than: one call, its text back. */
export class Echo extends DurableObject<FloorEnv> {
  echo(text: string): string {
    return text;
  }

  primitive(asked: Asked): Promise<number> {
    return primitiveMicroseconds(asked);
  }

  decisions(): Readonly<Record<string, number>> {
    return decisionMicroseconds(this.ctx.storage, this.env.ROOT_KEYS);
  }
}

export default {
  async fetch(request: Request, env: FloorEnv & Parameters<typeof worker.fetch>[1]): Promise<Response> {
    const path = request.url.slice(request.url.indexOf("/", "https://".length));
    if (path === "/bench/static") return new Response("ok");
    if (path === "/bench/body") return new Response(String((await request.text()).length));
    if (path === "/bench/floor") return new Response(await env.ECHO.getByName("echo").echo(await request.text()));
    if (path === "/bench/primitive")
      return new Response(String(await env.ECHO.getByName("echo").primitive((await request.json()) as Asked)));
    if (path === "/bench/decisions") return Response.json(await env.ECHO.getByName("decisions").decisions());
    return worker.fetch(request as Parameters<typeof worker.fetch>[0], env);
  },
};
