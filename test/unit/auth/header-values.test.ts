// What becomes of a header's value: which white space is folded before it is signed, and how much of it a refusal repeats.

import { describe, expect, it } from "vitest";
import { checkScope, readClaim } from "../../../src/auth/sigv4.ts";
import { utf8 } from "../../../src/wire/bytes.ts";
import { isRegion } from "../../../src/wire/regions.ts";
import { namedHeaders } from "../../support/named-headers.ts";

const SIGNED_AT = "20261124T120000Z";
const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=AKID/20261124/us-east-1/kms/aws4_request, SignedHeaders=host;x-amz-date;x-v, Signature=00";

const read = (headers: Record<string, string>) =>
  readClaim({
    headers: namedHeaders({ host: "a", "x-amz-date": SIGNED_AT, authorization: AUTHORIZATION, ...headers }),
    query: "",
  });

describe("a signed value", () => {
  it.each([
    [" a ", "a"],
    ["\t a \t", "a"],
    ["a  b", "a b"],
    ["a \t b\tc", "a b c"],
    ["a\r\n b", "a b"],
    ["", ""],
    [" ", ""],
    ["\t\t", ""],
  ])("has runs of space and tab folded: %j is %j", (value, folded) => {
    expect(read({ "x-v": value }).headers.get("x-v")).toBe(folded);
  });

  it.each(["\u00a0", "\u2003", "\u3000", "\ufeff", "\u2028", "\v", "\f", "\u0085"])("keeps %j, which is a character", (space) => {
    for (const value of [space, `${space}a${space}`, `a${space}${space}b`])
      expect(read({ "x-v": value }).headers.get("x-v")).toBe(value);
  });

  it.each([" ", "\t", " \t", "a  "])("of a million of %j is read in no time", (text) => {
    expect(read({ "x-v": `a${text.repeat(1_000_000 / text.length)}b` }).headers.get("x-v")).toMatch(/^a/);
  });
});

describe("divergence: a refusal repeats at most 1 KiB of", () => {
  const messageOf = (act: () => unknown): string => {
    try {
      act();
    } catch (cause) {
      return (cause as Error).message;
    }
    return "nothing was refused";
  };

  const scoped = (scope: string) => () =>
    checkScope(read({ authorization: AUTHORIZATION.replace(/AKID.*aws4_request/, scope) }), "kms", isRegion);

  it.each([
    ["a date", (long: string) => () => read({ "x-amz-date": long })],
    ["an algorithm", (long: string) => () => read({ authorization: long })],
    ["a credential", (long: string) => () => read({ authorization: AUTHORIZATION.replace(/AKID.*aws4_request/, long) })],
    ["a parameter's name", (long: string) => () => read({ authorization: `${AUTHORIZATION}, ${long}=1, ${long}=2` })],
    ["a scope's day", (long: string) => scoped(`AKID/${long}/us-east-1/kms/aws4_request`)],
    ["a scope's Region", (long: string) => scoped(`AKID/20261124/${long}/kms/aws4_request`)],
    ["a scope's service", (long: string) => scoped(`AKID/20261124/us-east-1/${long}/aws4_request`)],
    ["a scope's end", (long: string) => scoped(`AKID/20261124/us-east-1/kms/${long}`)],
  ])("%s", (_, act) => {
    for (const unit of ["x", "é", "🔑", "\ud800"]) {
      const message = messageOf(act(unit.repeat(50_000)));
      expect(utf8(message).byteLength).toBeLessThan(1024 + 300);
      expect(message.isWellFormed()).toBe(true);
      expect(message).not.toBe("nothing was refused");
      expect(messageOf(act(unit.repeat(50_000)))).toBe(message);
    }
  });
});
