// Key ids, ARNs and aliases: what names a key, and what only looks like it.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aliasArn, isKeyId, keyArn, parseKeyName, rootArn } from "../../../src/wire/arn.ts";

const UUID = "1234abcd-12ab-34cd-56ef-1234567890ab";
const MRK = "mrk-1234abcd12ab34cd56ef1234567890ab";
const scope = { partition: "aws", region: "us-east-1", account: "111122223333" };
const PREFIX = "arn:aws:kms:us-east-1:111122223333:";

describe("a key name is", () => {
  it.each([UUID, MRK])("a key id: %s", (id) => {
    expect(isKeyId(id)).toBe(true);
    expect(parseKeyName(id)).toEqual({ kind: "key", id });
  });

  it.each([UUID, MRK])("a key ARN: of %s", (id) => {
    expect(parseKeyName(`${PREFIX}key/${id}`)).toEqual({ kind: "key", id, arn: scope });
  });

  it.each(["alias/a", "alias/aws/s3", "alias/a:b/c_d-e", "alias/"])("an alias, with its prefix: %s", (name) => {
    expect(parseKeyName(name)).toEqual({ kind: "alias", name });
    if (name !== "alias/") expect(parseKeyName(PREFIX + name)).toEqual({ kind: "alias", name, arn: scope });
  });

  it("an ARN of any partition, Region and account, whose scope is kept for the checks to come", () => {
    expect(parseKeyName(`arn:aws-us-gov:kms:eu-west-9:000000000000:key/${UUID}`)).toEqual({
      kind: "key",
      id: UUID,
      arn: { partition: "aws-us-gov", region: "eu-west-9", account: "000000000000" },
    });
  });
});

describe("a key name is not", () => {
  it.each([
    "",
    "fake-key-id",
    "invalid",
    UUID.toUpperCase(),
    UUID.replaceAll("-", ""),
    `${UUID} `,
    ` ${UUID}`,
    `${UUID}\n`,
    `${UUID}0`,
    `{${UUID}}`,
    "mrk-fake-key-id",
    MRK.slice(0, -1),
    `${MRK}0`,
    `mrk-${UUID}`,
    MRK.toUpperCase(),
    "key/".concat(UUID),
    "Alias/a",
  ])("%j", (text) => {
    expect(isKeyId(text)).toBe(false);
    expect(parseKeyName(text)).toEqual({ kind: "malformed", arn: false });
  });

  it.each([
    "arn:",
    "arn:aws",
    `${PREFIX}key/`,
    `${PREFIX}key/${UUID}\n`,
    `${PREFIX}key/${UUID}/x`,
    `${PREFIX}${UUID}`,
    `${PREFIX}KEY/${UUID}`,
    `${PREFIX}grant/${UUID}`,
    `arn:aws:s3:us-east-1:111122223333:key/${UUID}`,
    `arn:aws:kms::111122223333:key/${UUID}`,
    `arn:aws:kms:us-east-1:11112222333:key/${UUID}`,
    `arn:aws:kms:us-east-1:1111222233334:key/${UUID}`,
    `arn:aws:kms:US-EAST-1:111122223333:key/${UUID}`,
    `arn:gcp:kms:us-east-1:111122223333:key/${UUID}`,
    "arn:aws:kms:us-east-1:111122223333:",
  ])("an ARN like %j", (text) => {
    expect(parseKeyName(text)).toEqual({ kind: "malformed", arn: true });
  });
});

it("what is printed is read again as it was", () => {
  expect(parseKeyName(keyArn(scope, UUID))).toEqual({ kind: "key", id: UUID, arn: scope });
  expect(parseKeyName(aliasArn(scope, "alias/a"))).toEqual({ kind: "alias", name: "alias/a", arn: scope });
  expect(keyArn(scope, MRK)).toBe(`${PREFIX}key/${MRK}`);
  expect(rootArn("aws", "111122223333")).toBe("arn:aws:iam::111122223333:root");
});

it("any text is read as something, and what is read as a key is printed from its parts exactly", () => {
  const near = fc.constantFrom(UUID, MRK, PREFIX, "key/", "alias/", ":", "arn:aws:kms:", "\n", "0", "a");
  const text = fc.array(near, { maxLength: 6 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (given) => {
      const name = parseKeyName(given);
      if (name.kind === "key") expect(given).toBe(name.arn === undefined ? name.id : keyArn(name.arn, name.id));
      if (name.kind === "alias") expect(given).toBe(name.arn === undefined ? name.name : aliasArn(name.arn, name.name));
    }),
    { numRuns: 1000 },
  );
});
