// KMS over HTTP: authenticate, call the caller's own object, print its answer. Keeps no state, runs anywhere.

import { canonicalPath } from "../auth/canonical.ts";
import type { Env } from "../env.ts";
import type { Answer, Outcome } from "../wire/api-error.ts";
import { awsJson, operationName } from "../wire/aws-json.ts";
import { refusalOf } from "../wire/unknown-error.ts";
import { readBody } from "./body.ts";
import { callKeyStore } from "./objects.ts";
import { type Effects, partsOf, requireSecure, sourceOf } from "./request.ts";
import { trustOf } from "./trust.ts";

export class KmsFront {
  readonly #env: Env;
  readonly #effects: Effects;
  readonly #trust: ReturnType<typeof trustOf>;

  constructor(env: Env, effects: Effects) {
    this.#env = env;
    this.#effects = effects;
    this.#trust = trustOf(env, "kms");
  }

  /** Answers one request. Never throws. */
  async answer(request: Request): Promise<Response> {
    const id = this.#effects.uuid();
    const answer = await this.#call(request, id).catch((cause) => this.#refused(cause, id));
    const { status, type, body, requestId } = typeof answer === "string" ? done(answer, id) : answer;
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
    const isCall = method === "POST" && canonicalPath(path) === "/"; // the path that was signed
    const name = isCall ? operationName(headers.get("x-amz-target") ?? null) : "";
    const host = headers.get("host") ?? "";
    const call = { name, body, requestId, receivedAt, host, ...sourceOf(request, parts, this.#env) };
    return callKeyStore(this.#env, passports, caller, call);
  }

  /** What was refused here has no record, as with AWS; its reason is logged. */
  #refused(cause: unknown, requestId: string): Outcome {
    const refusal = refusalOf(cause, requestId, this.#effects.log);
    if (refusal === cause) this.#effects.log({ event: "refused", requestId, code: refusal.code });
    return awsJson.failure(refusal, requestId);
  }
}

const done = (body: string, requestId: string): Outcome => ({ status: 200, type: awsJson.type, body, requestId });
