// Signatures through the Worker: who signs as AWS's clients do is served; every other request is refused in AWS's order and words, and
// leaves no trace.

import { listDurableObjectIds } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { ListKeysCommand } from "@aws-sdk/client-kms";
import { SignatureV4 } from "@smithy/signature-v4";
import { AwsClient } from "aws4fetch";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accessKey } from "../../src/auth/credentials.ts";
import { parseRootKeys } from "../../src/crypto/root-keys.ts";
import { altered, isRefused, JSON_TYPE, made, send } from "../support/calls-by-hand.ts";
import { type Answer, answerOf, client, endpointOf, newAccount, REGION, testRootKeys } from "../support/client.ts";
import { eventsOf } from "../support/records.ts";
import { OLDER_ROOT_KEYS } from "../support/root-keys.ts";
import { Sha256 } from "../support/sha256.ts";
import { amzDate, hash, type Sent } from "../support/sign-by-hand.ts";
import { inStore } from "../support/store.ts";

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const INVALID_TOKEN = "The security token included in the request is invalid.";
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

describe("a signer that is not ours is understood:", () => {
  it("the AWS SDK", async () => {
    expect((await (await client()).send(new ListKeysCommand({}))).Keys).toEqual([]);
  });

  it("@smithy/signature-v4", async () => {
    const credentials = await accessKey(testRootKeys, newAccount(), 0);
    const signer = new SignatureV4({ credentials, region: REGION, service: "kms", sha256: Sha256 });
    const url = new URL(endpointOf(REGION));
    const headers = { "content-type": JSON_TYPE, host: url.host, "x-amz-target": "TrentService.ListKeys" };
    const request = { method: "POST", protocol: "https:", hostname: url.host, path: "/", query: {}, headers, body: "{}" };
    const sent = await signer.sign(request);
    expect(await send({ url: `${url}`, method: "POST", headers: sent.headers, body: "{}" })).toMatchObject({ status: 200 });
  });

  it("aws4fetch", async () => {
    const { accessKeyId, secretAccessKey } = await accessKey(testRootKeys, newAccount(), 0);
    const signer = new AwsClient({ accessKeyId, secretAccessKey, service: "kms", region: REGION });
    const headers = { "content-type": JSON_TYPE, "x-amz-target": "TrentService.ListKeys" };
    const sent = await signer.sign(endpointOf(REGION), { method: "POST", headers, body: "{}" });
    sent.headers.set("host", new URL(sent.url).host); // the platform's, in a real request
    expect(await answerOf(await exports.default.fetch(sent))).toMatchObject({ status: 200 });
  });
});

describe("what real clients sign is enough:", () => {
  const sdk = { "amz-sdk-invocation-id": crypto.randomUUID(), "amz-sdk-request": "attempt=1; max=3" };
  const browser = { "x-amz-user-agent": "aws-sdk-js/3.1163.0", "user-agent": "aws-sdk-js/3.1163.0 ua/2.1 os/linux" };

  it.each([
    [
      "botocore, AWS CLI",
      "content-type;host;x-amz-date;x-amz-target",
      { ...sdk, "content-length": "2", "accept-encoding": "identity" },
    ],
    [
      "JS v3",
      "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target;x-amz-user-agent",
      { ...sdk, ...browser, "content-length": "2", "x-amz-content-sha256": BODY_HASH },
    ],
    [
      "Go v2",
      "amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;x-amz-date;x-amz-target",
      { ...sdk, "content-length": "2", "accept-encoding": "gzip" },
    ],
    [
      "Ruby v3",
      "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target",
      { "content-length": "2", accept: "*/*", "x-amz-content-sha256": BODY_HASH },
    ],
    ["libmongocrypt", "content-length;content-type;host;x-amz-date;x-amz-target", { "content-length": "2", connection: "close" }],
    ["curl --aws-sigv4", "host;x-amz-date;x-amz-target", { "content-length": "2", accept: "*/*" }],
  ])("%s", async (_, signed, headers) => {
    expect(await send(await made({ signed: signed.split(";"), headers }))).toMatchObject({ status: 200, json: { Keys: [] } });
  });

  it("a Host without the port, or with it", async () => {
    const url = `https://kms.${REGION}.edgekeep.test:8787/`;
    for (const host of [`kms.${REGION}.edgekeep.test`, `kms.${REGION}.edgekeep.test:8787`])
      expect(await send(await made({ url, headers: { host } }))).toMatchObject({ status: 200 });
  });

  it("a Date without X-Amz-Date, in HTTP's format or the basic one", async () => {
    for (const date of [new Date().toUTCString(), amzDate(Date.now())])
      expect(await send(await made({ headers: { date } }))).toMatchObject({ status: 200 });
  });

  it("a signed Content-Length whose body then travels in chunks", async () => {
    const { url, headers } = altered(await made({ headers: { "content-length": "2" } }), { "content-length": undefined });
    const body = new ReadableStream({
      start(controller) {
        for (const part of ["{", "}"]) controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    });
    expect((await exports.default.fetch(url, { method: "POST", headers, body })).status).toBe(200);
    const wrong = altered(await made({ headers: { "content-length": "3" } }), { "content-length": undefined });
    isRefused(await send(wrong), "InvalidSignatureException", MISMATCH);
  });
});

describe("what is not there is told:", () => {
  it("no signature", async () => {
    isRefused(
      await send(altered(await made(), { authorization: undefined })),
      "MissingAuthenticationTokenException",
      "Missing Authentication Token",
    );
  });

  const needed = (name: string): string => `Authorization header requires '${name}' parameter. `;
  it.each([
    ["Credential", /Credential=[^,]+, /, {}, needed("Credential")],
    ["SignedHeaders", /SignedHeaders=[^,]+, /, {}, needed("SignedHeaders")],
    ["Signature", /, Signature=.*/, {}, needed("Signature")],
    ["all three", / .*/, {}, needed("Credential") + needed("Signature") + needed("SignedHeaders")],
    [
      "the date",
      /$/,
      { "x-amz-date": undefined },
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
    ],
  ])("%s", async (_, missing, headers, text) => {
    const { authorization = "", ...sent } = (await made()).headers;
    const rest = authorization.replace(missing, "");
    const shown = (await hash(rest)).replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)));
    const message = `${text}(Hashed with SHA-256 and encoded with Base64) Authorization=${btoa(shown)}`;
    const request = altered({ ...(await made()), headers: { ...sent, authorization: rest } }, headers);
    isRefused(await send(request), "IncompleteSignatureException", message);
  });
});

describe("what counts and is not signed makes a signature incomplete:", () => {
  const unsigned = (name: string): string => `${name} must be a 'SignedHeader' in the AWS Authorization.`;
  it.each([
    ["host", "content-type;x-amz-date;x-amz-target", {}, unsigned("'Host' or ':authority'")],
    ["x-amz-target", "host;x-amz-date", {}, unsigned("'x-amz-target'")],
    ["x-amz-date", "host;x-amz-target", {}, unsigned("'x-amz-date'")],
    ["date", "host;x-amz-target", { date: new Date().toUTCString() }, unsigned("'date'")],
    [
      "x-amz-content-sha256",
      "host;x-amz-date;x-amz-target",
      { "x-amz-content-sha256": BODY_HASH },
      unsigned("'x-amz-content-sha256'"),
    ],
    [
      "x-amz-security-token",
      "host;x-amz-date;x-amz-target",
      { "x-amz-security-token": "token" },
      unsigned("'x-amz-security-token'"),
    ],
  ])("%s", async (_, signed, headers, message) => {
    isRefused(await send(await made({ signed: signed.split(";"), headers })), "IncompleteSignatureException", message);
  });

  it("a header that is named and not sent", async () => {
    const sent = await made({ signed: ["host", "x-absent", "x-amz-date", "x-amz-target"] });
    isRefused(await send(sent), "IncompleteSignatureException", "A header named in 'SignedHeaders' is missing.");
  });

  it.each(["x-amz-target", "x-amz-security-token", "x-amz-content-sha256", "host"])("%s sent twice", async (name) => {
    const sent = await made({ headers: { [name]: "TrentService.DescribeKey, TrentService.ScheduleKeyDeletion" } });
    isRefused(await send(sent), "IncompleteSignatureException", `'${name}' must be given once.`);
  });

  it("x-amz-date sent twice", async () => {
    const text = `${amzDate(Date.now())}, ${amzDate(Date.now())}`;
    const message = `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`;
    isRefused(await send(altered(await made(), { "x-amz-date": text })), "IncompleteSignatureException", message);
  });
});

describe("a scope that is not ours:", () => {
  const yesterday = amzDate(Date.now() - 86_400_000).slice(0, 8);
  it.each([
    ["another Region's name", { region: "us-moon-1" }, () => "Credential should be scoped to a valid region. "],
    ["another service", { service: "s3" }, () => "Credential should be scoped to correct service: 'kms'. "],
    [
      "another terminator",
      { terminator: "aws5_request" },
      () => "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
    ],
    [
      "another day",
      { date: yesterday },
      (at: string) =>
        `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${yesterday}' != '${at.slice(0, 8)}', from '${at}'. `,
    ],
  ] as const)("%s", async (_, scope, text) => {
    const sent = await made({ scope });
    isRefused(await send(sent), "InvalidSignatureException", text(sent.headers["x-amz-date"] ?? ""));
  });

  it("a Region that the host's name contradicts", async () => {
    const sent = await made({ url: `${endpointOf("eu-central-1")}/`, scope: { region: "us-east-1" } });
    isRefused(await send(sent), "InvalidSignatureException", "Credential should be scoped to a valid region. ");
  });
});

describe("an access key", () => {
  it.each([
    ["that was made up", "AKIAIOSFODNN7EXAMPLE", {}],
    ["of a session", "ASIAIOSFODNN7EXAMPLE", { "x-amz-security-token": "FwoGZXIvYXdzEXAMPLE" }],
    ["of a session, without its token", "ASIAIOSFODNN7EXAMPLE", {}],
  ])("%s is unknown", async (_, accessKeyId, headers) => {
    const sent = await made({ credentials: { accessKeyId, secretAccessKey: "wJalrXUtnFEMI" }, headers });
    isRefused(await send(sent), "UnrecognizedClientException", INVALID_TOKEN);
  });

  it("of a root key version that signs nobody in is unknown", async () => {
    const credentials = await accessKey(parseRootKeys(OLDER_ROOT_KEYS), newAccount(), 0);
    isRefused(await send(await made({ credentials })), "UnrecognizedClientException", INVALID_TOKEN);
  });

  it("of the long term with a session token is unknown, and was not a call before", async () => {
    const account = newAccount();
    expect(await send(await made({ account }))).toMatchObject({ status: 200 });
    const sent = await made({ account, headers: { "x-amz-security-token": "FwoGZXIvYXdzEXAMPLE" } });
    isRefused(await send(sent), "UnrecognizedClientException", INVALID_TOKEN);
  });

  it("that is not active, with a right signature, is unknown too, and this is recorded", async () => {
    const account = newAccount();
    const credentials = await accessKey(testRootKeys, account, 1);
    const answer = await send(await made({ credentials }));
    isRefused(answer, "UnrecognizedClientException", INVALID_TOKEN);
    expect(await eventsOf(account)).toMatchObject([
      {
        eventName: "ListKeys",
        errorCode: "UnrecognizedClientException",
        requestID: answer.requestId,
        userIdentity: { accessKeyId: credentials.accessKeyId, accountId: account },
      },
    ]);
  });
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
