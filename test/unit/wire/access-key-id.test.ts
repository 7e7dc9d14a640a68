// Access key ids: what they say, who else can read them, and every spelling that is none.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AccessKeyId, checkedBytes, parseAccessKeyId, printAccessKeyId } from "../../../src/wire/access-key-id.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const base32 = (text: string): bigint => [...text].reduce((bits, c) => bits * 32n + BigInt(ALPHABET.indexOf(c)), 0n);

/** What `aws sts get-access-key-info` does: characters 5 to 12 are 5 bytes, 2^39 and half of the account; 13 begins with its lowest bit. */
function accountAsAws(text: string): string {
  const half = base32(text.slice(4, 12)) - 2n ** 39n;
  const lowest = ALPHABET.indexOf(text.charAt(12)) >= 16 ? 1n : 0n;
  return (half * 2n + lowest).toString().padStart(12, "0");
}

const account = fc.bigInt({ min: 0n, max: 10n ** 12n - 1n }).map((number) => number.toString().padStart(12, "0"));
const accessKeyId: fc.Arbitrary<AccessKeyId> = fc.record({
  kind: fc.constantFrom("AKIA" as const, "ASIA" as const),
  account,
  rootVersion: fc.integer({ min: 0, max: 127 }),
  serial: fc.integer({ min: 0, max: 2 ** 20 - 1 }),
  check: fc.integer({ min: 0, max: 2 ** 12 - 1 }),
});

const sample: AccessKeyId = { kind: "AKIA", account: "123456789012", rootVersion: 2, serial: 5, check: 0xabc };

describe("an access key id", () => {
  it("is 20 characters, and reads back as what was printed", () => {
    fc.assert(
      fc.property(accessKeyId, (id) => {
        const text = printAccessKeyId(id);
        expect(text).toMatch(/^A[KS]IA[A-Z2-7]{16}$/);
        expect(parseAccessKeyId(text)).toEqual(id);
      }),
      { numRuns: 2000 },
    );
  });

  it("prints back exactly, whatever it says", () => {
    const characters = fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(characters, (text) => {
        const id = parseAccessKeyId(`AKIA${text}`);
        if (id !== undefined) expect(printAccessKeyId(id)).toBe(`AKIA${text}`);
      }),
      { numRuns: 2000 },
    );
  });

  it("gives its account to AWS's own arithmetic", () => {
    fc.assert(
      fc.property(accessKeyId, (id) => {
        expect(accountAsAws(printAccessKeyId(id))).toBe(id.account);
      }),
      { numRuns: 2000 },
    );
  });

  // Ids that AWS has made, with their accounts, as published in articles on the format.
  it.each([
    ["ASIAQNZGKIQY56JQ7WML", "029608264753"],
    ["ASIAY34FZKBOKMUTVV7A", "609629065308"],
  ])("of AWS's own making says the same to us: %s", (text, expected) => {
    expect(parseAccessKeyId(text)?.account).toBe(expected);
    expect(accountAsAws(text)).toBe(expected);
  });

  it("stays as it is", () => {
    expect(printAccessKeyId(sample)).toBe("AKIARZPUZDIKAIAAAWV4");
  });
});

describe("accounts", () => {
  it.each(["000000000000", "000000000001", "999999999998", "999999999999"])("%s is one", (number) => {
    const text = printAccessKeyId({ ...sample, account: number });
    expect(parseAccessKeyId(text)?.account).toBe(number);
  });

  it("2k and 2k + 1 differ in character 13 alone", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (10n ** 12n - 1n) / 2n }), (half) => {
        const [even, odd] = [2n * half, 2n * half + 1n].map((number) =>
          printAccessKeyId({ ...sample, account: number.toString().padStart(12, "0") }),
        );
        expect(even?.slice(0, 12)).toBe(odd?.slice(0, 12));
        expect(even?.slice(13)).toBe(odd?.slice(13));
        expect(even).not.toBe(odd);
        expect(parseAccessKeyId(even ?? "")?.account).not.toBe(parseAccessKeyId(odd ?? "")?.account);
      }),
    );
  });

  it.each([10n ** 12n, 10n ** 12n + 1n, 2n ** 40n - 1n])("%s is none", (number) => {
    expect(parseAccessKeyId(printAccessKeyId({ ...sample, account: number.toString() }))).toBeUndefined();
  });
});

describe("is no access key id:", () => {
  const good = printAccessKeyId(sample);
  const firstBitClear = good.slice(0, 4) + ALPHABET.charAt(ALPHABET.indexOf(good.charAt(4)) - 16) + good.slice(5);

  it.each([
    ["nothing", ""],
    ["a prefix alone", "AKIA"],
    ["lower case", good.toLowerCase()],
    ["one letter in lower case", good.replace("R", "r")],
    ["a lower-case prefix", `akia${good.slice(4)}`],
    ["another prefix", `AROA${good.slice(4)}`],
    ["19 characters", good.slice(0, 19)],
    ["21 characters", `${good}A`],
    ["a digit outside base32", `${good.slice(0, 19)}1`],
    ["base32 padding", `${good.slice(0, 19)}=`],
    ["a space before", ` ${good}`],
    ["a line break behind", `${good}\n`],
    ["a letter that looks alike", good.replace("A", "А")],
    ["a clear first bit", firstBitClear],
  ])("%s", (_, text) => {
    expect(parseAccessKeyId(text)).toBeUndefined();
  });

  it("any text of another form, and none makes it throw", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 40 }), (text) => {
        expect(parseAccessKeyId(text)).toBeUndefined();
      }),
    );
  });
});

describe("what the check covers", () => {
  it("is ten bytes: everything but the prefix and the check itself", () => {
    fc.assert(
      fc.property(accessKeyId, ({ kind, ...id }) => {
        const bytes = checkedBytes({ kind, ...id });
        expect(bytes).toEqual(checkedBytes({ kind: kind === "AKIA" ? "ASIA" : "AKIA", ...id }));
        const whole = base32(printAccessKeyId({ kind, ...id, check: 0 }).slice(4));
        expect(bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n)).toBe(whole);
        expect(bytes.byteLength).toBe(10);
      }),
    );
  });
});
