// The wire: what stands in an answer, byte for byte, and what a request that names no operation, an unbuilt one or another Region gets.

import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OPERATIONS } from "../../src/kms/table.ts";
import { isRefused, JSON_TYPE, made, send } from "../support/calls-by-hand.ts";
import { answerOf, endpointOf, newAccount, REGION, raw } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { eventsOf } from "../support/records.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MIB = 1024 * 1024;

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {}); // a line a refusal
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The response itself, with its headers and its bytes. */
async function respond(operation: string, body: object, account: string) {
  const sent = await made({ account, headers: { "x-amz-target": `TrentService.${operation}` }, body: JSON.stringify(body) });
  const response = await exports.default.fetch(sent.url, sent);
  return { headers: Object.fromEntries(response.headers), status: response.status, text: (await answerOf(response)).text };
}

describe("an answer", () => {
  const account = newAccount();

  it("is 200, with a request id, AWS's content type, and few other headers", async () => {
    const { headers, status, text } = await respond("ListKeys", {}, account);
    expect(status).toBe(200);
    expect(headers).toEqual({
      "content-type": JSON_TYPE,
      "x-amzn-requestid": expect.stringMatching(UUID),
    });
    expect(JSON.parse(text)).toEqual({ Keys: [], Truncated: false });
  });

  it("has a request id of its own each time, which its record bears", async () => {
    const own = newAccount();
    const ids = [await raw("ListKeys", {}, { account: own }), await raw("Nope", {}, { account: own })].map(
      ({ requestId }) => requestId,
    );
    expect(new Set(ids).size).toBe(2);
    expect((await eventsOf(own)).map(({ requestID }) => requestID)).toEqual(ids);
  });

  it("of an operation without output is an empty body", async () => {
    const KeyId = await newKey(account);
    const { headers, status, text } = await respond("DisableKey", { KeyId }, account);
    expect([status, text]).toEqual([200, ""]);
    expect(headers).toMatchObject({
      "content-type": JSON_TYPE,
      "x-amzn-requestid": expect.stringMatching(UUID),
    });
  });

  it("has a time in seconds with milliseconds, and no member that is absent", async () => {
    const { text } = await respond("CreateKey", {}, account);
    expect(text).toMatch(/"CreationDate":\d{10}(?:\.\d{1,3})?[,}]/);
    expect(text).not.toContain("null");
  });

  it("has bytes in standard base64 with padding", async () => {
    const { text } = await respond("GenerateRandom", { NumberOfBytes: 32 }, account);
    expect(text).toMatch(/^\{"Plaintext":"[A-Za-z0-9+/]{43}="\}$/);
  });
});

describe("an error document", () => {
  it("is the bare name and the message, nothing else", async () => {
    const account = newAccount();
    const id = crypto.randomUUID();
    const { headers, status, text } = await respond("DescribeKey", { KeyId: id }, account);
    expect(text).toBe(
      `{"__type":"NotFoundException","message":"Key 'arn:aws:kms:${REGION}:${account}:key/${id}' does not exist"}`,
    );
    expect(status).toBe(400);
    expect(headers).toEqual({
      "content-type": JSON_TYPE,
      "x-amzn-requestid": expect.stringMatching(UUID),
    });
  });

  it("has no message where there is no text", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    expect((await respond("Decrypt", { KeyId, CiphertextBlob: "AAAA" }, account)).text).toBe(
      '{"__type":"InvalidCiphertextException"}',
    );
    expect((await respond("Nope", {}, account)).text).toBe('{"__type":"UnknownOperationException"}');
    expect((await raw("ListKeys", "{", { account })).text).toBe('{"__type":"SerializationException"}');
  });

  it("of AccessDeniedException alone has a capital Message", async () => {
    const [account, other] = [newAccount(), newAccount()];
    const KeyId = `arn:aws:kms:${REGION}:${other}:key/${crypto.randomUUID()}`;
    const { json, status } = await raw("DescribeKey", { KeyId }, { account });
    expect(Object.keys(json)).toEqual(["__type", "Message"]);
    expect(json["__type"]).toBe("AccessDeniedException");
    expect(status).toBe(400);
  });

  it("keeps what a caller wrote as JSON text, whatever it is", async () => {
    const KeyId = "\"'<é\u2028\\\u0000";
    const { json, text } = await raw("DescribeKey", { KeyId });
    expect(json).toMatchObject({ __type: "NotFoundException", message: `Invalid keyId '${KeyId}'` });
    expect(JSON.parse(text)).toEqual(json);
  });
});

describe("what names no operation is UnknownOperationException, and recorded:", () => {
  it.each([
    ["an operation that is none", "POST", "/", "TrentService.Nope"],
    ["another service's target", "POST", "/", "DynamoDB_20120810.ListKeys"],
    ["a prefix in other letters", "POST", "/", "trentservice.ListKeys"],
    ["an operation in other letters", "POST", "/", "TrentService.listKeys"],
    ["a name with a space behind a letter", "POST", "/", "TrentService.List Keys"],
    ["a name with more before it", "POST", "/", "TrentService.TrentService.ListKeys"],
    ["no name", "POST", "/", "TrentService."],
    ["no prefix", "POST", "/", "ListKeys"],
    ["constructor", "POST", "/", "TrentService.constructor"],
    ["__proto__", "POST", "/", "TrentService.__proto__"],
    ["toString", "POST", "/", "TrentService.toString"],
    ["hasOwnProperty", "POST", "/", "TrentService.hasOwnProperty"],
    ["a name of 10,000 letters", "POST", "/", `TrentService.${"A".repeat(10_000)}`],
    ["GET", "GET", "/", "TrentService.ListKeys"],
    ["PUT", "PUT", "/", "TrentService.ListKeys"],
    ["DELETE", "DELETE", "/", "TrentService.ListKeys"],
    ["another path", "POST", "/keys", "TrentService.ListKeys"],
    ["no target", "POST", "/", undefined],
  ])("%s", async (_, method, path, target) => {
    const account = newAccount();
    const body = method === "GET" ? "" : "{}";
    const headers = target === undefined ? {} : { "x-amz-target": target };
    const sent = await made({
      account,
      url: `${endpointOf(REGION)}${path}`,
      method,
      headers,
      body,
      without: target === undefined ? ["x-amz-target"] : [],
    });
    const answer = await send(sent);
    expect(answer).toMatchObject({ status: 400, text: '{"__type":"UnknownOperationException"}' });
    const [event, ...rest] = await eventsOf(account);
    expect(rest).toEqual([]);
    expect(event).toMatchObject({ errorCode: "UnknownOperationException", requestID: answer.requestId, requestParameters: null });
    expect(event?.eventName).toMatch(/^[A-Za-z0-9]{1,64}$/);
  });
});

describe("an operation that is not built", () => {
  const planned = Object.entries(OPERATIONS)
    .filter(([, operation]) => operation.read === undefined)
    .map(([name]) => name);

  it.each(planned)("says so, whatever its body, and is recorded: %s", async (name) => {
    const account = newAccount();
    for (const body of ["{}", "no JSON {{", '{"KeyId":7}']) {
      const answer = await raw(name, body, { account });
      isRefused(answer, "UnsupportedOperationException", `${name} is not available yet.`);
    }
    const events = await eventsOf(account);
    expect(events).toHaveLength(3);
    for (const event of events)
      expect(event).toMatchObject({ eventName: name, errorCode: "UnsupportedOperationException", requestParameters: null });
  });
});

describe("a body", () => {
  const inChunks = (text: string): ReadableStream => {
    const bytes = new TextEncoder().encode(text);
    let at = 0;
    return new ReadableStream({
      pull(controller) {
        if (at >= bytes.byteLength) return controller.close();
        controller.enqueue(bytes.slice(at, at + 65_536));
        at += 65_536;
      },
    });
  };
  const filled = (length: number): string => `{"Limit":1,"X":"${"a".repeat(length - 18)}"}`;

  it.each([true, false])("of exactly 1 MiB is read; with its length declared: %s", async (isDeclared) => {
    const body = filled(MIB);
    expect(new TextEncoder().encode(body).byteLength).toBe(MIB);
    const { url, headers } = await made({ body, headers: isDeclared ? { "content-length": String(MIB) } : {} });
    const response = await exports.default.fetch(url, { method: "POST", headers, body: isDeclared ? body : inChunks(body) });
    expect(await answerOf(response)).toMatchObject({ status: 200, json: { Keys: [] } });
  });

  it.each([true, false])("of a byte more is too large, and not recorded; with its length declared: %s", async (isDeclared) => {
    const account = newAccount();
    const body = filled(MIB + 1);
    const { url, headers } = await made({ account, body, headers: isDeclared ? { "content-length": String(MIB + 1) } : {} });
    const response = await exports.default.fetch(url, { method: "POST", headers, body: isDeclared ? body : inChunks(body) });
    const { status, json } = await answerOf(response);
    expect(json).toEqual({ __type: "RequestEntityTooLargeException", message: "The request is larger than 1048576 bytes." });
    expect(status).toBe(413);
    expect((await send(await made({ account }))).status).toBe(200);
    expect(await eventsOf(account)).toMatchObject([{ eventName: "ListKeys" }]);
  });

  it("that is empty stands for no members", async () => {
    expect(await raw("ListKeys", "")).toMatchObject({ status: 200 });
  });

  it("need not say that it is JSON", async () => {
    for (const type of ["application/json", "text/plain"])
      expect(await send(await made({ headers: { "content-type": type } }))).toMatchObject({ status: 200 });
  });
});

describe("Regions are apart:", () => {
  it("a key of us-east-1 is unknown in eu-west-1", async () => {
    const account = newAccount();
    const id = await newKey(account);
    const abroad = { account, region: "eu-west-1" };
    expect((await raw("DescribeKey", { KeyId: id }, { account })).status).toBe(200);
    isRefused(
      await raw("DescribeKey", { KeyId: id }, abroad),
      "NotFoundException",
      `Key 'arn:aws:kms:eu-west-1:${account}:key/${id}' does not exist`,
    );
    const arn = `arn:aws:kms:us-east-1:${account}:key/${id}`;
    isRefused(await raw("DescribeKey", { KeyId: arn }, abroad), "NotFoundException", "Invalid arn us-east-1");
    expect((await raw("ListKeys", {}, abroad)).json).toEqual({ Keys: [], Truncated: false });
  });

  it("each has an object, and so a trail, of its own", async () => {
    const account = newAccount();
    await raw("ListKeys", {}, { account, region: "eu-west-1" });
    await raw("GenerateRandom", { NumberOfBytes: 1 }, { account });
    expect(await eventsOf(account)).toMatchObject([{ eventName: "GenerateRandom", awsRegion: REGION }]);
  });

  it("the Region is the signature's: a host that names none serves all", async () => {
    const account = newAccount();
    const url = "https://edgekeep.test/";
    const sent = await made({
      account,
      url,
      scope: { region: "ap-northeast-3" },
      headers: { "x-amz-target": "TrentService.CreateKey" },
    });
    expect((await send(sent)).json).toMatchObject({
      KeyMetadata: { Arn: expect.stringMatching(`^arn:aws:kms:ap-northeast-3:${account}:key/`) },
    });
  });
});

describe("beside the service", () => {
  const get = (path: string, init?: RequestInit): Promise<Response> =>
    exports.default.fetch(`https://edgekeep.test${path}`, init);

  it("/health answers by itself, unsigned", async () => {
    const response = await get("/health");
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
  });

  it.each(["/cdn-cgi/", "/cdn-cgi/mf/scheduled", "/cdn-cgi/explorer/api/d1", "/cdn-cgi/trace?x=y"])(
    "%s is not there",
    async (path) => {
      for (const method of ["GET", "POST", "OPTIONS"]) {
        const response = await get(path, { method });
        expect([response.status, await response.text()]).toEqual([404, ""]);
      }
    },
  );

  it.each(["/", "/healthy", "/health/keys", "/favicon.ico"])("%s wants a signature", async (path) => {
    isRefused(await answerOf(await get(path)), "MissingAuthenticationTokenException", "Missing Authentication Token");
  });

  it("a URL that is none is a bad request, and no exception", async () => {
    const { default: worker } = await import("../../src/worker.ts");
    const request = { url: "https://a, b/", method: "GET", headers: new Headers() } as unknown as Parameters<
      typeof worker.fetch
    >[0];
    expect((await worker.fetch(request, env as unknown as Parameters<typeof worker.fetch>[1])).status).toBe(400);
  });
});
