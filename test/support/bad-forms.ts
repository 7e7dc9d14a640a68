// Bad forms: every member of an operation's input, spoilt in every way that its shape knows, and what AWS answers to each.

import type { Constraints, Members } from "../../src/wire/shape.ts";

/** Parameters of a form. */
export type Form = Readonly<Record<string, string>>;

export type FormFault = "MalformedInput" | "ValidationError";

/** One member, as a form must not have it: the parameters that stand in its place. */
export interface SpoiltMember {
  readonly member: string;
  readonly how: string;
  readonly form: Form;
  readonly fault: FormFault;
}

type Spoil = readonly [how: string, form: Form, fault: FormFault];

/** Members as the parameters of a form. */
export function formOf(value: unknown, name = ""): Form {
  if (Array.isArray(value)) {
    const given = value as readonly unknown[];
    return Object.assign({}, ...given.map((each, at) => formOf(each, `${name}.member.${at + 1}`))) as Form;
  }
  if (typeof value !== "object" || value === null) return { [name]: String(value) };
  const members = Object.entries(value).map(([member, each]) => formOf(each, name === "" ? member : `${name}.${member}`));
  return Object.assign({}, ...members) as Form;
}

function* spoiltText(name: string, { min, max, pattern, values }: Constraints): Generator<Spoil> {
  yield ["members of a text", { [`${name}.member.1`]: "a" }, "MalformedInput"];
  yield ["a text and members of it", { [name]: "a", [`${name}.x`]: "a" }, "MalformedInput"];
  if (max !== undefined) yield ["too long", { [name]: "a".repeat(max + 1) }, "ValidationError"];
  if (min !== undefined && min > 0) yield ["too short", { [name]: "a".repeat(min - 1) }, "ValidationError"];
  if (pattern !== undefined)
    for (const text of ["\u0007", "a\u0007".padEnd(min ?? 0, "a"), "aaaaaaaaaaaaaaaa\n\u0000"]) // in no pattern of the API
      yield ["against the pattern", { [name]: text }, "ValidationError"];
  const [first = ""] = values ?? [];
  if (values !== undefined)
    for (const text of ["", "nonsense", `${first} `, first.toLowerCase(), "__proto__"])
      yield [`not of the enum: ${text}`, { [name]: text }, "ValidationError"];
}

function* spoiltNumber(name: string, { min, max }: Constraints): Generator<Spoil> {
  for (const text of ["", "x", "1.5", "1e2", "01", "+1", " 1", "0x10", "NaN", "99999999999", "١"])
    yield [`no integer: ${text}`, { [name]: text }, "MalformedInput"];
  yield ["members of a number", { [`${name}.member.1`]: "1" }, "MalformedInput"];
  if (max !== undefined) yield ["too large", { [name]: String(max + 1) }, "ValidationError"];
  if (min !== undefined) yield ["too small", { [name]: String(min - 1) }, "ValidationError"];
  yield ["negative", { [name]: "-1" }, "ValidationError"];
}

function* spoiltFlag(name: string): Generator<Spoil> {
  for (const text of ["", "True", "1", "yes", " true"]) yield [`no flag: ${text}`, { [name]: text }, "MalformedInput"];
}

function* spoiltList(name: string, { element, max }: Constraints): Generator<Spoil> {
  if (element === undefined) return;
  yield ["a text for a list", { [name]: "a" }, "MalformedInput"];
  for (const number of ["0", "01", "-1", "x", "", "1e1", "9999999999"])
    yield [`an element without a number: ${number}`, { [`${name}.member.${number}`]: "a" }, "MalformedInput"];
  yield ["an element of another name", { [`${name}.entry.1`]: "a" }, "MalformedInput"];
  const inner = `${name}.member.1`;
  for (const [how, form, fault] of spoilt(inner, element.constraints)) yield [`an element: ${how}`, form, fault];
  if (max === undefined) return;
  const one = element.constraints.members === undefined ? "" : ".Key";
  const many = Array.from({ length: max + 1 }, (_, at) => [`${name}.member.${at + 1}${one}`, `a${at}`] as const);
  const values = one === "" ? [] : many.map(([each]) => [each.replace(/Key$/, "Value"), "a"] as const);
  yield ["too many", Object.fromEntries([...many, ...values]), "ValidationError"];
}

function* spoiltStructure(name: string, { members = {} }: Constraints): Generator<Spoil> {
  yield ["a text for a structure", { [name]: "a" }, "MalformedInput"];
  yield ["a list for a structure", { [`${name}.member.1`]: "a" }, "ValidationError"]; // it has none of the members that are required
  for (const { member, how, form, fault } of spoiltIn(members, `${name}.`)) {
    const others = Object.keys(members).filter((other) => other !== member);
    yield [`${member}: ${how}`, { ...Object.fromEntries(others.map((other) => [`${name}.${other}`, "a"])), ...form }, fault];
  }
}

function spoilt(name: string, constraints: Constraints): Generator<Spoil> {
  switch (constraints.type) {
    case "integer":
      return spoiltNumber(name, constraints);
    case "boolean":
      return spoiltFlag(name);
    case "list":
      return spoiltList(name, constraints);
    case "structure":
      return spoiltStructure(name, constraints);
    case "string":
    case "blob":
    case "map":
    case "timestamp":
      return spoiltText(name, constraints); // the last three are in no form
  }
}

function* spoiltIn(members: Members, prefix: string): Generator<SpoiltMember> {
  for (const [member, each] of Object.entries(members)) {
    const isRequired = !("optional" in each);
    if (isRequired) yield { member, how: "absent", form: {}, fault: "ValidationError" };
    const { constraints } = isRequired ? each : each.optional;
    for (const [how, form, fault] of spoilt(prefix + member, constraints)) yield { member, how, form, fault };
  }
}

/** Every way to spoil every member of an input. */
export const spoiltMembersOf = ({ members = {} }: Constraints): SpoiltMember[] => [...spoiltIn(members, "")];

/** A form with spoilt members in the place of its own. */
export function spoiltForm(base: Form, members: readonly SpoiltMember[]): Form {
  const isSpoilt = (name: string): boolean => members.some(({ member }) => name === member || name.startsWith(`${member}.`));
  return Object.assign(
    Object.fromEntries(Object.entries(base).filter(([name]) => !isSpoilt(name))),
    ...members.map(({ form }) => form),
  ) as Form;
}
