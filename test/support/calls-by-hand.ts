// Calls of the Worker signed by hand: right but for what a test wants to be wrong.

import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import { accessKey } from "../../src/auth/credentials.ts";
import { type Answer, answerOf, endpointOf, newAccount, REGION, testRootKeys } from "./client.ts";
import { amzDate, type Credentials, type Sent, signByHand } from "./sign-by-hand.ts";

export const JSON_TYPE = "application/x-amz-json-1.1";

/** What of a right request is otherwise. */
interface Over {
  readonly account?: string;
  readonly credentials?: Credentials;
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Sent["body"];
  /** Of the headers that every call has, those that this one lacks. */
  readonly without?: readonly string[];
  /** The headers to sign; all without it. */
  readonly signed?: readonly string[];
  readonly scope?: Readonly<Partial<Record<"date" | "region" | "service" | "terminator", string>>>;
}

/** A right request but for what is said here. */
export async function made({
  account = newAccount(),
  method = "POST",
  url = `${endpointOf(REGION)}/`,
  body = "{}",
  ...over
}: Over = {}): Promise<Sent> {
  const { headers = {}, credentials = await accessKey(testRootKeys, account, 0), signed, scope = {}, without = [] } = over;
  const dated = "date" in headers ? {} : { "x-amz-date": amzDate(Date.now()) };
  const standard = { "content-type": JSON_TYPE, host: new URL(url).host, "x-amz-target": "TrentService.ListKeys", ...dated };
  const sent = Object.entries({ ...standard, ...headers }).filter(([name]) => !without.includes(name));
  const request: Sent = { url, method, headers: Object.fromEntries(sent), body };
  return signByHand(request, { credentials, scope, ...(signed === undefined ? {} : { signed }) });
}

export async function send({ url, body, ...init }: Sent): Promise<Answer> {
  const isBare = init.method === "GET"; // fetch lets no GET have a body
  return answerOf(await exports.default.fetch(url, isBare ? init : { ...init, body }));
}

/** With other headers than were signed; undefined takes one away. */
export function altered(sent: Sent, headers: Record<string, string | undefined>): Sent {
  const pairs = Object.entries({ ...sent.headers, ...headers });
  return { ...sent, headers: Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== undefined)) };
}

export const isRefused = (answer: Answer, __type: string, message: string): void => {
  expect(answer.json).toEqual({ __type, message });
  expect(answer.status).toBe(400);
  expect(answer.requestId).toMatch(/^[0-9a-f-]{36}$/);
};
