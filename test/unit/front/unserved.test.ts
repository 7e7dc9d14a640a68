// Which service a request is for, and the form in which the clients of one that is not served are told so.

import { describe, expect, it } from "vitest";
import { refuseService, serviceOf } from "../../../src/front/unserved.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
const LONG = 1_000_000;

const signedFor = (service: string, more: Record<string, string> = {}) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKID/20261124/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
  ...more,
});

const requestOf = (headers: Record<string, string>, url = "https://kms.example/", method = "GET"): Request =>
  new Request(url, { method, headers });

describe("the service of a request", () => {
  it.each([
    ["its scope's", signedFor("s3"), "", "s3"],
    ["its scope's, without spaces", { authorization: signedFor("s3").authorization.replaceAll(", ", ",") }, "", "s3"],
    [
      "a scope's without a Region",
      { authorization: "AWS4-ECDSA-P256-SHA256 Credential=AKID/20261124/s3/aws4_request" },
      "",
      "s3",
    ],
    ["a presigned scope's", {}, "?a=b&X-Amz-Credential=AKID%2F20261124%2Fus-east-1%2Fsts%2faws4_request&c", "sts"],
    ["S3's by its old signature", { authorization: "AWS AKID:frJIUN8DYpKDtOLCwo//yllqDzg=" }, "", "s3"],
    ["another's target", signedFor("dynamodb", { "x-amz-target": "DynamoDB_20120810.ListTables" }), "", "dynamodb"],
    ["no name of AWS's", signedFor("<script>"), "", "unknown"],
    ["no name of AWS's: capitals", signedFor("KMS"), "", "unknown"],
    ["too long a name", signedFor("a".repeat(65)), "", "unknown"],
    ["IAM's", signedFor("iam", FORM), "", "iam"],
    ["IAM's, without a form", signedFor("iam"), "", "iam"],
    ["STS's", signedFor("sts", FORM), "", "sts"],
    ["STS's for an unsigned form, which Query services are sent", FORM, "", "sts"],
    ["STS's for a form without a scope", { authorization: "Basic YTpi", ...FORM }, "", "sts"],
  ])("is %s", (_, headers, query, service) => {
    expect(serviceOf(requestOf(headers, `https://kms.example/${query}`))).toBe(service);
  });

  it.each([
    ["its own scope", signedFor("kms")],
    ["its own scope, in a form", signedFor("kms", FORM)],
    ["its own operations, whatever the scope", signedFor("s3", { "x-amz-target": "TrentService.ListKeys" })],
    ["its own operations in a form", { ...FORM, "x-amz-target": "TrentService.ListKeys" }],
    ["nothing at all", {}],
    ["what only begins like a form", { "content-type": "application/x-www-form-urlencoded-not" }],
    ["no scope", { authorization: "Basic YTpi" }],
    ["half a scope", { authorization: "AWS4-HMAC-SHA256 Credential=AKID/s3, SignedHeaders=host, Signature=00" }],
  ])("is KMS with %s", (_, headers) => {
    expect(serviceOf(requestOf(headers))).toBe("kms");
  });

  it.each(["Credential=", " Credential=", "Credential=a/", "/", "=", ",", " ", "%2F"])(
    "is found in a million of %j in no time",
    (text) => {
      const long = text.repeat(LONG / text.length);
      const headers = { get: (name: string) => (name === "authorization" ? `AWS4-HMAC-SHA256 ${long}` : null) };
      serviceOf({ headers, url: "https://kms.example/" } as unknown as Request);
      const unsigned = { get: () => null };
      serviceOf({ headers: unsigned, url: `https://kms.example/?X-Amz-Credential=${long}` } as unknown as Request);
      serviceOf({
        headers: unsigned,
        url: `https://kms.example/${"?X-Amz-Credential=".repeat(50_000)}`,
      } as unknown as Request);
    },
  );
});

describe("divergence: the refusal", () => {
  const refusal = async (service: string, headers: Record<string, string> = {}, method = "GET") => {
    const answer = refuseService(requestOf(signedFor(service, headers), undefined, method), service, "a request id");
    return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
  };
  const message = (service: string) =>
    `Edgekeep serves AWS KMS, IAM and STS; the service of this request (${service}) is not served here.`;
  const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const coded = (service: string) => `<Code>UnsupportedOperation</Code><Message>${message(service)}</Message>`;

  it.each(["sns", "sqs", "cloudformation", "autoscaling", "rds", "cloudfront", "route53"])(
    "of %s is an ErrorResponse in XML",
    async (service) => {
      expect(await refusal(service)).toEqual({
        status: 400,
        headers: { "content-type": "text/xml", "x-amzn-requestid": "a request id" },
        text: `${XML}<ErrorResponse><Error><Type>Sender</Type>${coded(service)}</Error><RequestId>a request id</RequestId></ErrorResponse>`,
      });
    },
  );

  it("of any service that is sent a form is the same", async () => {
    expect((await refusal("monitoring", FORM)).text).toContain("<ErrorResponse>");
    expect((await refusal("unknown", FORM)).text).toContain("<ErrorResponse>");
  });

  it("of EC2 is EC2's own", async () => {
    expect((await refusal("ec2", FORM)).text).toBe(
      `${XML}<Response><Errors><Error>${coded("ec2")}</Error></Errors><RequestID>a request id</RequestID></Response>`,
    );
  });

  it.each(["s3", "s3express", "s3-outposts", "s3-object-lambda"])("of %s is an Error without more around it", async (service) => {
    expect(await refusal(service)).toMatchObject({
      status: 400,
      headers: { "content-type": "text/xml", "x-amz-request-id": "a request id" },
      text: `${XML}<Error>${coded(service)}<RequestId>a request id</RequestId></Error>`,
    });
  });

  it.each([
    ["dynamodb", { "x-amz-target": "DynamoDB_20120810.ListTables" }],
    ["sqs", { "x-amz-target": "AmazonSQS.ListQueues" }],
    ["s3tables", {}],
    ["lambda", {}],
  ])("of %s is a document in JSON", async (service, headers) => {
    const { status, headers: sent, text } = await refusal(service, headers);
    expect(JSON.parse(text)).toEqual({ __type: "UnsupportedOperationException", message: message(service) });
    expect([status, sent["content-type"], sent["x-amzn-errortype"]]).toEqual([
      400,
      "application/json",
      "UnsupportedOperationException",
    ]);
  });

  it("is a map in CBOR where that is asked for", async () => {
    const { headers, text } = await refusal("monitoring", { "smithy-protocol": "rpc-v2-cbor" });
    expect(headers).toMatchObject({ "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" });
    expect(text).toContain("UnsupportedOperationException");
    expect(text).toContain(message("monitoring"));
  });

  it("of a HEAD has no body", async () => {
    expect(await refusal("s3", {}, "HEAD")).toMatchObject({ status: 400, text: "" });
  });
});
