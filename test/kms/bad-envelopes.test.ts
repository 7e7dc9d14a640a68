// Bad bodies, ciphertexts, key names and envelopes, one by one.

import { exports } from "cloudflare:workers";
import { AwsClient } from "aws4fetch";
import { describe, expect, it } from "vitest";
import { accessKey } from "../../src/auth/credentials.ts";
import { account, BUILT, baseOf, blob, keyId, MODEL, NEVER, records, state } from "../support/bad-store.ts";
import { type Answer, answerOf, endpointOf, newAccount, raw, testRootKeys } from "../support/client.ts";

describe("ciphertexts and keys", () => {
  it("truncated and altered ciphertexts, wrong contexts: one voice", async () => {
    const bytes = Uint8Array.fromBase64(blob);
    const context = { EncryptionContext: { a: "b" } };
    const cut = Array.from({ length: bytes.byteLength }, (_, length) => bytes.subarray(0, length)).slice(1);
    const altered = Array.from({ length: bytes.byteLength }, (_, at) =>
      bytes.map((byte, index) => (index === at ? byte ^ (1 << (at % 8)) : byte)),
    );
    const contexts = [{}, { a: "c" }, { A: "b" }, { a: "b", c: "d" }, { b: "a" }];
    const requests = [
      ...[...cut, ...altered].map((one) => ({ CiphertextBlob: one.toBase64(), KeyId: keyId, ...context })),
      ...contexts.map((EncryptionContext) => ({ CiphertextBlob: blob, KeyId: keyId, EncryptionContext })),
    ];
    const [before, count] = [await state(), await records()];
    const answers = await Promise.all(requests.map((input) => raw("Decrypt", input, { account })));
    const voices = new Set(answers.map(({ text }) => text));
    const header =
      '{"__type":"IncorrectKeyException","message":"The key ID in the request does not identify a CMK that can perform this operation."}';
    expect([...voices].sort()).toEqual([
      '{"__type":"IncorrectKeyException","message":"The key ID in the request does not identify a CMK that can perform this operation."}',
      '{"__type":"InvalidCiphertextException"}',
    ]);
    // The header's account and key id (and the flag that spells the id) name another key; all else is no ciphertext of this one.
    const named = answers.slice(cut.length, cut.length + altered.length).flatMap(({ text }, at) => (text === header ? [at] : []));
    expect(named.every((at) => at >= 1 && at < 23)).toBe(true);
    expect(await state()).toBe(before);
    expect(await records()).toBe(count + requests.length);
  });

  it("unknown and foreign keys, and wrong Regions, for every operation that names one", async () => {
    const other = newAccount();
    const names = [
      NEVER,
      "mrk-0123456789abcdef0123456789abcdef",
      `arn:aws:kms:us-east-1:${account}:key/${NEVER}`,
      `arn:aws:kms:us-west-2:${account}:key/${keyId}`,
      `arn:aws:kms:us-east-1:${other}:key/${keyId}`,
      "arn:aws:kms",
      "alias/never",
      "x".repeat(2048),
    ];
    const [before, count] = [await state(), await records()];
    const expected = new Set(["NotFoundException", "AccessDeniedException", "InvalidArnException", "ValidationException"]);
    let sent = 0;
    for (const operation of BUILT) {
      const base = baseOf(operation);
      for (const member of ["KeyId", "TargetKeyId", "DestinationKeyId", "SourceKeyId"].filter(
        (name) => name in (MODEL.shapes[MODEL.operations[operation]?.input ?? ""]?.members ?? {}),
      )) {
        const answers = await Promise.all(names.map((name) => raw(operation, { ...base, [member]: name }, { account })));
        sent += answers.length;
        for (const { status, json } of answers)
          expect([status, expected.has(String(json["__type"]))], `${operation}: ${JSON.stringify(json)}`).toEqual([400, true]);
      }
    }
    expect(await state()).toBe(before);
    expect(await records()).toBe(count + sent);
  });
});

describe("the envelope", () => {
  /** A signed request, changed on its way. */
  async function onTheWay(
    change: (request: Request) => Request | Promise<Request>,
    headers: Record<string, string> = {},
    datetime?: string,
  ): Promise<Answer> {
    const { accessKeyId, secretAccessKey } = await accessKey(testRootKeys, account, 0);
    const aws = new AwsClient({ accessKeyId, secretAccessKey, service: "kms", region: "us-east-1", retries: 0 });
    const signed = await aws.sign(endpointOf("us-east-1"), {
      method: "POST",
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": "TrentService.DescribeKey", ...headers },
      body: JSON.stringify({ KeyId: keyId }),
      ...(datetime === undefined ? {} : { aws: { datetime } }),
    });
    signed.headers.set("host", new URL(signed.url).host);
    return answerOf(await exports.default.fetch(await change(signed)));
  }

  const withHeader = (name: string, value: string) => (request: Request) => {
    const headers = new Headers(request.headers);
    headers.append(name, value);
    return new Request(request, { headers });
  };

  it("unchanged, it is answered", async () => {
    expect(await onTheWay((request) => request)).toMatchObject({ status: 200 });
  });

  it.each([
    ["the target", withHeader("x-amz-target", "TrentService.DescribeKey"), "IncompleteSignatureException"],
    ["the date", withHeader("x-amz-date", "20260101T000000Z"), "IncompleteSignatureException"],
    ["the authorization", withHeader("authorization", "AWS4-HMAC-SHA256 Credential=x"), "IncompleteSignatureException"],
  ])("%s repeated", async (_, change, type) => {
    const count = await records();
    expect(await onTheWay(change)).toMatchObject({ status: 400, json: { __type: type } });
    expect(await records()).toBe(count);
  });

  it("a truncated body, another method, another path", async () => {
    const count = await records();
    const wrong = { status: 400, json: { __type: "InvalidSignatureException" } };
    const [url, method] = [endpointOf("us-east-1"), "PUT"];
    expect(
      await onTheWay(async (request) => new Request(request, { body: (await request.clone().text()).slice(0, -1) })),
    ).toMatchObject(wrong);
    expect(await onTheWay((request) => new Request(request, { method }))).toMatchObject(wrong);
    expect(await onTheWay((request) => new Request(`${url}/other`, request))).toMatchObject(wrong);
    expect(await records()).toBe(count);
  });

  it("a clock that is wrong by more than five minutes", async () => {
    for (const minutes of [-6, 6]) {
      const date = new Date(Date.now() + minutes * 60_000).toISOString().replace(/[:-]|\.\d{3}/g, "");
      const answer = await onTheWay((request) => request, {}, date);
      expect(answer).toMatchObject({ status: 400, json: { __type: "InvalidSignatureException" } });
      expect(answer.json["message"]).toMatch(minutes < 0 ? /^Signature expired: / : /^Signature not yet current: /);
    }
  });

  it.each(["application/json", "text/plain", "application/x-www-form-urlencoded", ""])(
    "content type %j is no reason to refuse",
    async (type) => {
      expect(await onTheWay((request) => request, { "content-type": type })).toMatchObject({ status: 200 });
    },
  );
});
