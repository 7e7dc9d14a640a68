// The caller's side of passports: one an identity, renewed in time; and that no text, however made, upsets their reading.

import { describe, expect, it } from "vitest";
import { derive } from "../../../src/crypto/derive.ts";
import { macKey, verifyMac } from "../../../src/crypto/mac.ts";
import { parseRootKeys } from "../../../src/crypto/root-keys.ts";
import { type Bearer, PassportOffice } from "../../../src/durable/passport-office.ts";
import { parsePassport } from "../../../src/wire/passport.ts";
import { testRootKeys } from "../../support/client.ts";
import { OLDER_ROOT_KEYS } from "../../support/root-keys.ts";

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const bearer: Bearer = {
  object: "111122223333/us-east-1",
  kind: "root",
  account: "111122223333",
  principal: "arn:aws:iam::111122223333:root",
  accessKeyId: "AKIAEXAMPLE",
};

describe("a passport", () => {
  it("says who, for which object, for a minute", async () => {
    const text = await new PassportOffice(testRootKeys).make(bearer, NOW);
    expect(parsePassport(text)?.passport).toEqual({ ...bearer, rootVersion: 2, expires: NOW + 60_000 });
  });

  it.each([testRootKeys, parseRootKeys(OLDER_ROOT_KEYS)])("is sealed under the version that seals", async (rootKeys) => {
    const sealed = parsePassport(await new PassportOffice(rootKeys).make(bearer, NOW));
    expect(sealed?.passport.rootVersion).toBe(rootKeys.seal);
    for (const version of [1, 2]) {
      const key = await macKey(await derive(rootKeys, version, "passport"));
      const [mac, signed] = [sealed?.mac ?? new Uint8Array(), sealed?.signed ?? new Uint8Array()];
      expect(await verifyMac(key, mac, signed)).toBe(version === rootKeys.seal);
    }
  });

  it("serves for 30 seconds", async () => {
    const office = new PassportOffice(testRootKeys);
    expect(office.held(bearer, NOW)).toBeUndefined();
    const first = await office.make(bearer, NOW);
    expect(office.held(bearer, NOW + 29_999)).toBe(first);
    expect(office.held(bearer, NOW + 30_000)).toBeUndefined();
    const second = await office.make(bearer, NOW + 30_000);
    expect(second).not.toBe(first);
    expect(office.held(bearer, NOW + 59_999)).toBe(second);
  });

  it("that was made later takes the place of one that was refused", async () => {
    const office = new PassportOffice(testRootKeys);
    const first = await office.make(bearer, NOW);
    const fresh = await office.make(bearer, NOW + 1);
    expect(fresh).not.toBe(first);
    expect(office.held(bearer, NOW + 2)).toBe(fresh);
  });

  it.each([
    { object: "111122223333/eu-west-1" },
    { accessKeyId: "AKIAANOTHER" },
    { kind: "key" },
    { principal: "" },
    { viaService: "s3.us-east-1.amazonaws.com" },
  ] satisfies Partial<Bearer>[])("is for one identity: %j has its own", async (other) => {
    const office = new PassportOffice(testRootKeys);
    const first = await office.make(bearer, NOW);
    expect(office.held({ ...bearer, ...other }, NOW)).toBeUndefined();
    const second = await office.make({ ...bearer, ...other }, NOW);
    expect(parsePassport(second)?.passport).toMatchObject({ ...bearer, ...other });
    expect(office.held(bearer, NOW)).toBe(first);
  });

  it("is one of 1024 that are kept at most", async () => {
    const office = new PassportOffice(testRootKeys);
    for (let key = 0; key <= 1024; key++) await office.make({ ...bearer, accessKeyId: `AKIA${key}` }, NOW);
    expect(office.held({ ...bearer, accessKeyId: "AKIA1" }, NOW)).toBeDefined();
    expect(office.held({ ...bearer, accessKeyId: "AKIA0" }, NOW)).toBeUndefined();
  });
});

it.each([
  ["claims", (long: string) => `1.2.${long}.AAAA`],
  ["a seal", (long: string) => `1.2.AAAA.${long}`],
  ["a version", (long: string) => `1.${long}.AAAA.AAAA`],
  ["dots", (long: string) => `1.2.${long.replaceAll("A", ".")}`],
])("a text with a million characters of %s is none, and reading it does not throw", (_, text) => {
  expect(parsePassport(text("A".repeat(1_000_000)))).toBeUndefined();
});
