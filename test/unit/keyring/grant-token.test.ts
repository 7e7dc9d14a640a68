// The grant token: names a grant, prints back as it was read, and has one spelling.

import { describe, expect, it } from "vitest";
import { type GrantToken, parseGrantToken, printGrantToken } from "../../../src/keyring/grant-token.ts";
import { fromBase64, toBase64, utf8 } from "../../../src/wire/bytes.ts";
import { random } from "../../support/keyrings.ts";

const TOKEN: GrantToken = {
  account: "000000000012",
  region: "us-east-1",
  keyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
  grantId: "0123456789abcdef".repeat(4),
};
const [FLAGS, ACCOUNT, REGION] = [1, 2, 63];
const TEXT = printGrantToken(TOKEN, new Uint8Array(8));

/** The token with some of its bytes replaced. */
function changed(at: number, ...bytes: readonly number[]): string {
  const whole = fromBase64(TEXT) ?? expect.unreachable();
  whole.set(bytes, at);
  return toBase64(whole);
}

const inRegion = (name: string): string =>
  toBase64(Uint8Array.from([...(fromBase64(TEXT)?.subarray(0, REGION) ?? []), ...utf8(name)]));

describe("a grant token", () => {
  it.each([
    TOKEN,
    { ...TOKEN, account: "999999999999", keyId: "mrk-1234abcd12ab34cd56ef1234567890ab" },
    { ...TOKEN, account: "000000000000", region: "ap-southeast-1", grantId: "0".repeat(64) },
  ])("is read as it was printed: %o", (token) => {
    expect(parseGrantToken(printGrantToken(token, random(8)))).toEqual(token);
  });

  it("is another each time", () => {
    expect(printGrantToken(TOKEN, random(8))).not.toBe(printGrantToken(TOKEN, random(8)));
  });

  it("is none of another version, with flags that no version has set, or with more than twelve digits of an account", () => {
    expect(parseGrantToken(changed(0, 1))).toEqual(TOKEN);
    for (const version of [0, 2, 255]) expect(parseGrantToken(changed(0, version))).toBeUndefined();
    expect(parseGrantToken(changed(FLAGS, 1))?.keyId).toBe("mrk-1234abcd12ab34cd56ef1234567890ab");
    for (const flags of [2, 3, 128, 255]) expect(parseGrantToken(changed(FLAGS, flags))).toBeUndefined();
    expect(parseGrantToken(changed(ACCOUNT, 0xe8, 0xd4, 0xa5, 0x0f, 0xff))?.account).toBe("999999999999");
    expect(parseGrantToken(changed(ACCOUNT, 0xe8, 0xd4, 0xa5, 0x10, 0x00))).toBeUndefined();
  });

  it("is none without a Region, with an unknown one, or with anything before or behind it", () => {
    expect(parseGrantToken(inRegion("us-east-1"))).toEqual(TOKEN);
    for (const name of ["", "us-east-", "us-east-1 ", "us-east-11", "US-EAST-1", "mars-north-1", "constructor", "us-east-1\0"])
      expect(parseGrantToken(inRegion(name))).toBeUndefined();
    const whole = fromBase64(TEXT) ?? expect.unreachable();
    for (let length = 0; length < whole.byteLength; length++)
      expect(parseGrantToken(toBase64(whole.slice(0, length)))).toBeUndefined();
  });

  it("has one spelling: no white space, no other alphabet, no padding but its own, and no bits that say nothing", () => {
    const one = printGrantToken({ ...TOKEN, region: "ap-east-1" }, Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255));
    const two = printGrantToken({ ...TOKEN, region: "af-south-1" }, random(8));
    expect(two).toMatch(/[A-Za-z0-9+/]==$/);
    const bits = two.replace(/(.)==$/, (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}==`);
    const url = one.replaceAll("/", "_");
    expect(url).not.toBe(one);
    expect(fromBase64(bits)).toEqual(fromBase64(two));
    for (const text of [bits, url, two.slice(0, -1), two.slice(0, -2), `${two}=`, ` ${two}`, `${two}\n`, `${two}====`, "", "="])
      expect(parseGrantToken(text)).toBeUndefined();
    for (const text of [one, two]) expect(parseGrantToken(text)).toBeDefined();
  });
});
