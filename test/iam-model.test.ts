// The operations of IAM and STS against AWS's own clients: the schemas by which the real SDKs print requests and read answers name every member.

import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import type { Operation } from "../src/iam/operation.ts";
import { IAM_OPERATIONS, STS_OPERATIONS } from "../src/iam/table.ts";
import type { Constraints, Members, Shape } from "../src/wire/shape.ts";

/**
 * A schema of the SDKs: a number for what is written as one text; else a tuple, whose first member is its kind. A structure's members and how many
 * of them, from the first on, are required; a list's element; an operation's input and output; and a schema that is named before it is made.
 */
type Schema = number | "unit" | (() => Schema) | readonly [kind: number, ...rest: unknown[]];

const [LIST, STRUCTURE, OPERATION] = [1, 3, 9];
const [LIST_OF, NUMBER, FLAG] = [64, 1, 2];

/** Of a list or of a traited schema what is in it. */
function resolved(schema: Schema): Exclude<Schema, "unit" | (() => Schema)> {
  if (typeof schema === "function") return resolved(schema());
  if (schema === "unit") return [STRUCTURE, "", "", 0, [], []]; // without members
  if (typeof schema === "number") return schema;
  const [first] = schema as readonly unknown[];
  return typeof first === "number" ? schema : resolved(first as Schema); // with traits of the member beside it
}

interface Known {
  readonly type: Constraints["type"];
  readonly members: ReadonlyMap<string, { readonly schema: Schema; readonly isRequired: boolean }>;
  readonly element?: Schema;
}

/** A simple schema with traits of its own is kind 0 and has the number in fifth place. */
function known(schema: Schema): Known {
  const given = resolved(schema);
  const members = new Map<string, { schema: Schema; isRequired: boolean }>();
  if (typeof given === "number") {
    if (given >= LIST_OF) return { type: "list", members, element: given - LIST_OF };
    return { type: given === NUMBER ? "integer" : given === FLAG ? "boolean" : "string", members };
  }
  const [kind, , , , body, schemas, required = 0] = given;
  if (kind === LIST) return { type: "list", members, element: body as Schema };
  if (kind !== STRUCTURE) return known(body as Schema);
  for (const [at, name] of (body as readonly string[]).entries())
    members.set(name, { schema: (schemas as readonly Schema[])[at] ?? 0, isRequired: at < Number(required) });
  return { type: "structure", members };
}

/** @returns where a shape of ours differs from the SDK's, a line each. */
function differences(path: string, { constraints }: Shape<unknown>, schema: Schema): string[] {
  const theirs = known(schema);
  if (constraints.type !== theirs.type) return [`${path}: ${constraints.type}, AWS has ${theirs.type}`];
  if (constraints.element !== undefined && theirs.element !== undefined)
    return differences(`${path}.member`, constraints.element, theirs.element);
  return constraints.members === undefined ? [] : membersOf(path, constraints.members, theirs);
}

function membersOf(path: string, ours: Members, { members }: Known): string[] {
  const absent = [...members.keys()].filter((name) => !Object.hasOwn(ours, name));
  const strange = Object.keys(ours).filter((name) => !members.has(name));
  return [
    ...absent.map((name) => `${path}.${name}: missing`),
    ...strange.map((name) => `${path}.${name}: not AWS's`),
    ...Object.entries(ours).flatMap(([name, member]) => {
      const theirs = members.get(name);
      if (theirs === undefined) return [];
      const isRequired = !("optional" in member);
      const need = isRequired === theirs.isRequired ? [] : [`${path}.${name}: ${isRequired ? "" : "not "}required`];
      return [...need, ...differences(`${path}.${name}`, isRequired ? member : member.optional, theirs.schema)];
    }),
  ];
}

function schemasOf(sdk: object, name: string): { readonly input: Schema; readonly output: Schema } {
  const schema = (sdk as Readonly<Record<string, Schema>>)[`${name}$`];
  if (schema === undefined || typeof schema !== "object" || schema[0] !== OPERATION) throw new Error(`AWS has no ${name}`);
  const [, , , , input, output] = schema;
  return { input: input as Schema, output: output as Schema };
}

type Entry = readonly [name: string, op: Operation, sdk: object];
const ROWS: readonly Entry[] = [
  ...Object.entries(IAM_OPERATIONS).map(([name, op]): Entry => [name, op, iam]),
  ...Object.entries(STS_OPERATIONS).map(([name, op]): Entry => [name, op, sts]),
];

describe("inputs of IAM and STS", () => {
  const found = ROWS.flatMap(([name, { input }, sdk]) => differences(name, input, schemasOf(sdk, name).input));

  it.each(ROWS)("%s takes what AWS takes", (name) => {
    expect(found.filter((line) => line.startsWith(`${name}.`))).toEqual([]);
  });
});

describe("what a record keeps", () => {
  it.each(ROWS)("of %s is AWS's, each once", (name, { kept, effect }, sdk) => {
    const { input, output } = schemasOf(sdk, name);
    const strange = (names: readonly string[], schema: Schema) => names.filter((each) => !known(schema).members.has(each));
    expect(new Set(kept.request).size).toBe(kept.request.length);
    expect(strange(kept.request, input)).toEqual([]);
    expect(kept.answer.length === 0 ? [] : strange(kept.answer, output)).toEqual([]);
    if (effect === "read") expect(kept.answer).toEqual([]);
  });

  it.each(ROWS)("of %s is every member of the request", (_, { kept, input }) => {
    expect(kept.request.toSorted()).toEqual(Object.keys(input.constraints.members ?? {}).toSorted());
  });
});
