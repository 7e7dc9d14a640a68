// KMS over HTTP: authenticate, call the caller's own object, print its answer. Keeps no state, runs anywhere.

import { canonicalPath } from "../auth/sigv4.ts";
import type { Env } from "../env.ts";
import type { Outcome } from "../wire/api-error.ts";
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
    const { status, type, body, requestId } = await this.#outcome(request, id).catch((cause) => this.#refused(cause, id));
    return new Response(body, { status, headers: { "content-type": type, "x-amzn-requestid": requestId } });
  }

  async #outcome(request: Request, requestId: string): Promise<Outcome> {
    const parts = partsOf(request.url);
    requireSecure(parts, this.#env);
    const { authenticator, passports } = this.#trust();
    const claimant = await authenticator.identify({ ...parts, ...requestHead(request) }, this.#effects.now());
    const body = await readBody(request);
    const receivedAt = this.#effects.now();
    const caller = await authenticator.verify(claimant, body, receivedAt);
    const { headers } = claimant.claim; // what was signed of them
    const isCall = request.method === "POST" && canonicalPath(parts.path) === "/"; // the path that was signed
    const name = isCall ? operationName(headers.get("x-amz-target") ?? null) : "";
    const source = { ...sourceOf(request, this.#env), host: headers.get("host") ?? "" };
    return callKeyStore(this.#env, passports, caller, { name, body, requestId, receivedAt, ...source });
  }

  /** What was refused here has no record, as with AWS; its reason is logged. */
  #refused(cause: unknown, requestId: string): Outcome {
    const refusal = refusalOf(cause, requestId, this.#effects.log);
    if (refusal === cause) this.#effects.log({ event: "refused", requestId, code: refusal.code });
    return awsJson.failure(refusal, requestId);
  }
}

const requestHead = ({ method, headers }: Request) => ({ method, headers });
