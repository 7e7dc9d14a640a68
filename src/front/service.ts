// A service over HTTP: authenticate, call the caller's own object, print its answer. Keeps no state, runs anywhere.

import { canonicalPath } from "../auth/canonical.ts";
import type { ObjectCall } from "../durable/call.ts";
import type { Env } from "../env.ts";
import type { Answer, Outcome, Protocol } from "../wire/api-error.ts";
import { refusalOf } from "../wire/unknown-error.ts";
import type { Caller } from "./authenticate.ts";
import { readBody } from "./body.ts";
import { type Effects, partsOf, requireSecure, sourceOf } from "./request.ts";
import { type Trust, trustOf } from "./trust.ts";

/** What one service's front is. */
export interface Service {
  /** As credential scopes and hosts have it. */
  readonly name: string;
  readonly protocol: Protocol;
  /** Whether it is signed for a Region. */
  readonly isRegion: (name: string) => boolean;
  /** Whether a POST to / is a call, by its headers. What is none goes on without name and body, for the object to refuse. */
  isCall(sent: Headers): boolean;
  /** The operation that the headers name, of which all that count are signed; "" where they name none. */
  operationName(headers: ReadonlyMap<string, string>): string;
  /** Calls the caller's own object. */
  call(env: Env, passports: Trust["passports"], caller: Caller, call: Omit<ObjectCall, "passport">): Promise<Answer>;
}

export class ServiceFront {
  readonly #service: Service;
  readonly #env: Env;
  readonly #effects: Effects;
  readonly #trust: () => Trust;

  constructor(service: Service, env: Env, effects: Effects) {
    this.#service = service;
    this.#env = env;
    this.#effects = effects;
    this.#trust = trustOf(env, service);
  }

  /** Answers one request. Never throws. */
  async answer(request: Request): Promise<Response> {
    const id = this.#effects.uuid();
    const answer = await this.#call(request, id).catch((cause) => this.#refused(cause, id));
    const { status, type, body, requestId } = typeof answer === "string" ? this.#done(answer, id) : answer;
    return new Response(body, { status, headers: { "content-type": type, "x-amzn-requestid": requestId } });
  }

  async #call(request: Request, requestId: string): Promise<Answer> {
    const parts = partsOf(request.url);
    requireSecure(parts, this.#env);
    const { authenticator, passports } = this.#trust();
    const { method, headers: sent } = request;
    const { path, query } = parts;
    const claimant = await authenticator.identify({ method, path, query, headers: sent }, this.#effects.now());
    const body = await readBody(request);
    const receivedAt = this.#effects.now();
    const caller = await authenticator.verify(claimant, body, receivedAt);
    const { headers } = claimant.claim; // what was signed of them
    const service = this.#service;
    const isCall = method === "POST" && canonicalPath(path) === "/" && service.isCall(sent); // the path that was signed
    const name = isCall ? service.operationName(headers) : "";
    const host = headers.get("host") ?? "";
    const call = { name, body: isCall ? body : "", requestId, receivedAt, host, ...sourceOf(request, parts, this.#env) };
    return service.call(this.#env, passports, caller, call);
  }

  /** What was refused here has no record, as with AWS; its reason is logged. */
  #refused(cause: unknown, requestId: string): Outcome {
    const refusal = refusalOf(cause, requestId, this.#effects.log);
    if (refusal === cause) this.#effects.log({ event: "refused", requestId, code: refusal.code });
    return this.#service.protocol.failure(refusal, requestId);
  }

  #done(body: string, requestId: string): Outcome {
    return { status: 200, type: this.#service.protocol.type, body, requestId };
  }
}
