// The KMS front around an object that answers as a test wants: what it asks of whom, what it logs, what it keeps to itself.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { accessKey } from "../../../src/auth/credentials.ts";
import type { ObjectCall, Reply } from "../../../src/durable/call.ts";
import type { Env } from "../../../src/env.ts";
import { KMS } from "../../../src/front/kms.ts";
import type { Effects } from "../../../src/front/request.ts";
import { ServiceFront } from "../../../src/front/service.ts";
import { parsePassport } from "../../../src/wire/passport.ts";
import { type Answer, answerOf, newAccount, testRootKeys } from "../../support/client.ts";
import { namedHeaders } from "../../support/named-headers.ts";
import { amzDate, type Sent, signByHand } from "../../support/sign-by-hand.ts";

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const DONE: Reply = '{"Keys":[]}';

interface Call extends ObjectCall {
  readonly object: string;
  readonly hint: string | undefined;
  readonly jurisdiction: string | undefined;
}

interface Setting {
  readonly vars?: Partial<Env>;
  readonly reply?: (call: ObjectCall, turn: number) => Reply;
}

/** A front with its own clock and log, before an object that keeps what it is called with. */
function setUp({ vars = {}, reply = () => DONE }: Setting = {}) {
  const calls: Call[] = [];
  const lines: Readonly<Record<string, unknown>>[] = [];
  const clock = { now: NOW };
  const namespace = (jurisdiction?: string) => ({
    jurisdiction: (name: string) => namespace(name),
    getByName: (object: string, options?: { locationHint?: string }) => ({
      kms: async (call: ObjectCall) => reply(call, calls.push({ ...call, object, hint: options?.locationHint, jurisdiction })),
    }),
  });
  const effects: Effects = { now: () => clock.now, uuid: () => "a request id", log: (line) => lines.push(line) };
  const front = new ServiceFront(KMS, { ...env, REGIONAL_KEY_STORE: namespace(), ...vars } as unknown as Env, effects);
  const answer = async (request: Request): Promise<Answer> => answerOf(await front.answer(request));
  return { answer, calls, lines, clock };
}

const toRequest = ({ url, method, headers, body }: Sent, cf: object = {}): Request =>
  new Request(url, { method, headers, body, cf } as RequestInit);

async function signed(over: Partial<Sent> = {}, account = newAccount(), region = "us-east-1"): Promise<Sent> {
  const url = over.url ?? "https://kms.example/";
  const headers = {
    host: new URL(url).host,
    "x-amz-date": amzDate(NOW),
    "x-amz-target": "TrentService.ListKeys",
    ...over.headers,
  };
  const credentials = await accessKey(testRootKeys, account, 0);
  return signByHand({ url, method: "POST", body: "{}", ...over, headers }, { credentials, scope: { region } });
}

describe("a call", () => {
  it("goes to the caller's own object, with what the front vouches for and what it was sent", async () => {
    const { answer, calls } = setUp();
    const account = newAccount();
    const headers = { "user-agent": "a client", "cf-connecting-ip": "192.0.2.7" };
    const sent = toRequest(await signed({ headers }, account), { tlsVersion: "TLSv1.3", tlsCipher: "AEAD-AES128-GCM-SHA256" });
    expect(await answer(sent)).toMatchObject({ status: 200, text: '{"Keys":[]}', requestId: "a request id" });
    const [call] = calls;
    const { passport = "" } = call ?? {};
    expect(call).toEqual({
      object: `${account}/us-east-1`,
      hint: "enam",
      jurisdiction: undefined,
      passport,
      name: "ListKeys",
      body: "{}",
      requestId: "a request id",
      sourceAddress: "192.0.2.7",
      userAgent: "a client",
      host: "kms.example",
      secure: true,
      tlsVersion: "TLSv1.3",
      cipherSuite: "AEAD-AES128-GCM-SHA256",
      receivedAt: NOW,
    });
    expect(parsePassport(passport)?.passport).toMatchObject({ object: `${account}/us-east-1`, account, expires: NOW + 60_000 });
  });

  it("is secure by its scheme, whatever is known of its TLS", async () => {
    const { answer, calls } = setUp();
    await answer(toRequest(await signed()));
    expect(calls).toMatchObject([{ secure: true, tlsVersion: undefined }]);
  });

  it("goes into the Region's jurisdiction where there are some", async () => {
    for (const [JURISDICTIONS, region, expected] of [
      ["on", "eu-west-1", "eu"],
      ["on", "eu-west-2", undefined],
      ["on", "us-east-1", undefined],
      ["off", "eu-west-1", undefined],
    ] as const) {
      const { answer, calls } = setUp({ vars: { JURISDICTIONS } });
      await answer(toRequest(await signed({}, newAccount(), region)));
      expect(calls).toMatchObject([{ jurisdiction: expected }]);
    }
  });

  it("is made again, once, with another passport where the first is refused", async () => {
    const { answer, calls, clock } = setUp({ reply: (_, turn) => (turn === 3 ? null : DONE) });
    const account = newAccount();
    await answer(toRequest(await signed({}, account)));
    clock.now += 5;
    for (const body of ["{}", '{"Limit":1}']) await answer(toRequest(await signed({ body }, account)));
    const [first, second, third, fourth] = calls.map(({ passport }) => passport);
    expect(calls).toHaveLength(4);
    expect(second).toBe(first);
    expect(third).toBe(first);
    expect(fourth).not.toBe(first);
  });

  it("whose passports are all refused fails, and is made no third time", async () => {
    const { answer, calls, lines } = setUp({ reply: () => null });
    expect(await answer(toRequest(await signed()))).toMatchObject({ status: 500, text: '{"__type":"KMSInternalException"}' });
    expect(calls).toHaveLength(2);
    expect(lines).toMatchObject([{ event: "unknown error", requestId: "a request id" }]);
  });

  it("whose outcome is not known is not repeated, and its caller learns nothing", async () => {
    const lost = (): never => {
      throw new Error("Network connection lost, of KEY");
    };
    const { answer, calls, lines } = setUp({ reply: lost });
    expect(await answer(toRequest(await signed()))).toMatchObject({ status: 500, text: '{"__type":"KMSInternalException"}' });
    expect(calls).toHaveLength(1);
    expect(lines).toMatchObject([{ event: "unknown error", name: "Error", message: "Network connection lost, of KEY" }]);
  });

  it.each(["/", "//", "///", "/?", "/?a=b", "//?a=b"])("is one at %s: the path that was signed is /", async (path) => {
    const { answer, calls } = setUp();
    const url = new URL(path.replace(/^\/+[^?]*/, "/"), "https://kms.example").href;
    const { headers } = await signed({ url });
    await answer(new Request(`https://kms.example${path}`, { method: "POST", headers, body: "{}" }));
    expect(calls).toMatchObject([{ name: "ListKeys" }]);
  });

  it.each([
    ["GET", "/", "TrentService.ListKeys"],
    ["PUT", "/", "TrentService.ListKeys"],
    ["POST", "/keys", "TrentService.ListKeys"],
    ["POST", "/", "ListKeys"],
    ["POST", "/", "trentservice.ListKeys"],
    ["POST", "/", "AnotherService.ListKeys"],
    ["POST", "/", ""],
  ])("names no operation: %s %s %j", async (method, path, target) => {
    const { answer, calls } = setUp();
    const { headers, ...sent } = await signed({
      method,
      url: `https://kms.example${path}`,
      headers: { "x-amz-target": target },
      body: "",
    });
    await answer(new Request(sent.url, { method, headers, ...(method === "GET" ? {} : { body: "" }) }));
    expect(calls).toMatchObject([{ name: "", body: "" }]);
  });
});

describe("plain http", () => {
  it("is refused, before the body is read", async () => {
    const { answer, calls } = setUp();
    const { headers } = await signed({ url: "http://kms.example/" });
    let pulls = 0;
    const body = new ReadableStream({ pull: () => void pulls++ }, { highWaterMark: 0 });
    const refused = await answer(new Request("http://kms.example/", { method: "POST", headers, body }));
    expect(refused).toMatchObject({
      status: 400,
      text: '{"__type":"AccessDeniedException","Message":"Requests must be made over HTTPS."}',
    });
    expect([pulls, calls.length]).toEqual([0, 0]);
  });

  it("is refused whatever a header says of the way before", async () => {
    const { answer } = setUp();
    const headers = { "x-forwarded-proto": "https", "cf-visitor": '{"scheme":"https"}', forwarded: "proto=https" };
    const refused = await answer(toRequest(await signed({ url: "http://kms.example/", headers })));
    expect(refused.json).toMatchObject({ __type: "AccessDeniedException" });
  });

  it("is served on the loopback server, whose callers come from 127.0.0.1 whatever a header says", async () => {
    const { answer, calls } = setUp({ vars: { LOOPBACK: "on" } as Partial<Env> });
    const headers = { "cf-connecting-ip": "192.0.2.7", "x-forwarded-for": "192.0.2.8" };
    const sent = await signed({ url: "http://localhost:8787/", headers });
    expect(await answer(toRequest(sent, { tlsVersion: "TLSv1.3", tlsCipher: "x" }))).toMatchObject({ status: 200 });
    expect(calls).toMatchObject([{ sourceAddress: "127.0.0.1", host: "localhost:8787", secure: false }]);
    expect(calls[0]).not.toHaveProperty("tlsVersion");
    expect(calls[0]).not.toHaveProperty("cipherSuite");
  });

  it("is not secure on the loopback server, even where a header gave the request another scheme", async () => {
    const { answer, calls } = setUp({ vars: { LOOPBACK: "on" } as Partial<Env> });
    await answer(toRequest(await signed({ url: "https://localhost:8787/" }), { tlsVersion: "TLSv1.3" }));
    expect(calls).toMatchObject([{ secure: false }]);
  });
});

describe("the clock", () => {
  it("is read when the body is there: who keeps it back keeps no signature alive", async () => {
    const { answer, calls, clock } = setUp();
    const { url, headers } = await signed();
    const late = {
      pull(controller: ReadableStreamDefaultController) {
        clock.now = NOW + 301_000;
        controller.enqueue(new TextEncoder().encode("{}"));
        controller.close();
      },
    };
    const body = new ReadableStream(late, { highWaterMark: 0 }); // not before it is read
    const refused = await answer(new Request(url, { method: "POST", headers, body }));
    expect(refused.json).toMatchObject({
      __type: "InvalidSignatureException",
      message: expect.stringContaining("Signature expired"),
    });
    expect(calls).toEqual([]);
  });
});

describe("a refusal", () => {
  it("is logged by its code, without a word of the request", async () => {
    const { answer, calls, lines } = setUp();
    const sent = await signed({ headers: { "x-amz-date": amzDate(NOW - 600_000), "user-agent": "curl" } });
    expect(await answer(toRequest(sent))).toMatchObject({ status: 400, requestId: "a request id" });
    expect(lines).toEqual([{ event: "refused", requestId: "a request id", code: "InvalidSignatureException" }]);
    expect(calls).toEqual([]);
  });

  it("for root keys that cannot be read says nothing of them, and the log says why", async () => {
    for (const ROOT_KEYS of ["", "not base64!", '{"seal":1}', "AAAA"]) {
      const { answer, lines } = setUp({ vars: { ROOT_KEYS } });
      expect(await answer(toRequest(await signed()))).toMatchObject({ status: 500, text: '{"__type":"KMSInternalException"}' });
      expect(lines).toMatchObject([{ event: "unknown error", name: "TypeError", message: expect.stringMatching(/root key/) }]);
      expect(JSON.stringify(lines)).not.toContain("not base64!");
    }
  });
});

describe("who one is comes before what one sends:", () => {
  /** A right request, whose body is never there, with a header changed. */
  async function withheld(change: Record<string, string | undefined>, length?: number) {
    const { url, headers } = await signed();
    const pairs = Object.entries({ ...headers, ...change }).filter((pair): pair is [string, string] => pair[1] !== undefined);
    let pulls = 0;
    const body = new ReadableStream({ pull: () => void pulls++ }, { highWaterMark: 0 });
    const declared = length === undefined ? {} : { "content-length": String(length) };
    const request = new Request(url, { method: "POST", headers: { ...Object.fromEntries(pairs), ...declared }, body });
    return { request, pulls: () => pulls };
  }
  const scoped = async (from: string, to: string) => ({
    authorization: (await signed()).headers["authorization"]?.replace(from, to),
  });

  it.each([
    ["no signature", async () => ({ authorization: undefined }), "MissingAuthenticationTokenException"],
    ["half a signature", async () => ({ authorization: "AWS4-HMAC-SHA256 x=y" }), "IncompleteSignatureException"],
    ["an unsigned target", () => scoped(";x-amz-target", ""), "IncompleteSignatureException"],
    ["another service's scope", () => scoped("/kms/", "/s3/"), "InvalidSignatureException"],
    ["a Region that is none", () => scoped("us-east-1", "us-moon-1"), "InvalidSignatureException"],
    ["an access key that is none", () => scoped("Credential=A", "Credential=B"), "UnrecognizedClientException"],
    ["an old date", async () => ({ "x-amz-date": amzDate(NOW - 301_000) }), "InvalidSignatureException"],
    ["a date to come", async () => ({ "x-amz-date": amzDate(NOW + 301_000) }), "InvalidSignatureException"],
  ])("%s is refused without a look at the body, or at its length", async (_, change, __type) => {
    for (const length of [undefined, 2, 2 ** 30]) {
      const { answer, calls } = setUp();
      const { request, pulls } = await withheld(await change(), length);
      expect((await answer(request)).json).toMatchObject({ __type });
      expect([pulls(), calls]).toEqual([0, []]);
    }
  });

  it("a body that is too large is told to who has a good claim, before it is read", async () => {
    const { answer } = setUp();
    const { request, pulls } = await withheld({}, 2 ** 30);
    expect(await answer(request)).toMatchObject({ status: 413, json: { __type: "RequestEntityTooLargeException" } });
    expect(pulls()).toBe(0);
  });
});

it("the operation is the one that was signed: white space around its name is none of it", async () => {
  const { answer, calls } = setUp();
  const { url, headers } = await signed();
  const pairs = Object.entries(headers).map(([name, value]) => (name === "x-amz-target" ? [name, `\t${value} `] : [name, value]));
  // A platform that leaves a value's white space, as ours does not.
  const request = {
    url,
    method: "POST",
    headers: namedHeaders(Object.fromEntries([...(pairs as [string, string][]), ["content-length", "2"]])),
    text: async () => "{}",
  };
  await answer(Object.assign(request, { body: null }) as unknown as Request);
  expect(calls).toMatchObject([{ name: "ListKeys", host: "kms.example" }]);
});
