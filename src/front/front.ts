// Everything that comes in by HTTP: which service a request is for, and what every answer has, whoever gave it.

import type { Env } from "../env.ts";
import { parseOrigins } from "../wire/origins.ts";
import { Cors } from "./cors.ts";
import { IAM, STS } from "./iam.ts";
import { KMS } from "./kms.ts";
import type { Effects } from "./request.ts";
import { ServiceFront } from "./service.ts";
import { refuseService, serviceOf } from "./unserved.ts";

/** What is served. */
const SERVICES = [KMS, IAM, STS];

export class Front {
  readonly #effects: Effects;
  readonly #fronts: ReadonlyMap<string, ServiceFront>;
  readonly #cors: Cors;
  readonly #isLoopback: boolean;

  constructor(env: Env, effects: Effects) {
    this.#effects = effects;
    this.#fronts = new Map(SERVICES.map((service) => [service.name, new ServiceFront(service, env, effects)]));
    this.#cors = new Cors(originsOf(env, effects));
    this.#isLoopback = env.LOOPBACK === "on";
  }

  /** Answers a call: by its service, or by a refusal in the form of the service that it is for. Never throws. */
  call(request: Request): Promise<Response> {
    const service = serviceOf(request);
    const front = this.#fronts.get(service);
    if (front !== undefined) return front.answer(request);
    const requestId = this.#effects.uuid();
    this.#effects.log({ event: "refused", requestId, code: "UnsupportedOperation", service });
    return Promise.resolve(refuseService(request, service, requestId));
  }

  /** @returns the answer to a browser's preflight request; undefined for every other request. */
  preflight(request: Request): Response | undefined {
    return this.#cors.preflight(request);
  }

  /** Adds what every answer has. On Cloudflare the edge adds the Date (RFC 9110 §6.6.1), by which clients correct their clocks. */
  finished(request: Request, answer: Response): Response {
    if (this.#isLoopback) answer.headers.set("date", new Date(this.#effects.now()).toUTCString());
    this.#cors.share(request, answer);
    return answer;
  }
}

/** A variable that cannot be read shares nothing, and the log says why: calls that need no sharing go on. */
function originsOf({ CORS_ORIGINS }: Env, { log }: Effects): ReadonlySet<string> {
  try {
    return parseOrigins(CORS_ORIGINS);
  } catch (cause) {
    log({ event: "CORS_ORIGINS refused", message: cause instanceof Error ? cause.message : "unknown" });
    return new Set();
  }
}
