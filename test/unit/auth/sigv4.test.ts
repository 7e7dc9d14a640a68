// What a request may say of its signature, and what it may not: the reading, before any key has a part in it.

import { describe, expect, it } from "vitest";
import { checkClock, readClaim } from "../../../src/auth/sigv4.ts";
import { utf8 } from "../../../src/wire/bytes.ts";
import { namedHeaders } from "../../support/named-headers.ts";

const SIGNED_AT = "20261124T120000Z";
const CREDENTIAL = "Credential=AKID/20261124/us-east-1/kms/aws4_request";
const SIGNATURE = "Signature=0123abcd";
const AUTHORIZATION = `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host;x-amz-date, ${SIGNATURE}`;
const HEADERS = { host: "kms.example", "x-amz-date": SIGNED_AT };
const LONG = 1_000_000; // what takes quadratic time for this many characters takes longer than a test may

/** Without a value: the header is not there. */
function read(headers: Record<string, string | undefined> = {}, query = "") {
  return readClaim({ headers: namedHeaders({ ...HEADERS, authorization: AUTHORIZATION, ...headers }), query });
}

const refusal = (code: string, message: unknown) => expect.objectContaining({ code, message });
const incomplete = (message: unknown) => refusal("IncompleteSignatureException", message);

/** The hash of a header, as AWS puts it at the end of a refusal. */
async function hashOf(text: string): Promise<string> {
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text)))));
}

describe("the Authorization header", () => {
  it("names a key, a scope, headers and a signature", () => {
    expect(read()).toMatchObject({
      accessKeyId: "AKID",
      date: "20261124",
      region: "us-east-1",
      service: "kms",
      terminator: "aws4_request",
      signedHeaders: ["host", "x-amz-date"],
      signature: "0123abcd",
      signedAt: SIGNED_AT,
    });
  });

  it.each([
    ["no space behind the commas", AUTHORIZATION.replaceAll(", ", ",")],
    ["many spaces", AUTHORIZATION.replaceAll(" ", "    ")],
    ["tabs", AUTHORIZATION.replaceAll(" ", "\t")],
    ["a comma at the end", `${AUTHORIZATION},`],
    ["another order", `AWS4-HMAC-SHA256 ${SIGNATURE}, SignedHeaders=host;x-amz-date, ${CREDENTIAL}`],
    ["a parameter that means nothing", `${AUTHORIZATION}, __proto__=x, constructor=y`],
  ])("may have %s", (_, authorization) => {
    expect(read({ authorization })).toEqual({ ...read(), headers: expect.anything() });
  });

  it("absent: missing token", () => {
    expect(() => read({ authorization: undefined })).toThrow(
      refusal("MissingAuthenticationTokenException", "Missing Authentication Token"),
    );
  });

  it.each(["AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA512", "aws4-hmac-sha256", "AWS3-HTTPS", "Basic", "Bearer", ""])(
    "of algorithm %j is refused",
    (algorithm) => {
      const authorization = AUTHORIZATION.replace("AWS4-HMAC-SHA256", algorithm);
      const named = algorithm === "" ? "Credential=AKID/20261124/us-east-1/kms/aws4_request" : algorithm;
      expect(() => read({ authorization })).toThrow(incomplete(`Unsupported AWS 'algorithm': '${named}'.`));
    },
  );

  const CREDENTIAL_REQUIRED = "Authorization header requires 'Credential' parameter. ";
  const SIGNATURE_REQUIRED = "Authorization header requires 'Signature' parameter. ";
  const HEADERS_REQUIRED = "Authorization header requires 'SignedHeaders' parameter. ";
  const DATE_REQUIRED = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";

  it.each([
    ["no parameter", "AWS4-HMAC-SHA256", {}, CREDENTIAL_REQUIRED + SIGNATURE_REQUIRED + HEADERS_REQUIRED],
    ["no credential", `AWS4-HMAC-SHA256 SignedHeaders=host, ${SIGNATURE}`, {}, CREDENTIAL_REQUIRED],
    ["no signature", `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host`, {}, SIGNATURE_REQUIRED],
    ["an empty signature", `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host, Signature=`, {}, SIGNATURE_REQUIRED],
    ["no signed headers", `AWS4-HMAC-SHA256 ${CREDENTIAL}, ${SIGNATURE}`, {}, HEADERS_REQUIRED],
    ["names in lower case", AUTHORIZATION.replace("Signature=", "signature="), {}, SIGNATURE_REQUIRED],
    ["no date", AUTHORIZATION, { "x-amz-date": undefined }, DATE_REQUIRED],
    [
      "neither signature nor date",
      `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host`,
      { "x-amz-date": undefined },
      SIGNATURE_REQUIRED + DATE_REQUIRED,
    ],
  ])("with %s is incomplete, and is told all that is missing", async (_, authorization, headers, text) => {
    const shown = `(Hashed with SHA-256 and encoded with Base64) Authorization=${await hashOf(authorization)}`;
    expect(() => read({ authorization, ...headers })).toThrow(incomplete(text + shown));
  });

  it.each([
    ["a space behind the equal-sign", AUTHORIZATION.replace("Credential=", "Credential= ")],
    ["a name without a value", `${AUTHORIZATION}, Credential`],
    ["two headers joined", `${AUTHORIZATION}, ${AUTHORIZATION}`],
  ])("with %s is no list of pairs", async (_, authorization) => {
    const text = `Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): '${await hashOf(authorization)}'.`;
    expect(() => read({ authorization })).toThrow(incomplete(text));
  });

  it.each(["Credential=other/20261124/us-east-1/kms/aws4_request", "SignedHeaders=host", "Signature=00"])(
    "may not say twice: %s",
    (again) => {
      const [name] = again.split("=");
      const text = `Authorization header gives '${name}' more than once.`;
      expect(() => read({ authorization: `${AUTHORIZATION}, ${again}` })).toThrow(incomplete(text));
    },
  );

  it.each([
    "AKID",
    "AKID/20261124/us-east-1/kms",
    "AKID/20261124/us-east-1/kms/",
    "AKID/20261124/us-east-1/kms/aws4_request/",
    "a/b/AKID/20261124/us-east-1/kms/aws4_request",
    "/////",
  ])("has a credential of five elements: not %s", (credential) => {
    const authorization = AUTHORIZATION.replace(CREDENTIAL, `Credential=${credential}`);
    const text = `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`;
    expect(() => read({ authorization })).toThrow(incomplete(text));
  });

  it("may not name a header twice: thousands of names of one long header would make gigabytes to hash", () => {
    const authorization = AUTHORIZATION.replace("host;x-amz-date", `host;x-amz-date${";x-long".repeat(10_000)}`);
    const headers = { authorization, "x-long": "x".repeat(60_000) };
    expect(() => read(headers)).toThrow(incomplete("'SignedHeaders' names a header more than once."));
  });

  it.each([" ", ",", "=", ";", "/", ", ", "a=b,", "\u00a0"])("a million of %j is refused in no time", (text) => {
    expect(() => read({ authorization: `AWS4-HMAC-SHA256 ${text.repeat(LONG / text.length)}` })).toThrow();
    const signedHeaders = `SignedHeaders=${text.repeat(LONG / text.length)}`;
    expect(() => read({ authorization: `AWS4-HMAC-SHA256 ${CREDENTIAL} ${signedHeaders} Signature=` })).toThrow();
  });
});

describe("a signature in the query", () => {
  it.each(["X-Amz-Signature=00", "a=b&X-Amz-Algorithm=AWS4-HMAC-SHA256", "x-amz-credential=AKID"])("%s is refused", (query) => {
    const text = "Signatures in the query string are not accepted here.";
    expect(() => read({ authorization: undefined }, query)).toThrow(incomplete(text));
  });

  it("is refused beside one in the header", () => {
    const text = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.";
    expect(() => read({}, "X-Amz-Algorithm=AWS4-HMAC-SHA256")).toThrow(refusal("InvalidSignatureException", text));
  });

  it("is none where a value looks like one", () => {
    expect(read({}, "a=X-Amz-Signature&b=1").signedAt).toBe(SIGNED_AT);
  });
});

describe("the date", () => {
  it.each([
    ["HTTP's", "Tue, 24 Nov 2026 12:00:00 GMT"],
    ["the basic format", SIGNED_AT],
    ["one with another zone", "Tue, 24 Nov 2026 13:00:00 +0100"],
  ])("is that of Date where there is no X-Amz-Date: %s", (_, date) => {
    expect(read({ "x-amz-date": undefined, date }).signedAt).toBe(SIGNED_AT);
  });

  it("is that of X-Amz-Date where there are both", () => {
    expect(read({ date: "Wed, 01 Jan 2020 00:00:00 GMT" }).signedAt).toBe(SIGNED_AT);
  });

  it.each([
    "",
    "2026",
    "20261124",
    "2026-11-24T12:00:00Z",
    "20261124T120000",
    `${SIGNED_AT},${SIGNED_AT}`,
    "Tue, 24 Nov 2026 12:00:00 GMT",
  ])("of X-Amz-Date has the basic format: not %j", (text) => {
    const message = `Date must be in ISO-8601 'basic format'. Got '${text}'. See http://en.wikipedia.org/wiki/ISO_8601`;
    expect(() => read({ "x-amz-date": text })).toThrow(incomplete(message));
  });

  // A year of five digits would be no date to the clock, and a signature of that day would never expire.
  it.each(["", "yesterday", "Sat, 01 Jan 12345 00:00:00 GMT", "+012345-01-01T00:00:00Z", "-000001-01-01T00:00:00Z", "8.64e15"])(
    "of Date is one of four digits' years: not %j",
    (date) => {
      const message = `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`;
      expect(() => read({ "x-amz-date": undefined, date })).toThrow(incomplete(message));
    },
  );
});

describe("the clock", () => {
  const now = Date.UTC(2026, 10, 24, 12, 5, 0);
  const check =
    (signedAt: string, at = now) =>
    () =>
      checkClock(read({ "x-amz-date": signedAt }), at);

  it.each(["20261124T120000Z", "20261124T120500Z", "20261124T121000Z"])("five minutes apart is not too far: %s", (signedAt) => {
    expect(check(signedAt)).not.toThrow();
    expect(check(signedAt, now + 999)).not.toThrow();
  });

  it("a second more is: expired", () => {
    const text = "Signature expired: 20261124T115959Z is now earlier than 20261124T120000Z (20261124T120500Z - 5 min.)";
    expect(check("20261124T115959Z")).toThrow(refusal("InvalidSignatureException", text));
  });

  it("a second more is: not yet current", () => {
    const text = "Signature not yet current: 20261124T121001Z is still later than 20261124T121000Z (20261124T120500Z + 5 min.)";
    expect(check("20261124T121001Z")).toThrow(refusal("InvalidSignatureException", text));
  });

  it("what is no date has expired", () => {
    expect(() => checkClock({ signedAt: "none", signedTime: Number.NaN }, now)).toThrow("Signature expired");
  });
});
