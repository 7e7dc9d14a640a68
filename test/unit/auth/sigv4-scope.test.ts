// Signature Version 4: what decides a request must be signed, for this service, this day; and what another signer signs.

import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SignedRequest } from "../../../src/auth/canonical.ts";
import { checkScope, readClaim, requireSigned, verify } from "../../../src/auth/sigv4.ts";
import { sigV4Key } from "../../../src/crypto/mac.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { utf8 } from "../../../src/wire/bytes.ts";
import { isRegion } from "../../../src/wire/regions.ts";
import { namedHeaders } from "../../support/named-headers.ts";
import { Sha256 } from "../../support/sha256.ts";

const SIGNED_AT = "20261124T120000Z";
const CREDENTIAL = "Credential=AKID/20261124/us-east-1/kms/aws4_request";
const SIGNATURE = "Signature=0123abcd";
const AUTHORIZATION = `AWS4-HMAC-SHA256 ${CREDENTIAL}, SignedHeaders=host;x-amz-date, ${SIGNATURE}`;

const HEADERS = { host: "kms.example", "x-amz-date": SIGNED_AT };

/** Without a value: the header is not there. */
function read(headers: Record<string, string | undefined> = {}, query = "") {
  return readClaim({ headers: namedHeaders({ ...HEADERS, authorization: AUTHORIZATION, ...headers }), query });
}

const refusal = (code: string, message: unknown) => expect.objectContaining({ code, message });
const incomplete = (message: unknown) => refusal("IncompleteSignatureException", message);

describe("what decides a request", () => {
  const required = (headers: Record<string, string | undefined>, signedHeaders: string) => () => {
    const authorization = AUTHORIZATION.replace("host;x-amz-date", signedHeaders);
    requireSigned(read({ authorization, ...headers }));
  };

  it.each(["x-amz-target", "x-amz-security-token", "x-amz-content-sha256"])("is signed where it is there: %s", (name) => {
    expect(required({}, "host;x-amz-date")).not.toThrow();
    expect(required({ [name]: "x" }, `host;x-amz-date;${name}`)).not.toThrow();
    const text = `'${name}' must be a 'SignedHeader' in the AWS Authorization.`;
    expect(required({ [name]: "x" }, "host;x-amz-date")).toThrow(incomplete(text));
    expect(required({ [name]: "" }, "host;x-amz-date")).toThrow(incomplete(text));
  });

  it.each(["host", "x-amz-target", "x-amz-security-token", "x-amz-content-sha256"])("is there once: %s", (name) => {
    const signedHeaders = [...new Set(["host", "x-amz-date", name])].join(";");
    expect(required({ [name]: "x,x" }, signedHeaders)).toThrow(incomplete(`'${name}' must be given once.`));
  });

  it("is the host, always, and the date that is used", () => {
    const text = (name: string) => incomplete(`${name} must be a 'SignedHeader' in the AWS Authorization.`);
    expect(required({}, "x-amz-date")).toThrow(text("'Host' or ':authority'"));
    expect(required({}, "Host;x-amz-date")).toThrow(text("'Host' or ':authority'"));
    expect(required({}, "host")).toThrow(text("'x-amz-date'"));
    expect(required({ date: "x" }, "date;host")).toThrow(text("'x-amz-date'"));
    expect(required({ date: SIGNED_AT, "x-amz-date": undefined }, "host")).toThrow(text("'date'"));
    expect(required({ date: SIGNED_AT, "x-amz-date": undefined }, "date;host")).not.toThrow();
    expect(required({ host: undefined }, "host;x-amz-date")).toThrow(incomplete("'host' must be given once."));
  });

  it.each(["x-absent", "__proto__", "constructor", ""])("a header that is signed is there: %j is not", (name) => {
    expect(required({}, `host;x-amz-date;${name}`)).toThrow(incomplete("A header named in 'SignedHeaders' is missing."));
  });
});

describe("the scope", () => {
  const check = (credential: string) => () =>
    checkScope(read({ authorization: AUTHORIZATION.replace(CREDENTIAL, `Credential=AKID/${credential}`) }), "kms", isRegion);
  const REGION = "Credential should be scoped to a valid region. ";
  const SERVICE = "Credential should be scoped to correct service: 'kms'. ";
  const TERM = "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ";
  const DATE =
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20261123' != '20261124', from '20261124T120000Z'. ";

  it.each([
    ["20261124/eu-nowhere-1/kms/aws4_request", REGION],
    ["20261124/US-EAST-1/kms/aws4_request", REGION],
    ["20261124/constructor/kms/aws4_request", REGION],
    ["20261124/__proto__/kms/aws4_request", REGION],
    ["20261124/us-east-1/s3/aws4_request", SERVICE],
    ["20261124/us-east-1/KMS/aws4_request", SERVICE],
    ["20261124/us-east-1/kms/aws5_request", TERM],
    ["20261123/us-east-1/kms/aws4_request", DATE],
    ["20261123/x/s3/aws5_request", `${REGION}${SERVICE}${TERM}${DATE}`],
  ])("%s is wrong", (credential, text) => {
    expect(check(credential)).toThrow(refusal("InvalidSignatureException", text));
  });
});

describe("what another signer signs", () => {
  const credentials = { accessKeyId: "AKID", secretAccessKey: "secret" };
  const signer = new SignatureV4({ credentials, region: "us-east-1", service: "kms", sha256: Sha256 });
  const visible = fc.string({ unit: fc.constantFrom(..."aZ09-._~ !\"#$%&'()*+,/:;<=>?@[]^`{|}é漢"), maxLength: 30 });
  const segment = fc.oneof(visible, fc.constantFrom("", ".", ".."));
  const word = fc.string({ unit: fc.constantFrom(..."abcxyz0189"), minLength: 1, maxLength: 10 });

  it("is verified, whatever is in its path, query, headers and body, and nothing else is", async () => {
    const key = await sigV4Key(new Secret(utf8(credentials.secretAccessKey)), "20261124", "us-east-1", "kms");
    const query = fc.dictionary(word, visible, { maxKeys: 4 });
    const headers = fc.dictionary(
      word.map((name) => `x-${name}`),
      visible,
      { maxKeys: 4 },
    );
    const made = fc.record({ segments: fc.array(segment, { maxLength: 4 }), query, headers, body: fc.string() });
    const property = fc.asyncProperty(made, async ({ segments, query, headers, body }) => {
      const path = `/${segments.map(encodeURIComponent).join("/")}`;
      const url = new URL(`https://kms.example${path}`);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      const unsigned = {
        method: "POST",
        protocol: "https:",
        hostname: url.hostname,
        path,
        query,
        headers: { ...headers, host: url.host },
        body,
      };
      const sent = await signer.sign(unsigned, { signingDate: new Date("2026-11-24T12:00:00Z") });
      const raw = url.search.slice(1).replaceAll("+", "%20");
      const request: SignedRequest = { method: "POST", path, query: raw, headers: namedHeaders(sent.headers), body };
      const claim = readClaim(request);
      expect(await verify(request, claim, key)).toBe(true);
      const shorter = { ...claim, signature: claim.signature.slice(0, 32) };
      for (const wrong of [
        shorter,
        { ...claim, signature: `${claim.signature}00` },
        { ...claim, signature: claim.signature.toUpperCase() },
      ])
        expect(await verify(request, wrong, key)).toBe(wrong.signature === claim.signature);
      expect(await verify({ ...request, method: "GET" }, claim, key)).toBe(false);
    });
    await fc.assert(property, { numRuns: 200 });
  });
});
