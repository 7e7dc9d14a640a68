// The fronts of IAM and STS before an IdentityStore that answers as a test wants, and requests for them, signed by hand.

import { env } from "cloudflare:workers";
import { accessKey } from "../../src/auth/credentials.ts";
import type { ObjectCall, Reply } from "../../src/durable/call.ts";
import type { Env } from "../../src/env.ts";
import { Front } from "../../src/front/front.ts";
import type { Effects } from "../../src/front/request.ts";
import { type Answer, answerOf, newAccount, testRootKeys } from "./client.ts";
import { amzDate, type Sent, signByHand } from "./sign-by-hand.ts";

export const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
export const FORM = "application/x-www-form-urlencoded; charset=utf-8";
export const BODY = "Action=ListUsers&Version=2010-05-08";
export const NAMESPACES = {
  iam: "https://iam.amazonaws.com/doc/2010-05-08/",
  sts: "https://sts.amazonaws.com/doc/2011-06-15/",
} as const;
export type Service = keyof typeof NAMESPACES;
export const SERVICES: readonly Service[] = ["iam", "sts"];

interface Call extends ObjectCall {
  readonly object: string;
  readonly method: string;
  readonly placed: readonly unknown[];
}

/** All fronts with their own clock and log, before an IdentityStore that keeps what it is called with; no store of KMS is there. */
export function setUp({
  vars = {},
  reply = () => "<done/>" as Reply,
}: {
  vars?: Partial<Env>;
  reply?: (turn: number) => Reply;
} = {}) {
  const calls: Call[] = [];
  const lines: Readonly<Record<string, unknown>>[] = [];
  const clock = { now: NOW };
  const IDENTITY_STORE = {
    getByName: (object: string, ...placed: unknown[]) => {
      const method = (name: string) => async (call: ObjectCall) => reply(calls.push({ ...call, object, method: name, placed }));
      return { iam: method("iam"), sts: method("sts") };
    },
  };
  const effects: Effects = { now: () => clock.now, uuid: () => "a request id", log: (line) => lines.push(line) };
  const front = new Front({ ...env, IDENTITY_STORE, REGIONAL_KEY_STORE: undefined, ...vars } as unknown as Env, effects);
  const answer = async (request: Request): Promise<Answer & { readonly type: string | null }> => {
    const response = await front.call(request);
    return { ...(await answerOf(response)), type: response.headers.get("content-type") };
  };
  return { answer, calls, lines, clock };
}

export const toRequest = ({ url, method, headers, body }: Sent, cf: object = {}): Request =>
  new Request(url, { method, headers, ...(method === "GET" || method === "HEAD" ? {} : { body }), cf } as RequestInit);

interface Made {
  readonly account?: string;
  readonly serial?: number;
  readonly scope?: Readonly<Record<string, string>>;
  /** Names of the headers that are signed; all without it. */
  readonly signed?: readonly string[];
}

/** A request that is right but for what is said here. */
export async function made(
  service: Service,
  over: Partial<Sent> = {},
  { account = newAccount(), serial = 0, scope, signed }: Made = {},
) {
  const url = over.url ?? `https://${service}.amazonaws.com/`;
  const headers = { host: new URL(url).host, "x-amz-date": amzDate(NOW), "content-type": FORM, ...over.headers };
  const credentials = await accessKey(testRootKeys, account, serial);
  const how = { credentials, scope: { service, ...scope }, ...(signed === undefined ? {} : { signed }) };
  return signByHand({ url, method: "POST", body: BODY, ...over, headers }, how);
}

export const withHeaders = (sent: Sent, change: (headers: Record<string, string>) => void): Sent => {
  const headers = { ...sent.headers };
  change(headers);
  return { ...sent, headers };
};

export const refusedAs = (service: Service, code: string, message: string, type = "Sender") =>
  `<ErrorResponse xmlns="${NAMESPACES[service]}"><Error><Type>${type}</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>a request id</RequestId></ErrorResponse>`;
