// How a request body is read: what is forgiven, what is refused as unreadable, and that neither size nor depth hurts.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../../src/wire/api-error.ts";
import { blob, decode, defaulted, integer, optional, string, structure } from "../../../src/wire/shape.ts";
import { body, refusal, UNREADABLE, wide } from "./wide-shape.ts";

describe("what is forgiven", () => {
  it("an empty body is an empty object", () => {
    expect(decode(structure({ Limit: defaulted(integer({ min: 1, max: 9 }), 5) }), "")).toEqual({ Limit: 5 });
  });

  it("a null member is an absent one, which is left out or has what it means then", () => {
    const nulls = '"Plaintext":null,"EncryptionContext":null,"GrantTokens":null,"Recipient":null,"DryRun":null,"Limit":null';
    expect(decode(wide, body(nulls))).toEqual({ KeyId: "k", Limit: 50 });
    expect(Object.keys(decode(wide, body("")))).toEqual(["KeyId", "Limit"]);
  });

  it("unknown members are passed over, whatever they hold", () => {
    expect(decode(wide, body('"keyid":"x","Strange":{"KeyId":[1,{"a":null}]},"":0'))).toEqual({ KeyId: "k", Limit: 50 });
  });

  it("of duplicate members the last holds, even if it is null", () => {
    expect(decode(wide, '{"KeyId":"first","KeyId":"last"}')).toEqual({ KeyId: "last", Limit: 50 });
    expect(decode(wide, body('"EncryptionContext":{"a":"1","a":"2"}')).EncryptionContext).toEqual(new Map([["a", "2"]]));
    expect(refusal(wide, '{"KeyId":"first","KeyId":null}').code).toBe("ValidationException");
  });

  it("an integer may be written with a fraction of zero or an exponent", () => {
    expect(decode(wide, body('"NumberOfBytes":365.0,"Limit":1e2'))).toMatchObject({ NumberOfBytes: 365, Limit: 100 });
  });

  it("white space around the document", () => {
    expect(decode(wide, ` \n\t${body("")}\r\n`).KeyId).toBe("k");
  });

  it("empty maps and lists, which are not absent", () => {
    const { EncryptionContext, GrantTokens } = decode(wide, body('"EncryptionContext":{},"GrantTokens":[]'));
    expect([EncryptionContext, GrantTokens]).toEqual([new Map(), []]);
  });
});

describe("names that JavaScript knows", () => {
  it("__proto__ is a key of a map like any other", () => {
    const { EncryptionContext } = decode(wide, body('"EncryptionContext":{"__proto__":"p","constructor":"c","toString":"t"}'));
    expect([...(EncryptionContext ?? [])]).toEqual([
      ["__proto__", "p"],
      ["constructor", "c"],
      ["toString", "t"],
    ]);
  });

  it("__proto__ as a member gives nothing to its object", () => {
    expect(refusal(wide, '{"__proto__":{"KeyId":"k"}}').message).toContain("Value null at 'keyId'");
    expect(({} as Record<string, unknown>)["KeyId"]).toBeUndefined();
  });

  it("a member that only the prototype has is absent", () => {
    expect(refusal(structure({ toString: string() }), "{}").message).toContain("Value null at 'toString'");
  });
});

describe("SerializationException, which has no text", () => {
  it.each([
    "{",
    "null",
    "[]",
    '"KeyId"',
    "1",
    "true",
    "{KeyId:1}",
    "{'KeyId':'k'}",
    '{"KeyId":"k"}}',
    '{"KeyId":"k",}',
    "\u0000",
    "\ufeff{}",
  ])("for a body that is no JSON object: %j", (text) => expect(refusal(wide, text)).toEqual(UNREADABLE));

  it.each([
    '"KeyId":1',
    '"KeyId":{}',
    '"KeyId":["k"]',
    '"NumberOfBytes":"1"',
    '"NumberOfBytes":1.5',
    '"NumberOfBytes":true',
    '"NumberOfBytes":2147483648',
    '"NumberOfBytes":1e400',
    '"DryRun":"true"',
    '"DryRun":0',
    '"MacAlgorithm":7',
    '"Plaintext":1',
    '"Plaintext":[1]',
    '"EncryptionContext":[]',
    '"EncryptionContext":"a"',
    '"EncryptionContext":{"a":1}',
    '"EncryptionContext":{"a":["b"]}',
    '"GrantTokens":"a"',
    '"GrantTokens":{"0":"a"}',
    '"GrantTokens":[1]',
    '"GrantTokens":[null]',
    '"Tags":["a"]',
    '"Tags":[[]]',
    '"Tags":[{"TagKey":1,"TagValue":""}]',
    '"Recipient":"a"',
    '"Recipient":[]',
  ])("for a member of another type: %s", (member) => expect(refusal(wide, body(member))).toEqual(UNREADABLE));

  it.each([
    "QUJ",
    "QUJDRA",
    "QUJDRA=",
    "QUJD=",
    "====",
    "QUI=QUI=",
    "QU JD",
    "QUJD\\n",
    " QUJD",
    "\\tQUJD",
    "QU\\u00a0JD",
    "-_-_",
    "QUJ!",
    "QUJDé",
  ])("for a blob that is not standard, padded base64: %s", (text) =>
    expect(refusal(wide, body(`"Plaintext":"${text}"`))).toEqual(UNREADABLE),
  );

  it.each([
    '"KeyId":"\\ud800"',
    '"KeyId":"\\uDC00a"',
    '"KeyId":"\\ude00\\ud83d"',
    '"EncryptionContext":{"\\ud800":"v"}',
    '"EncryptionContext":{"k":"v\\udfff"}',
    '"Tags":[{"TagKey":"a","TagValue":"\\ud8ff"}]',
    '"Strange":[[{"a":["\\udbff"]}]]',
    '"\\ud83d":1',
    '"Strange":{"__proto__":{"\\udead":null}}',
  ])("for half a surrogate pair anywhere: %s", (member) => expect(refusal(wide, `{${member}}`)).toEqual(UNREADABLE));

  it("not for a whole pair, nor for a backslash that only looks like half of one", () => {
    expect(decode(wide, '{"KeyId":"\\ud83d\\ude00"}').KeyId).toBe("\u{1f600}");
    expect(decode(wide, '{"KeyId":"\\\\ud800"}').KeyId).toBe("\\ud800");
  });

  it("goes before every ValidationException", () => {
    expect(refusal(wide, '{"NumberOfBytes":0,"DryRun":1}')).toEqual(UNREADABLE);
    expect(refusal(wide, '{"DryRun":1,"NumberOfBytes":0}')).toEqual(UNREADABLE);
  });
});

describe("large and deep bodies", () => {
  const DEEP = `${"[".repeat(100_000)}"\\u0041"${"]".repeat(100_000)}`;
  const MEBIBYTE = 1024 * 1024;

  it("a hundred thousand brackets are another type, or an unknown member, and never an overflow", () => {
    expect(refusal(wide, DEEP)).toEqual(UNREADABLE);
    expect(refusal(wide, body(`"Tags":${DEEP}`))).toEqual(UNREADABLE);
    expect(decode(wide, body(`"Strange":${DEEP}`)).KeyId).toBe("k");
    expect(refusal(wide, "[".repeat(100_000))).toEqual(UNREADABLE);
    expect(refusal(wide, '{"a":'.repeat(100_000))).toEqual(UNREADABLE);
  });

  it("half a surrogate pair is found at any depth", () => {
    expect(refusal(wide, body(`"Strange":${DEEP.replace("\\u0041", "\\ud800")}`))).toEqual(UNREADABLE);
    expect(refusal(wide, body(`"Strange":${'{"a":'.repeat(50_000)}"\\udc00"${"}".repeat(50_000)}`))).toEqual(UNREADABLE);
  });

  it("a mebibyte in one text costs one pass: escapes, emoji, base64, white space, a pattern that backtracks", () => {
    const anything = structure({
      Text: optional(string()),
      Blob: optional(blob({ min: 0, max: MEBIBYTE })),
      Marker: optional(string({ max: MEBIBYTE, pattern: "[\\u0020-\\u00FF]*" })),
    });
    expect(decode(anything, `{"Text":"${"\\ud83d\\ude00".repeat(MEBIBYTE / 12)}"}`).Text).toHaveLength(
      2 * Math.floor(MEBIBYTE / 12),
    );
    expect(decode(anything, `{"Text":"${"\u{1f600}".repeat(MEBIBYTE / 4)}"}`).Text).toHaveLength(MEBIBYTE / 2);
    expect(decode(anything, `{"Blob":"${"QUJD".repeat(MEBIBYTE / 4)}"}`).Blob).toHaveLength((MEBIBYTE / 4) * 3);
    expect(refusal(anything, `{"Blob":"${"QUJD".repeat(MEBIBYTE / 4 - 1)}    "}`)).toEqual(UNREADABLE);
    expect(refusal(anything, `{"Marker":"${"a".repeat(MEBIBYTE - 1)}\u0100"}`).code).toBe("ValidationException");
    expect(decode(wide, " ".repeat(MEBIBYTE) + body("")).KeyId).toBe("k");
  });

  it("of a map of a hundred thousand pairs, 1,001 are read", () => {
    const pairs = Array.from({ length: 100_000 }, (_, at) => (at > 1100 ? `"k${at}":7` : `"k${at}":"v"`)).join();
    const { EncryptionContext } = decode(wide, body(`"EncryptionContext":{${pairs}}`));
    expect([EncryptionContext?.size, EncryptionContext?.has("k1000")]).toEqual([1001, true]);
  });
});

describe("for every input", () => {
  const text = fc.string({ unit: "binary", maxLength: 12 });

  it("a map comes out as it went in, or a text in it is not well-formed", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 8 }), (pairs) => {
        const printed = `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`;
        const isWhole = pairs.every(([name, value]) => name.isWellFormed() && value.isWellFormed());
        if (isWhole) expect(decode(wide, body(`"EncryptionContext":${printed}`)).EncryptionContext).toEqual(new Map(pairs));
        else expect(refusal(wide, body(`"EncryptionContext":${printed}`))).toEqual(UNREADABLE);
      }),
    );
  });

  it("a blob comes out as it went in", () => {
    const any = structure({ Blob: blob({ min: 0, max: 99 }) });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 99 }), (bytes) => {
        expect(decode(any, JSON.stringify({ Blob: bytes.toBase64() })).Blob).toEqual(bytes);
      }),
    );
  });

  it("a body is read or refused with one of two errors, and nothing else is ever thrown", () => {
    const names = Object.keys(wide.constraints.members ?? {});
    const document = fc
      .dictionary(fc.constantFrom(...names), fc.jsonValue({ maxDepth: 3 }))
      .map((value) => JSON.stringify(value));
    const damaged = fc.tuple(document, fc.nat(200), text).map(([json, at, part]) => json.slice(0, at) + part + json.slice(at));
    fc.assert(
      fc.property(fc.oneof(document, damaged, text), (json) => {
        try {
          expect(typeof decode(wide, json).KeyId).toBe("string");
        } catch (cause) {
          if (!(cause instanceof ApiError)) throw cause;
          expect(["SerializationException", "ValidationException"]).toContain(cause.code);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
