// Requests that are well signed and as long as they like in path, query and headers: the front's work grows with their length alone.
// What takes quadratic time for so many characters takes longer than a test may.

import { describe, expect, it } from "vitest";
import { accessKey } from "../../../src/auth/credentials.ts";
import { Authenticator } from "../../../src/front/authenticate.ts";
import { partsOf } from "../../../src/front/request.ts";
import { newAccount, testRootKeys } from "../../support/client.ts";
import { namedHeaders } from "../../support/named-headers.ts";
import { amzDate, signByHand } from "../../support/sign-by-hand.ts";

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const LONG = 500_000;

async function outcome(url: string, headers: Record<string, string> = {}): Promise<string> {
  const standard = { host: "kms.example", "x-amz-date": amzDate(NOW), ...headers };
  const credentials = await accessKey(testRootKeys, newAccount(), 0);
  const sent = await signByHand({ url: "https://kms.example/", method: "POST", headers: standard, body: "{}" }, { credentials });
  const authenticator = new Authenticator(testRootKeys, "kms");
  const { path, query } = partsOf(url);
  const claimant = await authenticator.identify({ method: "POST", path, query, headers: namedHeaders(sent.headers) }, NOW);
  return authenticator.verify(claimant, "{}", NOW).then(
    () => "verified",
    (cause) => cause.code,
  );
}

describe("half a million characters take no time", () => {
  it.each(["a&", "a=1&", "&", "=", "%", "%25&", "b=%zz&a=1&", "\ud800"])("of a query of %j", async (unit) => {
    expect(await outcome(`https://kms.example/?${unit.repeat(LONG / unit.length)}`)).toBe("InvalidSignatureException");
  });

  it("of a query whose names are all different", async () => {
    const names = Array.from({ length: LONG / 10 }, (_, at) => `${at}=x`).reverse();
    expect(await outcome(`https://kms.example/?${names.join("&")}`)).toBe("InvalidSignatureException");
  });

  it.each(["/a", "/..", "/a/..", "/%2e", "/%", "\ud800"])("of a path of %j", async (unit) => {
    expect(await outcome(`https://kms.example/${unit.repeat(LONG / unit.length)}`)).toMatch(/InvalidSignatureException|verified/);
  });

  it("of ten thousand headers, all signed", async () => {
    const headers = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`x-${at}`, "x".repeat(50)]));
    expect(await outcome("https://kms.example/", headers)).toBe("verified");
  });
});

describe("a URL is taken apart as it stands:", () => {
  it.each([
    ["https://kms.example/", true, "/", ""],
    ["http://a/", false, "/", ""],
    ["https://kms.example", true, "/", ""],
    ["https://kms.example?a=/b", true, "/", "a=/b"],
    ["https://kms.example/a//b?c?d", true, "/a//b", "c?d"],
    ["https://kms.example/%zz?", true, "/%zz", ""],
    ["https://a, b/c", true, "/c", ""],
    ["foo:bar", false, "/", ""],
  ])("%s", (url, secure, path, query) => {
    expect(partsOf(url)).toEqual({ secure, path, query });
  });
});
