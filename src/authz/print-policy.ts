// A key policy as AWS prints it, whatever it was given as: clients compare documents as text. Recorded from AWS; the form is Jackson's.

import { rootArn } from "../wire/arn.ts";
import { isObject, type JsonObject } from "./policy-json.ts";
import { isAccount } from "./principals.ts";

const DOCUMENT = ["Version", "Id", "Statement"];
const STATEMENT = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/** Known members first, in their order; then what has no meaning. */
const inOrder = (members: JsonObject, order: readonly string[]): [string, unknown][] => {
  const known = order.filter((name) => Object.hasOwn(members, name));
  const others = Object.keys(members).filter((name) => !order.includes(name));
  return [...known, ...others].map((name) => [name, members[name]]);
};

/** A list of one stands as its element. */
const element = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);

/** How a name among a statement's AWS principals is shown. */
type Shown = (name: string) => string;

/** `document`: of JSON, well formed. `shown`: of users, roles and sessions; as they stand without it. */
export function printPolicy(document: JsonObject, partition: string, shown: Shown = (name) => name): string {
  const named: Shown = (name) => (isAccount(name) ? rootArn(partition, name) : shown(name)); // a bare account is its root
  const statements = [document["Statement"]].flat(1).map((each) => (isObject(each) ? statement(each, named) : each));
  const members = inOrder(document, DOCUMENT).map(([name, value]): [string, unknown] => [
    name,
    name === "Statement" ? statements : value,
  ]);
  return print(new Map(members), "");
}

function statement(given: JsonObject, named: Shown): ReadonlyMap<string, unknown> {
  return new Map(
    inOrder(given, STATEMENT).map(([name, value]) => {
      if (name === "Principal" || name === "NotPrincipal") return [name, principals(value, named)];
      return [name, name === "Condition" ? condition(value) : element(value)];
    }),
  );
}

function principals(value: unknown, named: Shown): unknown {
  if (!isObject(value)) return value;
  const shown = (name: unknown): unknown => (typeof name === "string" ? named(name) : name);
  return new Map(
    Object.entries(value).map(([type, names]) => [type, element(type === "AWS" ? [names].flat(1).map(shown) : names)]),
  );
}

/** Keys are sorted within their operator. */
function condition(value: unknown): unknown {
  if (!isObject(value)) return value;
  return new Map(
    Object.entries(value).map(([operator, keys]) => {
      if (!isObject(keys)) return [operator, keys];
      const sorted = Object.entries(keys).toSorted(([one], [other]) => (one < other ? -1 : 1));
      return [operator, new Map(sorted.map(([key, values]) => [key, element(values)]))];
    }),
  );
}

function print(value: unknown, indent: string): string {
  if (Array.isArray(value)) return value.length === 0 ? "[ ]" : `[ ${value.map((each) => print(each, indent)).join(", ")} ]`;
  const members = value instanceof Map ? [...value] : isObject(value) ? Object.entries(value) : undefined;
  if (members === undefined) return JSON.stringify(value);
  if (members.length === 0) return "{ }";
  const inner = `${indent}  `;
  const lines = members.map(([name, each]) => `${inner}${JSON.stringify(name)} : ${print(each, inner)}`);
  return `{\n${lines.join(",\n")}\n${indent}}`;
}
