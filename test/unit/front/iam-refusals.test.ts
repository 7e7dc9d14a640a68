// What the fronts of IAM and STS refuse by themselves: in XML, with the codes and status of Query services, before any object is asked.

import { describe, expect, it } from "vitest";
import type { Env } from "../../../src/env.ts";
import { BODY, made, NOW, refusedAs, SERVICES, setUp, toRequest, withHeaders } from "../../support/query-front.ts";
import { amzDate, type Sent } from "../../support/sign-by-hand.ts";

const TOKEN_INVALID = "The security token included in the request is invalid.";
const MISMATCH =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
const REGION_WRONG = "Credential should be scoped to a valid region. ";

describe.each(SERVICES)("a refusal by the front of %s is XML:", (service) => {
  const refusalOf = async (sent: Sent, vars: Partial<Env> = {}) => {
    const { answer, calls, lines } = setUp({ vars });
    const answered = await answer(toRequest(sent));
    expect(calls).toEqual([]);
    expect(answered).toMatchObject({ type: "text/xml", requestId: "a request id" });
    expect(lines).toHaveLength(1);
    return { status: answered.status, text: answered.text };
  };
  const forbidden = (code: string, message: string) => ({ status: 403, text: refusedAs(service, code, message) });

  it("an access key that is none", async () => {
    const sent = withHeaders(await made(service), (headers) => {
      headers["authorization"] = headers["authorization"]?.replace("Credential=A", "Credential=B") ?? "";
    });
    expect(await refusalOf(sent)).toEqual(forbidden("InvalidClientTokenId", TOKEN_INVALID));
  });

  it("a token that a long-term key has none of", async () => {
    const sent = await made(service, { headers: { "x-amz-security-token": "FwoGZXIvYXdzEXAMPLE" } });
    expect(await refusalOf(sent)).toEqual(forbidden("InvalidClientTokenId", TOKEN_INVALID));
  });

  it("another body than was signed", async () => {
    expect(await refusalOf({ ...(await made(service)), body: `${BODY}&a=b` })).toEqual(
      forbidden("SignatureDoesNotMatch", MISMATCH),
    );
  });

  it("an old date", async () => {
    const { status, text } = await refusalOf(await made(service, { headers: { "x-amz-date": amzDate(NOW - 301_000) } }));
    expect([status, text]).toEqual([
      403,
      expect.stringContaining("<Code>SignatureDoesNotMatch</Code><Message>Signature expired: "),
    ]);
  });

  it("half a signature", async () => {
    const sent = withHeaders(await made(service), (headers) => {
      headers["authorization"] = headers["authorization"]?.replace(/, Signature=.*/, "") ?? "";
    });
    const { status, text } = await refusalOf(sent);
    expect([status, text]).toEqual([400, expect.stringContaining("<Type>Sender</Type><Code>IncompleteSignature</Code>")]);
  });

  it("a Region that is none, another than its host's, another day, another terminator", async () => {
    const elsewhere = { url: `https://${service}.eu-west-1.amazonaws.com/` };
    for (const sent of [await made(service, {}, { scope: { region: "eu-nowhere-1" } }), await made(service, elsewhere)])
      expect(await refusalOf(sent)).toEqual(forbidden("SignatureDoesNotMatch", REGION_WRONG));
    for (const scope of [{ date: "20260101" }, { terminator: "aws5_request" }] as Readonly<Record<string, string>>[])
      expect((await refusalOf(await made(service, {}, { scope }))).text).toContain("<Code>SignatureDoesNotMatch</Code>");
  });

  it("a body over a mebibyte", async () => {
    const sent = await made(service, { body: "a".repeat(1024 * 1024 + 1) });
    const { status, text } = await refusalOf(sent);
    expect([status, text]).toEqual([413, expect.stringContaining("<Code>RequestEntityTooLarge</Code>")]);
  });

  it("plain http", async () => {
    const { status, text } = await refusalOf(await made(service, { url: `http://${service}.example/` }));
    expect([status, text]).toEqual([403, expect.stringContaining("<Code>AccessDenied</Code><Message>Requests must be made")]);
  });

  it("a signature in the query", async () => {
    const credential = `AKIA%2F20261124%2Fus-east-1%2F${service}%2Faws4_request`;
    const url = `https://${service}.amazonaws.com/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}`;
    const sent = { url, method: "GET", headers: {}, body: "" };
    const { status, text } = await refusalOf(sent);
    expect([status, text]).toEqual([400, expect.stringContaining("<Code>IncompleteSignature</Code>")]);
  });

  it("root keys that cannot be read, of which it says nothing", async () => {
    expect(await refusalOf(await made(service), { ROOT_KEYS: "not base64!" })).toEqual({
      status: 500,
      text: refusedAs(
        service,
        "InternalFailure",
        "The request processing has failed because of an unknown error, exception or failure.",
        "Receiver",
      ),
    });
  });
});

it("an IdentityStore that refuses all passports, or cannot be reached, is a fault of ours", async () => {
  for (const [reply, tried] of [
    [() => null, 2],
    [
      () => {
        throw new Error("lost, of KEY");
      },
      1,
    ],
  ] as const) {
    // biome-ignore format: two
    const { answer, calls } = setUp({ reply });
    const { status, text } = await answer(toRequest(await made("iam")));
    expect([status, calls.length]).toEqual([500, tried]);
    expect(text).toContain("<Type>Receiver</Type><Code>InternalFailure</Code>");
    expect(text).not.toContain("KEY");
  }
});
