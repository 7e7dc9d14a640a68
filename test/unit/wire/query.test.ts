// AWS Query's flat parameters as members of a shape: lists, numbers, flags; what is refused, and what is passed over.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actionOf, decodeForm, membersOf, unknownAction, versionOf } from "../../../src/wire/query.ts";
import { parseForm } from "../../../src/wire/query-form.ts";
import {
  blob,
  defaulted,
  flag,
  integer,
  listOf,
  oneOf,
  optional,
  sensitive,
  string,
  stringMap,
  structure,
  timestamp,
} from "../../../src/wire/shape.ts";
import { refused } from "../../support/refused.ts";
import { millisecondsOf } from "../kms/stopwatch.ts";
import { UNREADABLE } from "./wide-shape.ts";

const tag = structure({ Key: string({ min: 1, max: 128 }), Value: string({ min: 0, max: 256 }) });
const wide = structure({
  UserName: optional(string({ min: 1, max: 64, pattern: "[\\w+=,.@-]+" })),
  Status: optional(oneOf("Active", "Inactive")),
  MaxItems: defaulted(integer({ min: 1, max: 1000 }), 100),
  SetAsDefault: optional(flag),
  Document: optional(blob({ min: 1, max: 4 })),
  Token: optional(sensitive(string({ min: 1, max: 3 }))),
  Tags: optional(listOf(tag, { max: 3 })),
  TagKeys: optional(listOf(string({ min: 1, max: 8 }), { max: 1500 })),
  Boundary: optional(structure({ Arn: string(), Level: optional(integer({ min: 0, max: 9 })) })),
  Deep: optional(listOf(structure({ Inner: listOf(listOf(string())) }))),
});

const plain = (form: string) => membersOf(parseForm(form), wide);
const decoded = (form: string) => decodeForm(wide, parseForm(form));
const refusal = (form: string) => refused(() => decoded(form));

describe("the operation of a form", () => {
  it("is its Action, of its Version", () => {
    const form = parseForm("Version=2010-05-08&Action=ListUsers&action=no");
    expect([actionOf(form), versionOf(form)]).toEqual(["ListUsers", "2010-05-08"]);
    expect([actionOf(parseForm("")), versionOf(parseForm("Action="))]).toEqual(["", ""]);
  });

  it("that is none is refused by its name and version; one that is not named, as missing", () => {
    const refusalOf = (form: string) => refused(() => { throw unknownAction(parseForm(form)); }); // biome-ignore format: one line
    expect(refusalOf("Action=Fly&Version=2010-05-08")).toEqual({
      code: "UnknownOperationException",
      message: "Could not find operation Fly for version 2010-05-08",
    });
    expect(refusalOf("Action=Fly").message).toBe("Could not find operation Fly for version NO_VERSION_SPECIFIED");
    expect(refusalOf(`Action=${"x".repeat(5000)}&Version=${"y".repeat(5000)}`).message.length).toBeLessThan(2200);
    expect(refusalOf("Version=2010-05-08").code).toBe("MissingAction");
    expect(refusalOf("Action=&Version=2010-05-08").code).toBe("MissingAction");
  });
});

describe("members", () => {
  it("are texts, numbers and flags by their shape", () => {
    expect(plain("UserName=alice&Status=Active&MaxItems=7&SetAsDefault=true&Document=QUI%3D&Token=t")).toEqual({
      UserName: "alice",
      Status: "Active",
      MaxItems: 7,
      SetAsDefault: true,
      Document: "QUI=",
      Token: "t",
    });
    expect(plain("SetAsDefault=false&MaxItems=0&UserName=&Token=1")).toEqual({
      SetAsDefault: false,
      MaxItems: 0,
      UserName: "",
      Token: "1",
    });
    expect(decoded("MaxItems=1000")).toEqual({ MaxItems: 1000 });
  });

  it("that a shape does not know are passed over, whatever they are; absent ones have what they mean then", () => {
    expect(decoded("Action=GetUser&Version=2010-05-08&username=x&Strange.member.1=a&Strange=b&Strange.x=c&.=&..a=&=d")).toEqual({
      MaxItems: 100,
    });
    expect(plain("Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.1.Color=red")).toEqual({
      Tags: [{ Key: "k", Value: "v" }],
    });
  });

  it("of a structure stand behind its name", () => {
    expect(plain("Boundary.Arn=a.b&Boundary.Level=3")).toEqual({ Boundary: { Arn: "a.b", Level: 3 } });
    expect(plain("Boundary.Strange=a")).toEqual({ Boundary: {} });
  });

  it("by names that JavaScript knows are none, unless the shape names them", () => {
    const form = parseForm("__proto__=p&__proto__.UserName=x&constructor=c&toString=t&hasOwnProperty.member.1=h");
    expect(membersOf(form, wide)).toEqual({});
    expect(decodeForm(wide, form)).toEqual({ MaxItems: 100 });
    expect(({} as Record<string, unknown>)["UserName"]).toBeUndefined();
    const odd = structure({ constructor: string(), toString: optional(string()) });
    expect(decodeForm(odd, form)).toEqual({ constructor: "c", toString: "t" });
    expect(refused(() => decodeForm(odd, parseForm(""))).message).toContain("Value null at 'constructor'");
  });
});

describe("a list", () => {
  it("is in the order of its numbers, not of the form or of texts", () => {
    expect(plain("TagKeys.member.10=j&TagKeys.member.2=b&TagKeys.member.1=a")).toEqual({ TagKeys: ["a", "b", "j"] });
  });

  it("closes its gaps, as AWS's does", () => {
    expect(plain("TagKeys.member.7=a&TagKeys.member.999999999=b")).toEqual({ TagKeys: ["a", "b"] });
    expect(plain("Tags.member.3.Key=k&Tags.member.3.Value=")).toEqual({ Tags: [{ Key: "k", Value: "" }] });
  });

  it("is empty by its name alone", () => {
    expect(plain("Tags=")).toEqual({ Tags: [] });
    expect(plain("TagKeys")).toEqual({ TagKeys: [] });
  });

  it("is as deep as its shape", () => {
    expect(
      plain(
        "Deep.member.1.Inner.member.2.member.1=c&Deep.member.1.Inner.member.1.member.2=b&Deep.member.1.Inner.member.1.member.1=a",
      ),
    ).toEqual({ Deep: [{ Inner: [["a", "b"], ["c"]] }] });
    expect(plain("Deep.member.1.Inner.member.1=&Deep.member.2.Inner=")).toEqual({ Deep: [{ Inner: [[]] }, { Inner: [] }] });
  });

  it("loses none of its elements: all that were given are counted", () => {
    const keys = Array.from({ length: 1500 }, (_, at) => `TagKeys.member.${1500 - at}=k${1500 - at}`).join("&");
    expect(decoded(keys).TagKeys).toEqual(Array.from({ length: 1500 }, (_, at) => `k${at + 1}`));
    const tags = Array.from({ length: 4 }, (_, at) => `Tags.member.${at + 1}.Key=k&Tags.member.${at + 1}.Value=v`).join("&");
    expect(refusal(tags)).toEqual({
      code: "ValidationException",
      message:
        "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 3",
    });
    expect(decoded("Tags.member.1.Key=k&Tags.member.1.Value=v&Tags.member.2.Key=k&Tags.member.2.Value=v").Tags).toHaveLength(2);
  });

  it("is read again as it was written", () => {
    const text = fc.string({ minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 20 }), (keys, order) => {
        const pairs = keys.map((key, at) => [`TagKeys.member.${at * 3 + 1}`, key]);
        const mixed = pairs.toSorted((one, other) => (order[pairs.indexOf(one)] ?? 0) - (order[pairs.indexOf(other)] ?? 0));
        expect(decoded(new URLSearchParams(mixed).toString()).TagKeys ?? []).toEqual(keys);
      }),
    );
  });
});

describe("SerializationException", () => {
  it.each([
    "UserName=a&UserName.member.1=b",
    "UserName.member.1=b",
    "UserName.=b",
    "MaxItems=1&MaxItems.x=1",
    "SetAsDefault=true&SetAsDefault.=",
    "Tags=&Tags.member.1.Key=k",
    "TagKeys=&TagKeys.member.1=k",
    "TagKeys.member.1=a&TagKeys.member.1.b=c",
    "Boundary=&Boundary.Arn=a",
  ])("for a name that is a value and has members: %s", (form) => expect(refusal(form)).toEqual(UNREADABLE));

  it.each(["Boundary=a", "Boundary=", "Tags=a", "TagKeys=a,b", "Tags.member.1=k", "Tags.member.1=", "Deep.member.1=x"])(
    "for a text where members are due: %s",
    (form) => expect(refusal(form)).toEqual(UNREADABLE),
  );

  it.each([
    "",
    "x",
    "1.0",
    "1.5",
    "1e2",
    "+1",
    "01",
    "-0",
    " 1",
    "1 ",
    "0x1",
    "１",
    "NaN",
    "2147483648",
    "99999999999",
    "--1",
    "1\n",
  ])("for a number that is none: %j", (text) => {
    expect(refusal(`MaxItems=${encodeURIComponent(text)}`)).toEqual(UNREADABLE);
    expect(refusal(`Boundary.Arn=a&Boundary.Level=${encodeURIComponent(text)}`)).toEqual(UNREADABLE);
  });

  it.each(["", "True", "TRUE", "1", "0", "yes", "true ", "null"])("for a flag that is none: %j", (text) =>
    expect(refusal(`SetAsDefault=${encodeURIComponent(text)}`)).toEqual(UNREADABLE),
  );

  it.each([
    "TagKeys.1=a",
    "TagKeys.member=a",
    "TagKeys.member.=a",
    "TagKeys.member.0=a",
    "TagKeys.member.01=a",
    "TagKeys.member.-1=a",
    "TagKeys.member.1000000000=a",
    "TagKeys.member.x=a",
    "TagKeys.member.1x=a",
    "TagKeys.Member.1=a",
    "TagKeys.entry.1=a",
    "TagKeys.=a",
    "TagKeys.member.1=a&TagKeys.other=b",
    "Tags.Key=a",
  ])("for a list's element without a number, which would be lost: %s", (form) => expect(refusal(form)).toEqual(UNREADABLE));

  it.each(["Document=QUI", "Document=!", "Document=QU+I"])("for a blob that is no base64: %s", (form) =>
    expect(refusal(form)).toEqual(UNREADABLE),
  );
});

it("a shape that no Query service has is a fault of ours", () => {
  for (const shape of [structure({ At: stringMap }), structure({ At: timestamp })])
    expect(() => membersOf(parseForm("At=1"), shape)).toThrow(TypeError);
});

describe("a broken constraint is worded by the one vocabulary:", () => {
  it.each([
    [
      "UserName=a b",
      "Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    ],
    ["UserName=", "Value '' at 'userName' failed to satisfy constraint: Member must have length greater than or equal to 1"],
    [
      "MaxItems=1001",
      "Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
    ],
    ["MaxItems=-5", "Value '-5' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"],
    [
      "Status=active",
      "Value 'active' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]",
    ],
    ["Tags.member.1.Key=k", "Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null"],
    ["Boundary.Level=1", "Value null at 'boundary.arn' failed to satisfy constraint: Member must not be null"],
    ["Token=long", "Value at 'token' failed to satisfy constraint: Member must have length less than or equal to 3"],
  ])("%s", (form, words) => {
    expect(refusal(form)).toEqual({ code: "ValidationException", message: `1 validation error detected: ${words}` });
  });

  it("a check across members is asked too", () => {
    const pair = structure({ A: string(), B: string() }, ({ A, B }) => {
      if (A !== B) throw new RangeError("they differ");
    });
    expect(() => decodeForm(pair, parseForm("A=1&B=2"))).toThrow("they differ");
    expect(decodeForm(pair, parseForm("A=1&B=1"))).toEqual({ A: "1", B: "1" });
  });
});

describe("a mebibyte takes no time:", () => {
  it.each(["Tags.", "member.", "Tags.member.1.", ".", "1", "9", "TagKeys.member.1.member.", "__proto__."])(
    "names of %s",
    async (unit) => {
      for (const head of ["", "Tags.", "TagKeys.member.", "TagKeys.member.1.", "Deep.member.1.Inner.member.1.member.1."]) {
        const form = parseForm(`${head}${unit.repeat((1024 * 1024) / unit.length)}=a`);
        const outcome = () => {
          try {
            return decodeForm(wide, form);
          } catch {
            return undefined; // read or refused: what counts is when
          }
        };
        expect(await millisecondsOf(outcome)).toBeLessThan(200);
      }
    },
  );

  it("two thousand parameters with long names that are alike", async () => {
    const long = "x".repeat(400);
    const form = parseForm(Array.from({ length: 2000 }, (_, at) => `Tags.member.${2000 - at}.${long}=v`).join("&"));
    expect(
      await millisecondsOf(() => expect(refused(() => decodeForm(wide, form)).code).toBe("ValidationException")),
    ).toBeLessThan(200);
  });
});
