// KMS over HTTP: authenticate, find the caller's own object, call it, print its answer. Keeps no state, runs anywhere.

import { canonicalPath } from "../auth/sigv4.ts";
import { parseRootKeys } from "../crypto/root-keys.ts";
import type { ObjectCall, Reply } from "../durable/call.ts";
import type { Env } from "../env.ts";
import { rootArn } from "../wire/arn.ts";
import { failure, operationName } from "../wire/aws-json.ts";
import { KmsError, type Outcome } from "../wire/faults.ts";
import { namespaceOf, PARTITION, regionOf } from "../wire/regions.ts";
import { Authenticator, type Caller } from "./authenticate.ts";
import { readBody } from "./body.ts";
import { PassportOffice } from "./passports.ts";
import { partsOf } from "./request.ts";

export interface Effects {
  now(): number;
  /** A random UUID. */
  uuid(): string;
  log(line: Readonly<Record<string, unknown>>): void;
}

export class KmsFront {
  readonly #env: Env;
  readonly #effects: Effects;
  #trusted: { readonly authenticator: Authenticator; readonly passports: PassportOffice } | undefined;

  constructor(env: Env, effects: Effects) {
    this.#env = env;
    this.#effects = effects;
  }

  /** Answers one request. Never throws. */
  async answer(request: Request): Promise<Response> {
    const requestId = this.#effects.uuid();
    return encode(await this.#outcome(request, requestId).catch((cause) => this.#refused(cause, requestId)));
  }

  async #outcome(request: Request, requestId: string): Promise<Outcome> {
    const { secure, path, query } = partsOf(request.url);
    if (!secure) this.#requireLoopback();
    const { authenticator } = this.#trust();
    const head = { method: request.method, path, query, headers: request.headers };
    const claimant = await authenticator.identify(head, this.#effects.now());
    const body = await readBody(request);
    const receivedAt = this.#effects.now();
    const caller = await authenticator.verify(claimant, body, receivedAt);
    const { headers } = claimant.claim; // what was signed of them
    const isCall = request.method === "POST" && canonicalPath(path) === "/"; // the path that was signed
    const name = isCall ? operationName(headers.get("x-amz-target") ?? null) : "";
    return this.#call(caller, { name, body, requestId, receivedAt, host: headers.get("host") ?? "", ...this.#source(request) });
  }

  /** Made by the first request: root keys that cannot be read are an unknown error, logged and answered as any other. */
  #trust() {
    if (this.#trusted === undefined) {
      const rootKeys = parseRootKeys(this.#env.ROOT_KEYS);
      this.#trusted = { authenticator: new Authenticator(rootKeys, "kms"), passports: new PassportOffice(rootKeys) };
    }
    return this.#trusted;
  }

  /** Plain http is served on the loopback server alone. */
  #requireLoopback(): void {
    if (this.#env.LOOPBACK === "on") return;
    throw new KmsError("AccessDeniedException", "Requests must be made over HTTPS.");
  }

  #source({ headers, cf }: Request): Pick<ObjectCall, "sourceAddress" | "userAgent" | "tlsVersion" | "cipherSuite"> {
    const { tlsVersion, tlsCipher } = (cf ?? {}) as { tlsVersion?: string; tlsCipher?: string };
    const loopback = this.#env.LOOPBACK === "on";
    return {
      // On the loopback server a header of that name is the caller's own word.
      sourceAddress: loopback ? "127.0.0.1" : (headers.get("cf-connecting-ip") ?? ""),
      userAgent: headers.get("user-agent") ?? "",
      ...(loopback || tlsVersion === undefined ? {} : { tlsVersion }),
      ...(loopback || tlsCipher === undefined ? {} : { cipherSuite: tlsCipher }),
    };
  }

  /** Calls the caller's own object. A refused passport is made anew once: nothing has run then. No other call is repeated. */
  async #call(caller: Caller, call: Omit<ObjectCall, "passport">): Promise<Outcome> {
    const { account, accessKeyId, kind, region } = caller;
    const object = `${account}/${region}`;
    const principal = kind === "root" ? rootArn(PARTITION, account) : "";
    const bearer = { object, kind, account, principal, accessKeyId };
    for (const fresh of [false, true]) {
      const passport = await this.#trust().passports.passport(bearer, call.receivedAt, fresh);
      const reply = await this.#store(object, region).kms({ ...call, passport });
      if (reply !== "passport refused") return reply;
    }
    throw new Error(`the store ${object} refuses our passports`);
  }

  /** The one place that knows the stub's type: RPC's own typing loses the union. A stub belongs to its request. */
  #store(object: string, region: string): { kms(call: ObjectCall): Promise<Reply> } {
    const namespace = namespaceOf(this.#env.REGIONAL_KEY_STORE, region, this.#env.JURISDICTIONS);
    return namespace.getByName(object, { locationHint: regionOf(region).hint }) as unknown as {
      kms(call: ObjectCall): Promise<Reply>;
    };
  }

  /** An unknown error reaches the log, and the caller empty. What was refused here has no record, as with AWS; its reason is logged. */
  #refused(cause: unknown, requestId: string): Outcome {
    if (cause instanceof KmsError) {
      this.#effects.log({ event: "refused", requestId, code: cause.code });
      return failure(cause, requestId);
    }
    const { name, message, stack } = cause instanceof Error ? cause : new Error("unknown");
    this.#effects.log({ event: "unknown error", requestId, name, message, stack });
    return failure(new KmsError("KMSInternalException"), requestId);
  }
}

function encode({ status, type, body, requestId }: Outcome): Response {
  return new Response(body, { status, headers: { "content-type": type, "x-amzn-requestid": requestId } });
}
