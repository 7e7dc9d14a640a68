// Signatures that are refused: out of their time, sent otherwise than signed, in the query.

import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { AwsClient } from "aws4fetch";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accessKey } from "../../src/auth/credentials.ts";
import { altered, isRefused, made, send } from "../support/calls-by-hand.ts";
import { type Answer, endpointOf, newAccount, REGION, testRootKeys } from "../support/client.ts";
import { eventsOf } from "../support/records.ts";
import { amzDate, hash, type Sent } from "../support/sign-by-hand.ts";
import { inStore } from "../support/store.ts";

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const [BODY_HASH, OTHER_HASH] = await Promise.all([hash("{}"), hash("{ }")]);

const idOf = (account: string) => String(env.REGIONAL_KEY_STORE.idFromName(`${account}/${REGION}`));
const objects = async (): Promise<string[]> => (await listDurableObjectIds(env.REGIONAL_KEY_STORE)).map(String);

/** The tables that a store has made for itself. */
const tablesOf = (account: string): Promise<string[]> =>
  inStore(account, (_, { storage }) =>
    storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .toArray()
      .map(({ name }) => name)
      .filter((name) => !name.startsWith("_cf_")),
  );

const resigned = (sent: Sent, change: (signature: string) => string): Sent =>
  altered(sent, { authorization: sent.headers["authorization"]?.replace(/(?<=Signature=).*/, change) });

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {}); // a line a refusal
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("the clock", () => {
  const MINUTES = 5 * 60_000;
  /** A whole second of now, at which the clock stands. */
  const stop = (): number => {
    const now = Math.ceil(Date.now() / 1000) * 1000;
    vi.useFakeTimers({ toFake: ["Date"], now });
    return now;
  };

  it.each([-MINUTES, MINUTES])("may be %i ms away, to the second", async (away) => {
    const now = stop();
    expect(await send(await made({ headers: { "x-amz-date": amzDate(now + away) } }))).toMatchObject({ status: 200 });
  });

  it("may not be a second more behind", async () => {
    const now = stop();
    const signedAt = amzDate(now - MINUTES - 1000);
    const message = `Signature expired: ${signedAt} is now earlier than ${amzDate(now - MINUTES)} (${amzDate(now)} - 5 min.)`;
    isRefused(await send(await made({ headers: { "x-amz-date": signedAt } })), "InvalidSignatureException", message);
  });

  it("may not be a second more ahead", async () => {
    const now = stop();
    const signedAt = amzDate(now + MINUTES + 1000);
    const message = `Signature not yet current: ${signedAt} is still later than ${amzDate(now + MINUTES)} (${amzDate(now)} + 5 min.)`;
    isRefused(await send(await made({ headers: { "x-amz-date": signedAt } })), "InvalidSignatureException", message);
  });
});

describe("what was signed and is sent otherwise does not verify:", () => {
  const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values);
  it.each([
    ["the body", (sent: Sent) => ({ ...sent, body: '{"Limit":1}' })],
    ["a space in the body", (sent: Sent) => ({ ...sent, body: "{ }" })],
    ["the target", (sent: Sent) => altered(sent, { "x-amz-target": "TrentService.ScheduleKeyDeletion" })],
    ["the content type", (sent: Sent) => altered(sent, { "content-type": "application/json" })],
    ["the method", (sent: Sent) => ({ ...sent, method: "PUT" })],
    ["the path", (sent: Sent) => ({ ...sent, url: `${sent.url}keys` })],
    ["the query", (sent: Sent) => ({ ...sent, url: `${sent.url}?a=b` })],
    ["the time", (sent: Sent) => altered(sent, { "x-amz-date": amzDate(Date.now() + 1000) })],
    ["the signature", (sent: Sent) => resigned(sent, () => "0".repeat(64))],
    ["half of the signature", (sent: Sent) => resigned(sent, (signature) => signature.slice(0, 32))],
    ["a signature with more behind it", (sent: Sent) => resigned(sent, (signature) => `${signature}00`)],
    ["the signature in capitals", (sent: Sent) => resigned(sent, (signature) => signature.toUpperCase())],
    ["a signature that is no number", (sent: Sent) => resigned(sent, (signature) => `${signature.slice(1)}g`)],
  ])("%s", async (_, alter) => {
    isRefused(await send(alter(await made())), "InvalidSignatureException", MISMATCH);
  });

  it("another's secret", async () => {
    const [mine, yours] = await Promise.all([accessKey(testRootKeys, newAccount(), 0), accessKey(testRootKeys, newAccount(), 0)]);
    const sent = await made({ credentials: { ...mine, secretAccessKey: yours.secretAccessKey } });
    isRefused(await send(sent), "InvalidSignatureException", MISMATCH);
  });

  it("another Region's scope", async () => {
    const sent = await made({ url: "https://edgekeep.test/" });
    const authorization = sent.headers["authorization"]?.replace("us-east-1", "us-west-2");
    isRefused(await send(altered(sent, { authorization })), "InvalidSignatureException", MISMATCH);
  });

  it.each([
    ["another hash", OTHER_HASH],
    ["UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD"],
    ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"],
    ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"],
    ["the right hash in capitals", BODY_HASH.toUpperCase()],
  ])("x-amz-content-sha256: %s", async (_, payload) => {
    isRefused(await send(await made({ headers: { "x-amz-content-sha256": payload } })), "InvalidSignatureException", MISMATCH);
  });

  it.each([
    ["is not UTF-8", bytes(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
    ["begins with a byte order mark", bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d)],
  ])("a body that %s, though its bytes were signed", async (_, body) => {
    isRefused(await send(await made({ body })), "InvalidSignatureException", MISMATCH);
  });
});

describe("a signature in the query is refused", () => {
  const presigned = async (headers: Record<string, string>): Promise<Answer> => {
    const { accessKeyId, secretAccessKey } = await accessKey(testRootKeys, newAccount(), 0);
    const signer = new AwsClient({ accessKeyId, secretAccessKey, service: "kms", region: REGION });
    const url = `${endpointOf(REGION)}/?Action=ListKeys`;
    const { url: signedUrl } = await signer.sign(url, {
      method: "POST",
      headers: { "x-amz-target": "TrentService.ListKeys" },
      body: "{}",
      aws: { signQuery: true, allHeaders: true },
    });
    return send({ url: signedUrl, method: "POST", headers: { "x-amz-target": "TrentService.ListKeys", ...headers }, body: "{}" });
  };

  it("alone", async () => {
    isRefused(await presigned({}), "IncompleteSignatureException", "Signatures in the query string are not accepted here.");
  });

  it("beside one in the header", async () => {
    const { headers } = await made();
    const text = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
    isRefused(await presigned(headers), "InvalidSignatureException", text);
  });
});

describe("what is refused before it has a caller leaves no trace:", () => {
  it.each([
    ["a wrong signature", (sent: Sent) => ({ ...sent, body: "{ }" })],
    ["no signature", (sent: Sent) => altered(sent, { authorization: undefined })],
    ["a signature of last week", (sent: Sent) => altered(sent, { "x-amz-date": amzDate(Date.now() - 7 * 86_400_000) })],
    ["plain http", (sent: Sent) => ({ ...sent, url: sent.url.replace("https:", "http:") })],
    ["a body that is too large", (sent: Sent) => ({ ...sent, body: "a".repeat(1024 * 1024 + 1) })],
  ])("%s", async (_, alter) => {
    const account = newAccount();
    expect((await send(alter(await made({ account })))).status).toBeGreaterThanOrEqual(400);
    expect(await objects()).not.toContain(idOf(account));
    expect(await tablesOf(account)).toEqual([]);
    expect((await send(await made({ account }))).status).toBe(200);
    expect(await objects()).toContain(idOf(account));
    expect(await tablesOf(account)).toContain("outbox");
    expect(await eventsOf(account)).toMatchObject([{ eventName: "ListKeys" }]);
  });
});

it("plain http is refused, however well it is signed", async () => {
  const answer = await send(await made({ url: `http://kms.${REGION}.edgekeep.test/` }));
  expect(answer).toMatchObject({
    status: 400,
    json: { __type: "AccessDeniedException", Message: "Requests must be made over HTTPS." },
  });
});
