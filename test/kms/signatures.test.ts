// Signatures through the Worker: who signs as AWS's clients do is served; every other request is refused in AWS's order and words, and
// leaves no trace.

import { exports } from "cloudflare:workers";
import { ListKeysCommand } from "@aws-sdk/client-kms";
import { SignatureV4 } from "@smithy/signature-v4";
import { AwsClient } from "aws4fetch";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accessKey } from "../../src/auth/credentials.ts";
import { parseRootKeys } from "../../src/crypto/root-keys.ts";
import { altered, isRefused, JSON_TYPE, made, send } from "../support/calls-by-hand.ts";
import { answerOf, client, endpointOf, newAccount, REGION, testRootKeys } from "../support/client.ts";
import { eventsOf } from "../support/records.ts";
import { OLDER_ROOT_KEYS } from "../support/root-keys.ts";
import { Sha256 } from "../support/sha256.ts";
import { amzDate, hash } from "../support/sign-by-hand.ts";

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const INVALID_TOKEN = "The security token included in the request is invalid.";

const BODY_HASH = await hash("{}");

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
