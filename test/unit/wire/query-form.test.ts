// A form: what is read of it, what is refused, and that no form takes longer than its length.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseForm } from "../../../src/wire/query-form.ts";
import { refused } from "../../support/refused.ts";
import { millisecondsOf } from "../kms/stopwatch.ts";

const read = (body: string) => [...parseForm(body)];
const refusal = (body: string) => refused(() => parseForm(body));

const MEBIBYTE = 1024 * 1024;
const TWICE = { code: "SerializationException", message: "The request gives a parameter more than once." };
const TOO_MANY = { code: "SerializationException", message: "The request has more than 2000 parameters." };
const NO_UTF8 = {
  code: "SerializationException",
  message: "The request has a parameter that is not percent-encoded UTF-8.",
};

describe("a form's parameters", () => {
  it.each([
    ["", []],
    ["Action=ListUsers", [["Action", "ListUsers"]]],
    [
      "a=1&b=2",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    ["a=1=2==", [["a", "1=2=="]]],
    ["a", [["a", ""]]],
    ["a=", [["a", ""]]],
    ["=b", [["", "b"]]],
    [
      "&&a=1&&&b=2&",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    ["a+b=c+d", [["a b", "c d"]]],
    ["a%2Bb=%2b", [["a+b", "+"]]],
    ["a%3Db%26=%3D%26", [["a=b&", "=&"]]],
    ["%41=%c3%A9", [["A", "é"]]],
    ["a=%F0%9F%98%80", [["a", "\u{1f600}"]]],
    ["a=é\u{1f600}", [["a", "é\u{1f600}"]]],
    ["a=%00%0D%0A", [["a", "\u0000\r\n"]]],
    ["a=%EF%BB%BF", [["a", "\ufeff"]]],
    ["a=%2525", [["a", "%25"]]],
    ["a=1;b=2", [["a", "1;b=2"]]],
    [
      "a=1&A=2",
      [
        ["a", "1"],
        ["A", "2"],
      ],
    ],
  ] as const)("of %j", (body, pairs) => expect(read(body)).toEqual(pairs));

  it("may have names that JavaScript knows", () => {
    const parameters = parseForm("__proto__=p&constructor=c&toString=t&hasOwnProperty=");
    expect([...parameters.keys()]).toEqual(["__proto__", "constructor", "toString", "hasOwnProperty"]);
    expect(parseForm("a=1").get("constructor")).toBeUndefined();
  });

  it("come out as they went in, as URLSearchParams prints them", () => {
    const text = fc.string({ unit: "binary", maxLength: 12 }).map((any) => any.toWellFormed());
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name, maxLength: 8 }), (pairs) => {
        expect(read(new URLSearchParams(pairs.map(([name, value]) => [name, value])).toString())).toEqual(pairs);
      }),
    );
  });
});

describe("a form is refused", () => {
  it.each(["a=1&a=2", "a=1&a=1", "a&a", "a=1&%61=2", "a+b=&a%20b=", "=1&=2", "__proto__=1&__proto__=2"])(
    "that gives a name twice: %s",
    (body) => expect(refusal(body)).toEqual(TWICE),
  );

  it.each([
    "a=%",
    "a=%4",
    "a=%zz",
    "a=%4g",
    "%=a",
    "a=% 41",
    "a=%C3", // half a character
    "a=%C3%",
    "a=%C3a",
    "a=%80",
    "a=%FF",
    "a=%C0%80", // longer than need be
    "a=%E0%80%AF",
    "a=%ED%A0%80", // half a surrogate pair
    "a=%ED%A0%BD%ED%B8%80", // both halves
    "a=%F4%90%80%80", // behind the last character
    "a=%F8%88%80%80%80",
    "a=%u0041",
  ])("for %s", (body) => expect(refusal(body)).toEqual(NO_UTF8));

  it("with more than 2,000 parameters", () => {
    const form = (count: number) => Array.from({ length: count }, (_, at) => `p${at}=${at}`).join("&");
    expect(parseForm(form(2000)).size).toBe(2000);
    expect(parseForm(`&&${form(2000)}&&`).size).toBe(2000);
    expect(refusal(form(2001))).toEqual(TOO_MANY);
  });
});

describe("a mebibyte takes one pass:", () => {
  it.each(["&", "=", "+", "%25", "a", "%41", "a=1&", "&=", "%F0%9F%98%80", "%", "é", "a&a=", "b.1.", "%00=&"])(
    "%s",
    async (unit) => {
      const body = unit.repeat(MEBIBYTE / unit.length);
      for (const whole of [body, `a=${body}`, `${body}=a`, `a=1&${body}`]) {
        const outcome = () => {
          try {
            return parseForm(whole);
          } catch {
            return undefined; // read or refused: what counts is when
          }
        };
        expect(await millisecondsOf(outcome)).toBeLessThan(500);
      }
    },
  );

  it("different names, and names that are alike for long", () => {
    const names = Array.from({ length: 90_000 }, (_, at) => `${at}=`).join("&");
    expect(refusal(names)).toEqual(TOO_MANY);
    const long = "x".repeat(1000);
    const alike = Array.from({ length: 1000 }, (_, at) => `${long}${at}=`).join("&");
    expect(parseForm(alike).size).toBe(1000);
  });
});
