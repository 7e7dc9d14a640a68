// AWS Query: which operation a form names, and its flat parameters as the members of a shape. What they must be like is shape.ts's to
// say; here a text becomes what JSON would have had in its place. Source: the awsQuery protocol of Smithy.

import { ApiError } from "./api-error.ts";
import type { Parameters } from "./query-form.ts";
import { type Constraints, decodeValue, type Members, type Shape, type Structure } from "./shape.ts";
import { shown } from "./shown.ts";

/** The operation that a form names; "" where it names none. */
export const actionOf = (parameters: Parameters): string => parameters.get("Action") ?? "";

/** The version of the API that a form is of; "" where it says none. */
export const versionOf = (parameters: Parameters): string => parameters.get("Version") ?? "";

/** The refusal of a form that names no operation, or none of its version of the API. */
export function unknownAction(parameters: Parameters): ApiError {
  const [action, version] = [actionOf(parameters), versionOf(parameters)];
  if (action === "") return new ApiError("MissingAction", "The request is missing an action or a required parameter.");
  const named = version === "" ? "NO_VERSION_SPECIFIED" : shown(version);
  return new ApiError("UnknownOperationException", `Could not find operation ${shown(action)} for version ${named}`);
}

/** What of a parameter's name is left below a member, undefined where nothing is; and the parameter's text. */
type Entry = readonly [rest: string | undefined, text: string];

const unreadable = (): ApiError => new ApiError("SerializationException");

/** Decodes the members of a form. @throws ApiError SerializationException or ValidationException. */
export const decodeForm = <T>(shape: Structure<T>, parameters: Parameters): T => decodeValue(shape, membersOf(parameters, shape));

/**
 * The form as a plain value that the shape reads. Parameters that it does not know are passed over.
 * @throws ApiError SerializationException for a name that is a value and has members, a text where members are due and members
 *   where a text is due, a list's element that has no number, a number or flag that is none.
 * @throws TypeError for a shape that no Query service has: a map, a time.
 */
export const membersOf = (parameters: Parameters, shape: Shape<unknown>): unknown =>
  ofStructure([...parameters], shape.constraints);

function ofShape(entries: readonly Entry[], { constraints }: Shape<unknown>): unknown {
  switch (constraints.type) {
    case "structure":
      return ofStructure(entries, constraints);
    case "list":
      return ofList(entries, constraints);
    case "integer":
      return integerOf(textOf(entries));
    case "boolean":
      return flagOf(textOf(entries));
    case "string":
    case "blob":
      return textOf(entries);
    case "map":
    case "timestamp":
      throw new TypeError(`a ${constraints.type} in a form`);
  }
}

/** The one text of a member that has no members of its own. */
function textOf([first, ...others]: readonly Entry[]): string {
  if (first === undefined || first[0] !== undefined || others.length > 0) throw unreadable();
  return first[1];
}

function integerOf(text: string): number {
  if (!/^(?:0|-?[1-9][0-9]{0,9})$/.test(text)) throw unreadable();
  return Number(text);
}

function flagOf(text: string): boolean {
  if (text !== "true" && text !== "false") throw unreadable();
  return text === "true";
}

/** Only what the shape names is looked at below its name. */
function ofStructure(entries: readonly Entry[], { members = {} }: Constraints): Readonly<Record<string, unknown>> {
  const groups = new Map<string, Entry[]>();
  for (const [rest, text] of entries) {
    if (rest === undefined) throw unreadable();
    const [name, below] = split(rest);
    push(groups, name, [below, text]);
  }
  const found: [string, unknown][] = [];
  for (const [name, member] of Object.entries(members)) {
    const group = groups.get(name);
    if (group !== undefined) found.push([name, ofShape(group, shapeOf(member))]);
  }
  return Object.fromEntries(found);
}

/** A list's own name with an empty text is an empty list. */
function ofList(entries: readonly Entry[], { element }: Constraints): readonly unknown[] {
  if (element === undefined) throw new TypeError("a list of nothing");
  if (entries.every(([rest, text]) => rest === undefined && text === "")) return [];
  const groups = new Map<number, Entry[]>();
  for (const [rest, text] of entries) {
    const [, number, below] = /^member\.([1-9][0-9]{0,8})(?:\.(.*))?$/s.exec(rest ?? "") ?? [];
    if (number === undefined) throw unreadable(); // passed over, it would be an element lost
    push(groups, Number(number), [below, text]);
  }
  const numbers = [...groups.keys()].sort((one, other) => one - other);
  return numbers.map((number) => ofShape(groups.get(number) ?? [], element));
}

/** A name up to its first dot, and what is below. */
function split(name: string): readonly [string, string | undefined] {
  const dot = name.indexOf(".");
  return dot < 0 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)];
}

function push<K>(groups: Map<K, Entry[]>, key: K, entry: Entry): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [entry]);
  else group.push(entry);
}

const shapeOf = (member: Members[string]): Shape<unknown> => ("optional" in member ? member.optional : member);
