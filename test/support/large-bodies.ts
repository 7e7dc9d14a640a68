// Bodies of up to a mebibyte for every member of a shape, made to cost as much as they can: generated from the shape itself.

import type { Constraints, Members } from "../../src/wire/shape.ts";

export const BODY_BYTES_MAX = 1024 * 1024;

/** So many of `unit`, with commas between, as `room` bytes hold. */
const filled = (unit: (at: number) => string, room: number): string => {
  const parts: string[] = [];
  for (let at = 0, length = 0; ; at++) {
    const part = unit(at);
    length += part.length + 1;
    if (length > room) return parts.join(",");
    parts.push(part);
  }
};

/** Values of any JSON type, long in every way that JSON knows. */
function anyValues(room: number): Record<string, string> {
  const half = Math.floor(room / 2) - 20;
  return {
    "a long text": `"${"a".repeat(room - 2)}"`,
    "a long text that no pattern takes": `"${"a".repeat(room - 5)}\u2028"`,
    "escaped pairs": `"${"\\ud83d\\ude00".repeat(Math.floor(room / 12) - 1)}"`,
    "escaped controls": `"${"\\u0001".repeat(Math.floor(room / 6) - 1)}"`,
    "escaped backslashes": `"${"\\\\".repeat(half)}"`,
    "an ARN of colons": `"arn:aws:kms:${":".repeat(room - 20)}"`,
    "an ARN that never ends": `"arn:${"aws-".repeat(Math.floor(room / 4) - 3)}"`,
    "half a pair at the end": `"${"\\ud83d\\ude00".repeat(Math.floor(room / 12) - 3)}\\ud83d"`,
    base64: `"${"QUJD".repeat(Math.floor(room / 4) - 1)}"`,
    "base64, white space behind": `"${"QUJD".repeat(Math.floor(room / 4) - 2)} "`,
    "a long number": `1${"0".repeat(room - 1)}`,
    "a long fraction": `0.${"1".repeat(room - 2)}`,
    brackets: `${"[".repeat(half)}${"]".repeat(half)}`,
    "open brackets": "[".repeat(room),
    "nested objects": `${'{"a":'.repeat(Math.floor(room / 6) - 1)}1${"}".repeat(Math.floor(room / 6) - 1)}`,
    "empty objects": `[${filled(() => "{}", room - 2)}]`,
    "empty lists": `[${filled(() => "[]", room - 2)}]`,
    "empty texts": `[${filled(() => '""', room - 2)}]`,
    "short texts": `[${filled((at) => `"${at.toString(36)}"`, room - 2)}]`,
    zeros: `[${filled(() => "0", room - 2)}]`,
    nulls: `[${filled(() => "null", room - 2)}]`,
    "texts, then numbers": `[${filled(() => '"k"', half)},${filled(() => "7", half)}]`,
    "objects of different members": `[${filled((at) => `{"${at.toString(36)}":1}`, room - 2)}]`,
    pairs: `{${filled((at) => `"${at.toString(36)}k":"v"`, room - 2)}}`,
    "numbered pairs": `{${filled((at) => `"${at}":"v"`, room - 2)}}`,
    "numbered pairs, far apart": `{${filled((at) => `"${at * 524_287}":"v"`, room - 2)}}`,
    "the same pair again": `{${filled(() => '"a":"b"', room - 2)}}`,
    "pairs of nothing": `{${filled((at) => `"${at.toString(36)}":null`, room - 2)}}`,
    "a pair of a long name and nothing": `{"${"é".repeat(half / 2)}":null}`,
    "pairs of escaped names": `{${filled((at) => `"\\ud83d\\ude00${at}":"\\u0000"`, room - 2)}}`,
  };
}

const REST = 16; // for the brackets around

/** Values that go deeper into a shape than any value does. */
function ofShape(constraints: Constraints, room: number): Record<string, string> {
  const { element, members, values } = constraints;
  const found: Record<string, string> = {};
  if (values !== undefined) found["a value of the list, and much behind"] = `"${values[0]}${"_".repeat(room - 99)}"`;
  if (element !== undefined) {
    for (const [how, json] of Object.entries(ofShape(element.constraints, room - REST))) found[`one of: ${how}`] = `[${json}]`;
    for (const [how, json] of Object.entries(ofShape(element.constraints, 1100)))
      found[`many of: ${how}`] = `[${filled(() => json, room - REST)}]`;
    for (const [how, json] of Object.entries(anyValues(1100))) found[`many of: ${how}`] = `[${filled(() => json, room - REST)}]`;
    const [, valid = "k"] = /"?([^"]*)"?/.exec(element.constraints.values?.[0] ?? "k") ?? [];
    found["many good ones"] =
      `[${filled((at) => goodOf(element.constraints, `${valid}${element.constraints.values ? "" : at}`), room - REST)}]`;
  }
  for (const [name, json] of Object.entries(members === undefined ? {} : ofMembers(members, room - REST)))
    found[name] = `{${json}}`;
  return found;
}

function goodOf({ type, members }: Constraints, text: string): string {
  if (type !== "structure") return JSON.stringify(text);
  return JSON.stringify(Object.fromEntries(Object.keys(members ?? {}).map((name) => [name, text])));
}

/** Each member in every way: `"name":value` by how it is spoilt. */
function ofMembers(members: Members, room: number): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, member] of Object.entries(members)) {
    const { constraints } = "optional" in member ? member.optional : member;
    const left = room - name.length - 3;
    for (const [how, json] of Object.entries({ ...anyValues(left), ...ofShape(constraints, left) }))
      found[`${name}: ${how}`] = `"${name}":${json}`;
    found[`${name}: again and again`] = filled(() => `"${name}":"a"`, room);
  }
  return found;
}

/** Every body for a shape, by how it is spoilt. `base`: members that are to be right. */
/** `known`: shapes that have had their turn, which is taken once for all operations. */
export function largeBodies(
  all: Members,
  base: Readonly<Record<string, unknown>>,
  known = new Set<string>(),
): [string, string][] {
  const members = Object.fromEntries(
    Object.entries(all).filter(([, member]) => {
      const shape = JSON.stringify("optional" in member ? member.optional.constraints : member.constraints);
      return !known.has(shape) && known.add(shape);
    }),
  );
  const given = Object.entries(base);
  const room = BODY_BYTES_MAX - JSON.stringify(base).length - 8;
  const bodies = Object.entries(ofMembers(members, room)).map(([how, json]): [string, string] => {
    const others = given
      .filter(([name]) => !how.startsWith(`${name}:`))
      .map(([name, value]) => `"${name}":${JSON.stringify(value)}`);
    return [how, `{${[...others, json].join(",")}}`];
  });
  const strange = filled((at) => `"x${at}":0`, room);
  const begun = JSON.stringify(base).slice(0, -1) + (given.length === 0 ? "" : ",");
  return [
    ...bodies,
    ["unknown members", `${begun}${strange}}`],
    ["a deep unknown member", `${begun}"x":${"[".repeat(5e5)}${"]".repeat(5e5)}}`],
  ];
}

const statement = (members: object): object => ({ Effect: "Allow", Principal: "*", Action: "*", Resource: "*", ...members });

/** Policies of `bytes`, which are as hard to check as a policy can be. */
export function hardPolicies(bytes: number): [string, string][] {
  const room = bytes - 300;
  const document = (members: object): string => JSON.stringify({ Version: "2012-10-17", Statement: statement(members) });
  const list = (unit: (at: number) => string): unknown[] => JSON.parse(`[${filled(unit, room)}]`) as unknown[];
  const condition = (operator: string, value: unknown): string => document({ Condition: { [operator]: { "aws:x": value } } });
  return [
    ["actions", document({ Action: list(() => '"*"') })],
    ["resources", document({ Resource: list(() => '"*"') })],
    ["principals", document({ Principal: { AWS: list(() => '"*"') } })],
    [
      "principal types",
      `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{${filled((at) => `"p${at}":"*"`, room)}}}}`,
    ],
    ["statements", `{"Statement":[${filled(() => JSON.stringify(statement({})), room)}]}`],
    ["empty statements", `{"Statement":[${filled(() => "{}", room)}]}`],
    ["nesting", `{"Statement":${"[".repeat(room / 2)}${"]".repeat(room / 2)}}`],
    ["open brackets", `{"Statement":${"[".repeat(room)}`],
    ["open objects", `${'{"a":'.repeat(Math.floor(room / 5))}`],
    ["quotes that do not end", `{"a":"${'\\"'.repeat(room / 2)}`],
    ["escapes", document({ Sid: "\\".repeat(room / 2) })],
    ["white space", `{"Statement":${" ".repeat(room)}{}}`],
    ["duplicate members", `{${filled(() => '"a":1', room)}}`],
    ["different members", `{${filled((at) => `"${at.toString(36)}":1`, room)}}`],
    ["a wildcard action", document({ Action: "*?".repeat(room / 2) })],
    [
      "operators",
      `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{${filled((at) => `"StringEqual${at}":{}`, room)}}}}`,
    ],
    ["a long operator", condition(`${"ForAllValues:".repeat(room / 13)}`, "a")],
    ["a long operator of letters", condition("IfExists".repeat(room / 8), "a")],
    [
      "condition keys",
      `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{${filled((at) => `"k${at}":"v"`, room)}}}}}`,
    ],
    [
      "numbers",
      condition(
        "NumericEquals",
        list(() => '"1.5e9"'),
      ),
    ],
    ["a long number", condition("NumericEquals", `${"1".repeat(room)}x`)],
    ["a long date", condition("DateEquals", `2020-01-01T00:00:00.${"0".repeat(room)}`)],
    [
      "dates",
      condition(
        "DateEquals",
        list(() => '"2020-01-01T00:00:00Z"'),
      ),
    ],
    ["a long address", condition("IpAddress", "1.".repeat(room / 2))],
    ["a long IPv6 address", condition("IpAddress", `${"f:".repeat(room / 2)}:/64`)],
    [
      "addresses",
      condition(
        "IpAddress",
        list(() => '"::1/64"'),
      ),
    ],
    ["base64", condition("BinaryEquals", "QUJD".repeat(Math.floor(room / 4)))],
    ["bad base64", condition("BinaryEquals", `${"=".repeat(room)}x`)],
    ["an ARN of colons", condition("ArnLike", `arn${":".repeat(room)}`)],
    [
      "no ARN",
      condition(
        "ArnLike",
        list(() => '"arn:::"'),
      ),
    ],
    [
      "nested values",
      `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"a":${"[".repeat(room / 2)}${"]".repeat(room / 2)}}}}}`,
    ],
  ];
}
