// AWS Query in XML: how answers and refusals stand on the wire, and that clients read in them what was put there.

import { GetUserCommand, IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../../src/wire/api-error.ts";
import { FAULTS, type FaultCode } from "../../../src/wire/faults.ts";
import { QUERY_FAULTS } from "../../../src/wire/query-faults.ts";
import { awsQuery, IAM_PROTOCOL, PolicyText, STS_PROTOCOL } from "../../../src/wire/query-xml.ts";

const NS = "https://iam.amazonaws.com/doc/2010-05-08/";
const INTERNAL = "The request processing has failed because of an unknown error, exception or failure.";
const success = (output: object | undefined) => IAM_PROTOCOL.success(output, "GetUser", "an id");
const result = (output: object) => /<GetUserResult>(.*)<\/GetUserResult>/s.exec(success(output))?.[1];
const failure = (code: FaultCode, message?: string) => IAM_PROTOCOL.failure(new ApiError(code, message), "an id");

/** The SDK, that is given this answer whatever it asks. */
const reading = (body: string, statusCode = 200) =>
  new IAMClient({
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    requestHandler: { handle: async () => ({ response: { statusCode, headers: {}, body: new TextEncoder().encode(body) } }) },
  });

it("the services have a namespace each, that ends in the version of its API", () => {
  expect([IAM_PROTOCOL.version, STS_PROTOCOL.version]).toEqual(["2010-05-08", "2011-06-15"]);
  expect([IAM_PROTOCOL.type, STS_PROTOCOL.type]).toEqual(["text/xml", "text/xml"]);
  expect(STS_PROTOCOL.success({ Account: "1" }, "GetCallerIdentity", "an id")).toBe(
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>an id</RequestId></ResponseMetadata></GetCallerIdentityResponse>',
  );
  expect(awsQuery("urn:x").failure(new ApiError("NoSuchEntity"), "i").body).toContain('<ErrorResponse xmlns="urn:x">');
});

describe("an answer", () => {
  it("is a result with the members that are there, and the id of the request", () => {
    expect(success({ User: { Path: "/", UserName: "alice", Absent: undefined, Empty: "" }, IsTruncated: false, Count: 0 })).toBe(
      `<GetUserResponse xmlns="${NS}"><GetUserResult><User><Path>/</Path><UserName>alice</UserName><Empty></Empty></User><IsTruncated>false</IsTruncated><Count>0</Count></GetUserResult><ResponseMetadata><RequestId>an id</RequestId></ResponseMetadata></GetUserResponse>`,
    );
  });

  it("of an operation without output has no result; one with nothing in it an empty one", () => {
    expect(success(undefined)).toBe(
      `<GetUserResponse xmlns="${NS}"><ResponseMetadata><RequestId>an id</RequestId></ResponseMetadata></GetUserResponse>`,
    );
    expect(success({})).toContain("<GetUserResult></GetUserResult>");
  });

  it("has a member for each element of a list, at any depth", () => {
    expect(result({ Users: [{ Name: "a" }, { Name: "b", Tags: [["x"], []] }], Names: ["c"], None: [] })).toBe(
      "<Users><member><Name>a</Name></member><member><Name>b</Name><Tags><member><member>x</member></member><member></member></Tags></member></Users><Names><member>c</member></Names><None></None>",
    );
  });

  it("has an entry for each pair of a map", () => {
    const map = new Map<string, unknown>([
      ["__proto__", 1],
      ["a&b", { C: [] }],
    ]);
    expect(result({ Map: map, None: new Map() })).toBe(
      "<Map><entry><key>__proto__</key><value>1</value></entry><entry><key>a&amp;b</key><value><C></C></value></entry></Map><None></None>",
    );
  });

  it("has times in whole seconds, blobs in base64, numbers and flags as texts", () => {
    expect(result({ At: new Date(Date.UTC(2026, 2, 1, 12, 0, 0)) })).toBe("<At>2026-03-01T12:00:00Z</At>");
    expect(result({ At: new Date(Date.UTC(2026, 2, 1, 12, 0, 0, 999)) })).toBe("<At>2026-03-01T12:00:00Z</At>");
    expect(result({ B: Uint8Array.of(1, 251, 255, 4).subarray(1, 3), N: -7, F: true })).toBe("<B>+/8=</B><N>-7</N><F>true</F>");
  });

  it("has texts escaped; what XML cannot hold is a replacement character", () => {
    expect(result({ A: `<a href="x" b='y'>&amp;\r\n\t]]>` })).toBe(
      "<A>&lt;a href=&quot;x&quot; b=&apos;y&apos;&gt;&amp;amp;&#xD;\n\t]]&gt;</A>",
    );
    const forbidden = "\u0000\u0001\u0008\u000b\u000c\u000e\u001f\ufffe\uffff\ud800\udc00x\udfff";
    // As JSON, because a failure could not print half a surrogate pair.
    expect(JSON.stringify(result({ A: forbidden }))).toBe(JSON.stringify(`<A>${"\ufffd".repeat(9)}\u{10000}x\ufffd</A>`));
    expect(result({ A: ["\u007f\u0085\u2028\ufffd\u{1f600}"] })).toBe(
      "<A><member>\u007f\u0085\u2028\ufffd\u{1f600}</member></A>",
    );
  });

  it("has a policy's document percent-encoded, down to what RFC 3986 reserves", () => {
    const unreserved = "ABCXYZabcxyz0189-._~";
    expect(result({ Document: new PolicyText(unreserved) })).toBe(`<Document>${unreserved}</Document>`);
    expect(result({ Document: new PolicyText(`{"a": [1]}!*'()&<é\r\n`) })).toBe(
      "<Document>%7B%22a%22%3A%20%5B1%5D%7D%21%2A%27%28%29%26%3C%C3%A9%0D%0A</Document>",
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const printed = result({ Document: new PolicyText(text.toWellFormed()) })?.slice(
          "<Document>".length,
          -"</Document>".length,
        );
        expect(printed).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
        expect(decodeURIComponent(printed ?? "")).toBe(text.toWellFormed());
      }),
    );
  });
});

describe("the SDK reads", () => {
  it("what was answered", async () => {
    const At = new Date(Date.UTC(2026, 2, 1, 12, 0, 0));
    const User = {
      Path: "/",
      UserName: `<&>"'é`,
      UserId: "AIDA",
      Arn: "a",
      CreateDate: At,
      Tags: [{ Key: "k", Value: "a\rb c" }],
    };
    expect((await reading(success({ User })).send(new GetUserCommand())).User).toEqual(User);
  });

  it("an empty list as one", async () => {
    const body = IAM_PROTOCOL.success({ Users: [], IsTruncated: false }, "ListUsers", "an id");
    expect(await reading(body).send(new ListUsersCommand())).toMatchObject({ Users: [], IsTruncated: false });
  });

  it("a refusal by its code", async () => {
    const { status, body } = failure("NoSuchEntity", "The user with name <x> cannot be found.");
    await expect(reading(body, status).send(new GetUserCommand())).rejects.toMatchObject({
      name: "NoSuchEntityException",
      message: "The user with name <x> cannot be found.",
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe("a refusal", () => {
  it("is its code as the Query services have it, with its status and whose fault it is", () => {
    expect(failure("NoSuchEntity", "The user with name 'x' & co. cannot be found.")).toEqual({
      status: 404,
      type: "text/xml",
      body: `<ErrorResponse xmlns="${NS}"><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>The user with name &apos;x&apos; &amp; co. cannot be found.</Message></Error><RequestId>an id</RequestId></ErrorResponse>`,
      requestId: "an id",
    });
    expect(failure("DependencyTimeoutException", "Wait.").body).toContain(
      "<Error><Type>Receiver</Type><Code>ServiceUnavailable</Code><Message>Wait.</Message></Error>",
    );
  });

  it("of every code has the table's code and status", () => {
    for (const code of Object.keys(QUERY_FAULTS) as FaultCode[]) {
      const { status, body } = failure(code, "words");
      const fault = QUERY_FAULTS[code];
      expect(status, code).toBe(fault.status);
      expect(body, code).toContain(
        `<Type>${fault.status < 500 ? "Sender" : "Receiver"}</Type><Code>${fault.code}</Code><Message>`,
      );
    }
    expect(Object.keys(QUERY_FAULTS)).toEqual(expect.arrayContaining(Object.keys(FAULTS)));
  });

  it("of who signs has the words of the Query services", () => {
    const told = (code: FaultCode, message: string) =>
      /<Code>(.*)<\/Code><Message>(.*)<\/Message>/.exec(failure(code, message).body)?.slice(1);
    const token = "The security token included in the request is invalid.";
    expect(told("MissingAuthenticationTokenException", "Missing Authentication Token")).toEqual([
      "MissingAuthenticationToken",
      "Request is missing Authentication Token",
    ]);
    expect(told("UnrecognizedClientException", token)).toEqual(["InvalidClientTokenId", token]);
    expect(told("InvalidSignatureException", "The request signature we calculated")).toEqual([
      "SignatureDoesNotMatch",
      "The request signature we calculated",
    ]);
  });

  it("that is a fault of ours says nothing of it, nor what only KMS says", () => {
    for (const code of ["KMSInternalException", "DisabledException", "KMSInvalidStateException"] as const)
      expect(failure(code, "of a key")).toMatchObject({
        status: 500,
        body: expect.stringContaining(`<Type>Receiver</Type><Code>InternalFailure</Code><Message>${INTERNAL}</Message>`),
      });
  });

  it("without a text has no member for it", () => {
    expect(failure("SerializationException").body).toContain("<Error><Type>Sender</Type><Code>MalformedInput</Code></Error>");
  });

  it("is at most 64 KiB: of a longer message it shows the beginning", () => {
    for (const message of [
      "x".repeat(70_000),
      "記".repeat(22_000),
      "&".repeat(14_000),
      "'".repeat(1_000_000),
      "\u0001".repeat(40_000),
    ]) {
      const { body } = failure("ValidationException", message);
      expect(new TextEncoder().encode(body).byteLength).toBeLessThanOrEqual(64 * 1024);
      expect(body).toContain("…</Message>");
    }
    const whole = "x".repeat(65_000);
    expect(failure("ValidationException", whole).body).toContain(`<Message>${whole}</Message>`);
  });
});
