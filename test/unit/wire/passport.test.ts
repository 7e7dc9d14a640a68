// Passports as texts: one text for one passport, and none that was altered is taken.

import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { derive } from "../../../src/crypto/derive.ts";
import { mac, macKey, verifyMac } from "../../../src/crypto/mac.ts";
import { parseRootKeys } from "../../../src/crypto/root-keys.ts";
import { toBase64Url, utf8 } from "../../../src/wire/bytes.ts";
import { type Passport, parsePassport, printClaims, printPassport } from "../../../src/wire/passport.ts";
import { TEST_ROOT_KEYS } from "../../support/root-keys.ts";

const rootKeys = parseRootKeys(TEST_ROOT_KEYS);
const alice: Passport = {
  rootVersion: 2,
  object: "111122223333/us-east-1",
  kind: "root",
  account: "111122223333",
  principal: "arn:aws:iam::111122223333:root",
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  expires: 1_764_000_000_000,
};

let key: CryptoKey;
beforeAll(async () => {
  key = await macKey(await derive(rootKeys, 2, "passport"));
});

const sealed = async (passport: Passport): Promise<string> => {
  const claims = printClaims(passport);
  return printPassport(claims, await mac(key, utf8(claims)));
};

/** What an object does with a text before it believes it. */
const opens = async (text: string): Promise<boolean> => {
  const parsed = parsePassport(text);
  return parsed !== undefined && (await verifyMac(key, parsed.mac, parsed.signed));
};

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const passports: fc.Arbitrary<Passport> = fc
  .record(
    {
      rootVersion: fc.integer({ min: 1, max: 127 }),
      object: text,
      kind: fc.constantFrom("root", "key", "store", "identity"),
      account: text,
      principal: text,
      accessKeyId: text,
      expires: fc.integer({ min: 0 }),
      viaService: text,
    },
    { requiredKeys: ["rootVersion", "object", "kind", "account", "principal", "accessKeyId", "expires"] },
  )
  .map((passport) => passport as Passport);

describe("a passport", () => {
  it("is read as it was printed, whatever stands in it", async () => {
    await fc.assert(
      fc.asyncProperty(passports, async (passport) => {
        const printed = await sealed(passport);
        const parsed = parsePassport(printed);
        expect(parsed?.passport).toEqual(passport);
        expect(printPassport(printClaims(passport), parsed?.mac ?? new Uint8Array())).toBe(printed);
        expect(await opens(printed)).toBe(true);
      }),
    );
  });

  it("has a form that tells its version and its root key before anything is decoded", async () => {
    expect(await sealed(alice)).toMatch(/^1\.2\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/);
  });

  it("with any one character altered, left out, doubled or added opens nowhere", async () => {
    const printed = await sealed({ ...alice, viaService: "s3.us-east-1.amazonaws.com" });
    for (let at = 0; at < printed.length; at++) {
      const [before, here, after] = [printed.slice(0, at), printed.charAt(at), printed.slice(at + 1)];
      const others = ["A", "B", "0", "_", ".", "=", "\u0000"].filter((other) => other !== here);
      for (const altered of [before + after, before + here + here + after, ...others.map((other) => before + other + after)])
        expect(await opens(altered), altered).toBe(false);
    }
    expect(await opens(`${printed}A`)).toBe(false);
    expect(await opens(printed)).toBe(true);
  });

  it("of another version, object, kind, account, principal, key or time has another seal", async () => {
    const { mac: seal = new Uint8Array() } = parsePassport(await sealed(alice)) ?? {};
    const others: Passport[] = [
      { ...alice, rootVersion: 1 },
      { ...alice, object: "111122223333/us-east-2" },
      { ...alice, kind: "key" },
      { ...alice, kind: "store" },
      { ...alice, kind: "identity" },
      { ...alice, account: "444455556666" },
      { ...alice, principal: "arn:aws:iam::444455556666:root" },
      { ...alice, accessKeyId: "AKIAIOSFODNN8EXAMPLE" },
      { ...alice, viaService: "s3.us-east-1.amazonaws.com" },
      { ...alice, expires: alice.expires + 1 },
    ];
    for (const other of others) expect(await opens(printPassport(printClaims(other), seal))).toBe(false);
    expect(await opens(printPassport(printClaims(alice), seal))).toBe(true);
  });
});

describe("no passport is", () => {
  const claims = { ...alice, rootVersion: undefined };
  const around = (body: unknown, version = "2"): string =>
    `1.${version}.${toBase64Url(utf8(JSON.stringify(body)))}.${"A".repeat(43)}`;

  it("the text around which the others are made (it is one)", () => {
    expect(parsePassport(around(claims))?.passport).toEqual(alice);
  });

  it.each([
    ["another version of the format", around(claims).replace(/^1/, "2")],
    ["a root key version 0", around(claims, "0")],
    ["a root key version with a zero before it", around(claims, "02")],
    ["no version", around(claims, "")],
    ["a list", around([claims])],
    ["a text", around("a")],
    ["null", around(null)],
    ["claims that are no JSON", `1.2.${toBase64Url(utf8("{"))}.AAAA`],
    ["claims that are no UTF-8", `1.2.${toBase64Url(Uint8Array.of(0xff))}.AAAA`],
    ["no seal", around(claims).replace(/[^.]+$/, "")],
    ["a fifth part", `${around(claims)}.AA`],
    ["another kind", around({ ...claims, kind: "operator" })],
    ["a list of a kind", around({ ...claims, kind: ["root"] })],
    ["no kind", around({ ...claims, kind: null })],
    ["a member more", around({ ...claims, extra: 1 })],
    ["a member less", around({ ...claims, accessKeyId: undefined })],
    ["a number as account", around({ ...claims, account: 111122223333 })],
    ["a text as time", around({ ...claims, expires: "1" })],
    ["no time", around({ ...claims, expires: null })],
    ["members in another order", around(Object.fromEntries(Object.entries(claims).toReversed()))],
    ["white space in the claims", `1.2.${toBase64Url(utf8(` ${JSON.stringify(claims)}`))}.${"A".repeat(43)}`],
    ["the empty text", ""],
  ])("%s", (_, printed) => expect(parsePassport(printed)).toBeUndefined());
});
