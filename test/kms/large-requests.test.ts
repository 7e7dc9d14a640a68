// The largest requests, through the whole Worker: none is a 5xx, none is answered at length, and what lies past a bound is not read.

import { describe, expect, it } from "vitest";
import { newAccount, raw } from "../support/client.ts";
import { hardPolicies } from "../support/large-bodies.ts";
import { newKey } from "../support/new-key.ts";
import { recordsOf } from "../support/records.ts";

const BODY_BYTES_MAX = 1024 * 1024;
const REFUSAL_BYTES_MAX = 64 * 1024;
const RECORD_BYTES_MAX = 64 * 1024;

/** A body of a mebibyte: `head`, as many of `unit` as fit, `tail`. */
const filled = (head: string, unit: (at: number) => string, tail: string): string => {
  const parts: string[] = [];
  let room = BODY_BYTES_MAX - head.length - tail.length;
  for (let at = 0; ; at++) {
    const part = unit(at);
    room -= part.length + 1;
    if (room < 0) return `${head}${parts.join(",")}${tail}`;
    parts.push(part);
  }
};

const K = '"KeyId":"00000000-0000-4000-8000-000000000000"';
const tags = (unit: (at: number) => string) => filled(`{${K},"Tags":[`, unit, "]}");
const context = (unit: (at: number) => string) => filled(`{${K},"Plaintext":"AAAA","EncryptionContext":{`, unit, "}}");

describe("a request of a mebibyte", () => {
  it.each([
    ["empty tags", "CreateKey", tags(() => "{}"), "TagException", "Too many tags"],
    ["empty tags, more", "TagResource", tags(() => "{}"), "TagException", "Too many tags"],
    ["good tags", "TagResource", tags((at) => `{"TagKey":"k${at}","TagValue":""}`), "TagException", "Too many tags"],
    ["nulls for tags", "TagResource", tags(() => "null"), "TagException", "Too many tags"],
    ["tag names", "UntagResource", filled(`{${K},"TagKeys":[`, (at) => `"${at}"`, "]}"), "ValidationException", undefined],
    ["grant tokens", "DescribeKey", filled(`{${K},"GrantTokens":[`, (at) => `"${at}"`, "]}"), "ValidationException", undefined],
    [
      "pairs of a context",
      "Encrypt",
      context((at) => `"${at}":"v"`),
      "ValidationException",
      "EncryptionContext must be at most 8192 bytes.",
    ],
    [
      "a long pair of a context",
      "Encrypt",
      `{${K},"Plaintext":"AAAA","EncryptionContext":{"a":"${"x".repeat(1e6)}"}}`,
      "ValidationException",
      "EncryptionContext must be at most 8192 bytes.",
    ],
    ["a long name of a key", "DescribeKey", `{"KeyId":"${"k".repeat(1e6)}"}`, "ValidationException", undefined],
    ["a long plaintext", "Encrypt", `{${K},"Plaintext":"${"QUJD".repeat(260_000)}"}`, "ValidationException", undefined],
    [
      "many different objects",
      "ListKeys",
      filled('{"a":[', (at) => `{"${at.toString(36)}":1}`, "]}"),
      "SerializationException",
      undefined,
    ],
    ["open brackets", "ListKeys", "[".repeat(BODY_BYTES_MAX), "SerializationException", undefined],
    ["halves of pairs", "ListKeys", `{"Marker":"${"\\ud83d".repeat(170_000)}"}`, "SerializationException", undefined],
  ])("of %s (%s) has its bound's own answer, and a short one", async (_, operation, body, code, message) => {
    const account = newAccount();
    const answer = await raw(operation, body, { account });
    expect(answer).toMatchObject({ status: 400, json: { __type: code, ...(message === undefined ? {} : { message }) } });
    expect(answer.text.length).toBeLessThanOrEqual(REFUSAL_BYTES_MAX);
    for (const { record } of await recordsOf(account)) expect(record.length).toBeLessThanOrEqual(RECORD_BYTES_MAX);
  });

  it("for a policy is refused as the policy it is", { timeout: 60_000 }, async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    for (const [how, Policy] of [...hardPolicies(32_768), ...hardPolicies(131_072)]) {
      const { status, text } = await raw("PutKeyPolicy", { KeyId, Policy }, { account });
      expect(status, how).toBeLessThan(500);
      expect(text.length, how).toBeLessThanOrEqual(REFUSAL_BYTES_MAX);
    }
  });
});
