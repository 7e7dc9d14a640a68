// The fronts of IAM and STS around an IdentityStore that answers as a test wants: what they ask of whom, and which of them is asked.

import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { parsePassport } from "../../../src/wire/passport.ts";
import { answerOf, newAccount } from "../../support/client.ts";
import {
  BODY,
  FORM,
  made,
  NAMESPACES,
  NOW,
  refusedAs,
  SERVICES,
  setUp,
  toRequest,
  withHeaders,
} from "../../support/query-front.ts";
import { amzDate } from "../../support/sign-by-hand.ts";

const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const REGION_WRONG = "Credential should be scoped to a valid region. ";

describe.each(SERVICES)("a call of %s", (service) => {
  it("goes to the account's IdentityStore, wherever that lies, with the form as it was sent", async () => {
    const { answer, calls } = setUp();
    const account = newAccount();
    const headers = { "user-agent": "a client", "cf-connecting-ip": "192.0.2.7" };
    const sent = toRequest(await made(service, { headers }, { account }), { tlsVersion: "TLSv1.3", tlsCipher: "AES" });
    expect(await answer(sent)).toMatchObject({ status: 200, text: "<done/>", type: "text/xml", requestId: "a request id" });
    const [{ passport = "", ...call } = {}] = calls;
    expect(call).toEqual({
      object: account,
      placed: [],
      method: service,
      name: "",
      body: BODY,
      requestId: "a request id",
      sourceAddress: "192.0.2.7",
      userAgent: "a client",
      host: `${service}.amazonaws.com`,
      secure: true,
      tlsVersion: "TLSv1.3",
      cipherSuite: "AES",
      receivedAt: NOW,
    });
    expect(parsePassport(passport)?.passport).toMatchObject({
      object: account,
      account,
      kind: "root",
      principal: `arn:aws:iam::${account}:root`,
      expires: NOW + 60_000,
    });
  });

  it("of a key that is not root's is vouched for as that key's", async () => {
    const { answer, calls } = setUp();
    await answer(toRequest(await made(service, {}, { serial: 300 })));
    expect(parsePassport(calls[0]?.passport ?? "")?.passport).toMatchObject({ kind: "key", principal: "" });
  });

  it("keeps its passport, and is made again, once, with another where that is refused", async () => {
    const { answer, calls } = setUp({ reply: (turn) => (turn === 2 ? null : "<done/>") });
    const account = newAccount();
    await answer(toRequest(await made(service, {}, { account })));
    expect(await answer(toRequest(await made(service, { body: "Action=A" }, { account })))).toMatchObject({ status: 200 });
    const [first, second, third] = calls.map(({ passport }) => passport);
    expect(second).toBe(first);
    expect(third).toBeDefined();
    expect(calls).toHaveLength(3);
  });

  it("that is answered by an object's own refusal is answered so", async () => {
    const outcome = { status: 404, type: "text/xml", body: "<ErrorResponse/>", requestId: "another id" };
    const { answer } = setUp({ reply: () => outcome });
    expect(await answer(toRequest(await made(service)))).toMatchObject({
      status: 404,
      text: "<ErrorResponse/>",
      requestId: "another id",
    });
  });

  it.each([
    ["GET", "/", FORM],
    ["HEAD", "/", FORM],
    ["GET", "/?Action=ListUsers&Version=2010-05-08", FORM],
    ["PUT", "/", FORM],
    ["POST", "/path", FORM],
    ["POST", "/", "application/json"],
    ["POST", "/", "application/x-amz-json-1.1"],
    ["POST", "/", "application/x-www-form-urlencoded2"],
    ["POST", "/", "text/plain;application/x-www-form-urlencoded"],
    ["POST", "/", ""],
  ])("names none by %s %s with %j: it goes on without a form, to be refused there", async (method, path, type) => {
    const { answer, calls } = setUp();
    const body = method === "GET" || method === "HEAD" ? "" : BODY;
    const url = `https://${service}.amazonaws.com${path}`;
    await answer(toRequest(await made(service, { method, url, body, headers: { "content-type": type } })));
    expect(calls).toMatchObject([{ name: "", body: "", method: service }]);
  });

  it.each(["application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded ; charset=UTF-8", FORM])(
    "is a form with %s, signed or not",
    async (type) => {
      const { answer, calls } = setUp();
      await answer(toRequest(await made(service, { headers: { "content-type": type } })));
      await answer(toRequest(await made(service, { headers: { "content-type": type } }, { signed: ["host", "x-amz-date"] })));
      expect(calls).toMatchObject([{ body: BODY }, { body: BODY }]);
    },
  );

  it("is of POST to the path that was signed, which is / for // too", async () => {
    const { answer, calls } = setUp();
    const { headers } = await made(service);
    await answer(new Request(`https://${service}.amazonaws.com//`, { method: "POST", headers, body: BODY }));
    expect(calls).toMatchObject([{ body: BODY }]);
  });

  it("has an empty name, whatever a target says", async () => {
    const { answer, calls } = setUp();
    await answer(toRequest(await made(service, { headers: { "x-amz-target": "AWSIdentity.ListUsers" } })));
    expect(calls).toMatchObject([{ name: "", body: BODY }]);
  });
});

describe("who is asked", () => {
  it("IAM is signed for us-east-1 alone, STS for any Region", async () => {
    for (const region of ["us-east-1", "eu-central-1", "ap-southeast-7"]) {
      const { answer, calls } = setUp();
      const iam = await answer(toRequest(await made("iam", {}, { scope: { region } })));
      if (region === "us-east-1") expect(iam.status).toBe(200);
      else expect(iam).toMatchObject({ status: 403, text: refusedAs("iam", "SignatureDoesNotMatch", REGION_WRONG) });
      await answer(toRequest(await made("sts", { url: `https://sts.${region}.amazonaws.com/` }, { scope: { region } })));
      expect(calls.at(-1)).toMatchObject({ method: "sts" });
    }
  });

  it("is told by the scope alone, not by host or form: a signature for one service opens no other", async () => {
    const { answer, calls } = setUp();
    await answer(toRequest(await made("iam", { url: "https://sts.amazonaws.com/" })));
    await answer(toRequest(await made("sts", { url: "https://iam.amazonaws.com/", body: BODY })));
    expect(calls.map(({ method }) => method)).toEqual(["iam", "sts"]);
    const sent = withHeaders(await made("iam"), (headers) => {
      headers["authorization"] = headers["authorization"]?.replace("/iam/", "/sts/") ?? "";
    });
    expect(await answer(toRequest(sent))).toMatchObject({
      status: 403,
      text: refusedAs("sts", "SignatureDoesNotMatch", MISMATCH),
    });
  });

  it("a form that nobody signed is told so as Query services tell it", async () => {
    const { answer, calls } = setUp();
    const sent = withHeaders(await made("sts"), (headers) => delete headers["authorization"]);
    expect(await answer(toRequest(sent))).toMatchObject({
      status: 403,
      text: refusedAs("sts", "MissingAuthenticationToken", "Request is missing Authentication Token"),
    });
    expect(calls).toEqual([]);
  });

  it("a KMS operation under IAM's scope is KMS's to refuse", async () => {
    const { answer } = setUp();
    const { status, json } = await answer(toRequest(await made("iam", { headers: { "x-amz-target": "TrentService.ListKeys" } })));
    expect([status, json["__type"], json["message"]]).toEqual([
      400,
      "InvalidSignatureException",
      "Credential should be scoped to correct service: 'kms'. ",
    ]);
  });

  it("another Query service is not served", async () => {
    const { answer, lines } = setUp();
    const { status, text } = await answer(toRequest(await made("iam", {}, { scope: { service: "sns" } })));
    expect([status, text]).toEqual([
      400,
      expect.stringContaining("Edgekeep serves AWS KMS, IAM and STS; the service of this request (sns) is not served here."),
    ]);
    expect(lines).toMatchObject([{ event: "refused", code: "UnsupportedOperation", service: "sns" }]);
  });
});

it.each(SERVICES)("the Worker routes %s to the account's object", async (service) => {
  const date = { "x-amz-date": amzDate(Date.now()) };
  const request = toRequest(await made(service, { headers: date, body: "Action=Fly&Version=1" }));
  const { status, text } = await answerOf(await exports.default.fetch(request));
  expect([status, text]).toEqual([
    400,
    expect.stringMatching(`^<ErrorResponse xmlns="${NAMESPACES[service]}">.*<Code>InvalidAction<`),
  ]);
});
