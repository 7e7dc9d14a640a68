// The words of a ValidationException, which are AWS's. Recorded answers of AWS where there are some.

import { describe, expect, it } from "vitest";
import { ApiError } from "../../../src/wire/api-error.ts";
import { decode, flag, integer, optional, structure } from "../../../src/wire/shape.ts";
import { body, refusal, wide } from "./wide-shape.ts";

const invalid = (message: string) => ({ code: "ValidationException", message });
const one = (item: string) => invalid(`1 validation error detected: ${item}`);

describe("ValidationException in AWS's words", () => {
  const LONG = "a".repeat(129);

  it.each([
    ["", "Value null at 'keyId' failed to satisfy constraint: Member must not be null"],
    ['"keyId":"k"', "Value null at 'keyId' failed to satisfy constraint: Member must not be null"],
    ['"KeyId":""', "Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1"],
  ])("a required member: {%s}", (members, item) => expect(refusal(wide, `{${members}}`)).toEqual(one(item)));

  it.each([
    [
      '"NumberOfBytes":0',
      "Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      '"NumberOfBytes":1025',
      "Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
    ],
    ['"Plaintext":""', "Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1"],
    [
      `"Plaintext":"${"QUFB".repeat(6)}"`,
      "Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 16",
    ],
    [
      '"MacAlgorithm":"INVALID"',
      "Value 'INVALID' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [HMAC_SHA_224, HMAC_SHA_256]",
    ],
    [
      '"MacAlgorithm":"hmac_sha_224"',
      "Value 'hmac_sha_224' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [HMAC_SHA_224, HMAC_SHA_256]",
    ],
    [
      `"Tags":[{"TagKey":"${LONG}","TagValue":""}]`,
      `Value '${LONG}' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length less than or equal to 128`,
    ],
    [
      '"Tags":[{"TagKey":"a","TagValue":""},{"TagKey":"b"}]',
      "Value null at 'tags.2.member.tagValue' failed to satisfy constraint: Member must not be null",
    ],
    [
      '"Marker":"A1"',
      "Value 'A1' at 'marker' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
    ],
    [
      '"Marker":"ab\\n"',
      "Value 'ab\n' at 'marker' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
    ],
    [
      '"Operations":["foo"]',
      "Value '[foo]' at 'operations' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [Encrypt, Decrypt]]",
    ],
    [
      '"GrantTokens":["a","123456789"]',
      "Value '[a, 123456789]' at 'grantTokens' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 8, Member must have length greater than or equal to 1]",
    ],
    [
      '"GrantTokens":["a","b","c"]',
      "Value '[a, b, …]' at 'grantTokens' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
    [
      '"EncryptionContext":{"k":null}',
      "Value null at 'encryptionContext.k.member' failed to satisfy constraint: Member must not be null",
    ],
    [
      '"Recipient":{"AttestationDocument":"QUFBQUE="}',
      "Value at 'recipient.attestationDocument' failed to satisfy constraint: Member must have length less than or equal to 4",
    ],
  ])("%s", (member, item) => expect(refusal(wide, body(member))).toEqual(one(item)));

  it("a pattern is tried only on a text within its length", () => {
    expect(refusal(wide, body('"Marker":"A"'))).toEqual(
      one("Value 'A' at 'marker' failed to satisfy constraint: Member must have length greater than or equal to 2"),
    );
    expect(refusal(wide, body('"Marker":"ABCDEFGHI"'))).toEqual(
      one("Value 'ABCDEFGHI' at 'marker' failed to satisfy constraint: Member must have length less than or equal to 8"),
    );
  });

  it("a text's length is counted in UTF-16 units, a blob's in bytes", () => {
    const key = (text: string): string => body(`"Tags":[{"TagKey":"${text}","TagValue":""}]`);
    expect(decode(wide, key("\u{1f600}".repeat(64))).Tags).toHaveLength(1);
    expect(refusal(wide, key(`${"\u{1f600}".repeat(64)}a`)).message).toContain("less than or equal to 128");
    expect(decode(wide, key("ÿ".repeat(128))).Tags).toHaveLength(1);
    expect(decode(wide, body(`"Plaintext":"${new Uint8Array(16).toBase64()}"`)).Plaintext).toHaveLength(16);
  });

  it("all violations stand in one message, in the order of the members", () => {
    expect(refusal(wide, '{"NumberOfBytes":0,"Plaintext":"","Tags":[{}]}')).toEqual(
      invalid(
        [
          "5 validation errors detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null",
          "Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1",
          "Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
          "Value null at 'tags.1.member.tagKey' failed to satisfy constraint: Member must not be null",
          "Value null at 'tags.1.member.tagValue' failed to satisfy constraint: Member must not be null",
        ].join("; "),
      ),
    );
  });

  it("a blob's value never stands in a message, not even among others", () => {
    const secret = "U0VDUkVUU0VDUkVUU0VDUkVU";
    const { message } = refusal(wide, `{"Plaintext":"${secret}","Recipient":{"AttestationDocument":"${secret}"}}`);
    expect(message).toMatch(/^3 validation errors/);
    expect(message).not.toMatch(/U0VDUkVU|SECRET|83,69/);
  });

  it("what holds across members is checked when every member is right, and before anything else happens", () => {
    const crossed = structure({ A: optional(flag), B: optional(integer({ min: 1, max: 2 })) }, ({ A, B }) => {
      if (A === true && B === undefined) throw new ApiError("ValidationException", "B is required.");
    });
    expect(refusal(crossed, '{"A":true}')).toEqual(invalid("B is required."));
    expect(refusal(crossed, '{"A":true,"B":3}').message).toMatch(/^1 validation error detected/);
    expect(decode(crossed, '{"A":true,"B":2}')).toEqual({ A: true, B: 2 });
  });
});
