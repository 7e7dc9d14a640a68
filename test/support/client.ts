// Clients of the Worker under test: the real SDK, and raw requests signed by hand for what the SDK refuses to send.

import { exports } from "cloudflare:workers";
import { KMSClient } from "@aws-sdk/client-kms";
import { AwsClient } from "aws4fetch";
import { accessKey } from "../../src/auth/credentials.ts";
import { parseRootKeys } from "../../src/crypto/root-keys.ts";
import { TEST_ROOT_KEYS } from "./root-keys.ts";

export const REGION = "us-east-1";
export const testRootKeys = parseRootKeys(TEST_ROOT_KEYS);

let accounts = 100_000_000_000;

/** An account that no other test of this file uses. */
export const newAccount = (): string => String(accounts++);

/** Makes an account exist, as its first signed request does: who names it elsewhere is understood then. */
export async function exist(account: string): Promise<string> {
  await raw("ListKeys", {}, { account });
  return account;
}

export const endpointOf = (region: string): string => `https://kms.${region}.edgekeep.test`;

interface Signer {
  readonly account?: string;
  readonly region?: string;
  readonly serial?: number;
  /** Of whoever signs in the place of the account's root. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The SDK, as an account's root. Its requests go straight into the Worker. */
export async function client({
  account = newAccount(),
  region = REGION,
  serial = 0,
  credentials,
}: Signer = {}): Promise<KMSClient & { account: string }> {
  const kms = new KMSClient({
    region,
    endpoint: endpointOf(region),
    credentials: credentials ?? (await accessKey(testRootKeys, account, serial)),
    maxAttempts: 1,
    requestHandler: { handle: async (request: unknown) => ({ response: await handOver(request as SdkRequest) }) },
  });
  return Object.assign(kms, { account });
}

interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

export async function handOver({ method, protocol, hostname, path, headers, body }: SdkRequest) {
  const response = await exports.default.fetch(`${protocol}//${hostname}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { statusCode: response.status, headers: Object.fromEntries(response.headers), body: bytes };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: Record<string, unknown>;
  readonly requestId: string | null;
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const json = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, text, json, requestId: response.headers.get("x-amzn-requestid") };
}

interface SignerOfHeaders extends Signer {
  readonly headers?: Record<string, string>;
}

/** Sends any body to any operation, well signed. */
export const raw = async (
  operation: string,
  body: string | Record<string, unknown>,
  signer: SignerOfHeaders = {},
): Promise<Answer> => answerOf(await responseTo(operation, body, signer));

/** The same for whoever wants to see the headers too. */
export const responseTo = async (
  operation: string,
  body: string | Record<string, unknown>,
  signer: SignerOfHeaders = {},
): Promise<Response> => (await signed(operation, body, signer))();

/** Signs a request. @returns what sends it, as often as it is called: signing costs more than the call. */
export async function signed(
  operation: string,
  body: string | Record<string, unknown>,
  { account = newAccount(), region = REGION, serial = 0, credentials, headers = {} }: SignerOfHeaders = {},
): Promise<() => Promise<Response>> {
  const { accessKeyId, secretAccessKey } = credentials ?? (await accessKey(testRootKeys, account, serial));
  const aws = new AwsClient({ accessKeyId, secretAccessKey, service: "kms", region, retries: 0 });
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const request = await aws.sign(endpointOf(region), {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `TrentService.${operation}`, ...headers },
    body: text,
  });
  // In a real request the platform adds the Host header that was signed.
  request.headers.set("host", new URL(request.url).host);
  return () => exports.default.fetch(request.url, { method: "POST", headers: request.headers, body: text });
}
