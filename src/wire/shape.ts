// The schema vocabulary: decode a request body, infer its type, and word each broken constraint as AWS does.
// Order of failures: SerializationException (JSON, types, base64), then ValidationException with every violation in one message,
// then the structure's own check across members. Sources: the Smithy model of KMS, the awsJson1_1 protocol.

import { ApiError } from "./api-error.ts";
import type { Bytes } from "./bytes.ts";
import { parseJson } from "./json-text.ts";
import { shown } from "./shown.ts";
import { type Shown, Violations } from "./violations.ts";

/** Facts of a shape, for the test that holds them against AWS's model. */
export interface Constraints {
  readonly type: "string" | "blob" | "integer" | "boolean" | "timestamp" | "list" | "map" | "structure";
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
  readonly element?: Shape<unknown>;
  readonly members?: Members;
  /** Its value opens something or is what was to be kept: no refusal shows it, and no record may keep it. */
  readonly sensitive?: true;
}

export interface Shape<T> {
  readonly constraints: Constraints;
  /**
   * Reads a member's value, which is neither null nor absent. Adds each broken constraint to `violations`.
   * @throws ApiError SerializationException where the value has another JSON type.
   */
  read(value: unknown, path: string, violations: Violations): T;
}

/** A member that may be absent; `fallback` is what it means then. */
interface Optional<T> {
  readonly optional: Shape<T>;
  readonly fallback?: T;
}

interface Defaulted<T> extends Optional<T> {
  readonly fallback: T;
}

// biome-ignore lint/suspicious/noExplicitAny: a structure holds shapes of any type; `Decoded` gives each its own again.
export type Members = Readonly<Record<string, Shape<any> | Optional<any>>>;

type MayBeAbsent<M extends Members> = {
  [K in keyof M]: M[K] extends Defaulted<unknown> ? never : M[K] extends Optional<unknown> ? K : never;
}[keyof M];
type ValueOf<S> = S extends Shape<infer T> ? T : S extends Optional<infer T> ? T : never;

/** The type of what a structure decodes. */
export type Decoded<M extends Members> = { readonly [K in Exclude<keyof M, MayBeAbsent<M>>]: ValueOf<M[K]> } & {
  readonly [K in MayBeAbsent<M>]?: ValueOf<M[K]>;
};

export const optional = <T>(shape: Shape<T>): Optional<T> => ({ optional: shape });
export const defaulted = <T>(shape: Shape<T>, fallback: NoInfer<T>): Defaulted<T> => ({ optional: shape, fallback });

/** The same shape, of a value that no refusal may show and no record keep. */
export const sensitive = <T>(shape: Shape<T>): Shape<T> => ({
  constraints: { ...shape.constraints, sensitive: true },
  read(value, path, violations) {
    const hidden = new Violations(true);
    const read = shape.read(value, path, hidden);
    violations.addAll(hidden);
    return read;
  },
});

/** How many elements of a list, or pairs of a map, are read where it has no maximum of its own. */
const READ_MAX = 1000;

const INTEGER_MAX = 2 ** 31 - 1;

/** @returns a SerializationException, whose text AWS usually leaves out. */
const unreadable = (): ApiError => new ApiError("SerializationException");

const lengthRules = (length: number, { min, max }: Constraints): string[] => [
  ...(max !== undefined && length > max ? [`Member must have length less than or equal to ${max}`] : []),
  ...(min !== undefined && length < min ? [`Member must have length greater than or equal to ${min}`] : []),
];

interface StringLimits {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

/** A pattern that names properties of characters reads characters, any other UTF-16 units. */
const wholeText = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, pattern.includes("\\p{") ? "u" : "");

/** A text; lengths in UTF-16 units, as Java counts. A pattern is tried only on a text within its length. */
export function string(limits: StringLimits = {}): Shape<string> {
  const constraints: Constraints = { type: "string", ...limits };
  const pattern = limits.pattern === undefined ? undefined : wholeText(limits.pattern);
  return {
    constraints,
    read(value, path, violations) {
      if (typeof value !== "string") throw unreadable();
      const rules = lengthRules(value.length, constraints);
      if (rules.length === 0 && pattern?.test(value) === false)
        rules.push(`Member must satisfy regular expression pattern: ${limits.pattern}`);
      for (const rule of rules) violations.add(value, path, rule);
      return value;
    },
  };
}

/** One text of a list. */
export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  const known: ReadonlySet<string> = new Set(values);
  return {
    constraints: { type: "string", values },
    read(value, path, violations) {
      if (typeof value !== "string") throw unreadable();
      if (!known.has(value)) violations.add(value, path, `Member must satisfy enum value set: [${values.join(", ")}]`);
      return value as T;
    },
  };
}

/** Bytes in standard, padded base64; lengths in bytes. Its value never stands in a message. */
export function blob(limits: { readonly min: number; readonly max: number }): Shape<Bytes> {
  const constraints: Constraints = { type: "blob", ...limits };
  return {
    constraints,
    read(value, path, violations) {
      if (typeof value !== "string") throw unreadable();
      const bytes = decodeBase64(value);
      for (const rule of lengthRules(bytes.byteLength, constraints)) violations.add(undefined, path, rule);
      return bytes;
    },
  };
}

function decodeBase64(text: string): Bytes {
  if (/\s/.test(text)) throw unreadable(); // fromBase64 would skip white space
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch {
    throw unreadable();
  }
}

export function integer(limits: { readonly min: number; readonly max: number }): Shape<number> {
  return {
    constraints: { type: "integer", ...limits },
    read(value, path, violations) {
      if (typeof value !== "number" || !Number.isInteger(value) || Math.abs(value) > INTEGER_MAX) throw unreadable();
      if (value > limits.max) violations.add(`${value}`, path, `Member must have value less than or equal to ${limits.max}`);
      if (value < limits.min) violations.add(`${value}`, path, `Member must have value greater than or equal to ${limits.min}`);
      return value;
    },
  };
}

/** Seconds since the epoch, with milliseconds as their fraction. */
export const timestamp: Shape<Date> = {
  constraints: { type: "timestamp" },
  read(value) {
    const date = typeof value === "number" ? new Date(Math.round(value * 1000)) : undefined;
    if (date === undefined || Number.isNaN(date.getTime())) throw unreadable();
    return date;
  },
};

export const flag: Shape<boolean> = {
  constraints: { type: "boolean" },
  read(value) {
    if (typeof value !== "boolean") throw unreadable();
    return value;
  },
};

interface ListLimits {
  readonly min?: number;
  readonly max?: number;
  /** The refusal of a list that is too long to be read, where AWS has a word of its own for that. */
  readonly tooMany?: () => ApiError;
}

/**
 * A list, read up to its maximum, or 1,000 elements: what lies behind is not looked at. Broken texts within it are reported for the
 * list as a whole, members of structures each by their own path.
 * @throws ApiError of `tooMany` for more elements than are read, before any is.
 */
export function listOf<T>(element: Shape<T>, { tooMany, ...limits }: ListLimits = {}): Shape<readonly T[]> {
  const constraints: Constraints = { type: "list", element, ...limits };
  const readMax = limits.max ?? READ_MAX;
  const ofStructures = element.constraints.type === "structure";
  return {
    constraints,
    read(value, path, violations) {
      if (!Array.isArray(value)) throw unreadable();
      const given = value as readonly unknown[];
      const isCut = given.length > readMax;
      if (isCut && tooMany !== undefined) throw tooMany();
      const within = violations.inner();
      const items: T[] = [];
      for (let at = 0; at < Math.min(given.length, readMax); at++) {
        const item = given[at];
        if (item === null || item === undefined) throw unreadable();
        items.push(element.read(item, `${path}.${at + 1}.member`, within));
      }
      const told = ofStructures || element.constraints.sensitive === true ? undefined : () => listed(items, isCut);
      if (isCut) violations.add(told?.(), path, `Member must have length less than or equal to ${readMax}`);
      if (limits.min !== undefined && given.length < limits.min)
        violations.add(told?.(), path, `Member must have length greater than or equal to ${limits.min}`);
      if (ofStructures) violations.addAll(within);
      else if (within.count > 0) violations.add(told?.(), path, `Member must satisfy constraint: [${elementRules(element)}]`);
      return items;
    },
  };
}

/** A list as a message shows it; one that goes on behind what was read ends in "…". */
const listed = (items: readonly unknown[], isCut: boolean): Shown => `[${items.join(", ")}${isCut ? ", …" : ""}]`;

/** All rules of a list's element, broken or not, as AWS lists them. */
function elementRules({ constraints: { min, max, pattern, values } }: Shape<unknown>): string {
  return [
    ...(max === undefined ? [] : [`Member must have length less than or equal to ${max}`]),
    ...(min === undefined ? [] : [`Member must have length greater than or equal to ${min}`]),
    ...(pattern === undefined ? [] : [`Member must satisfy regular expression pattern: ${pattern}`]),
    ...(values === undefined ? [] : [`Member must satisfy enum value set: [${values.join(", ")}]`]),
  ].join(", ");
}

/**
 * Texts by text. A Map, so that `__proto__` is a name like any other. At most 1,001 pairs are read: the structure's check bounds the
 * size of a map, and refuses so many.
 */
export const stringMap: Shape<ReadonlyMap<string, string>> = {
  constraints: { type: "map" },
  read(value, path, violations) {
    if (!isObject(value)) throw unreadable();
    const entries = new Map<string, string>();
    let pairs = 0;
    for (const name in value) {
      if (pairs++ > READ_MAX) break;
      const item = value[name];
      if (item === null) violations.addAbsent(`${path}.${shown(name)}.member`);
      else if (typeof item !== "string") throw unreadable();
      else entries.set(name, item);
    }
    return entries;
  },
};

/** An object of named members. Unknown members are passed over; null is absence. */
export function structure<const M extends Members>(members: M, check?: (input: Decoded<M>) => void): Structure<Decoded<M>> {
  const readers = Object.entries(members).map(([name, member]) => {
    const isOptional = "optional" in member;
    const fallback: unknown = isOptional ? member.fallback : undefined;
    return { name, path: memberPath(name), shape: isOptional ? member.optional : member, isOptional, fallback };
  });
  return {
    constraints: { type: "structure", members },
    check: check ?? (() => {}),
    read(value, path, violations) {
      if (!isObject(value)) throw unreadable();
      const decoded: Record<string, unknown> = {};
      for (const { name, path: own, shape, isOptional, fallback } of readers) {
        const given = Object.hasOwn(value, name) ? value[name] : undefined;
        if (given === undefined || given === null) {
          if (fallback !== undefined) decoded[name] = fallback;
          else if (!isOptional) violations.addAbsent(within(path, own));
        } else {
          decoded[name] = shape.read(given, within(path, own), violations);
        }
      }
      return decoded as Decoded<M>;
    },
  };
}

const within = (path: string, member: string): string => (path === "" ? member : `${path}.${member}`);

export interface Structure<T> extends Shape<T> {
  /** What must hold across members and needs no key: throws the ApiError. */
  readonly check: (input: T) => void;
}

/** A member's name as messages and records write it: first letter in lower case. */
export const memberPath = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** Decodes a request body. @throws ApiError SerializationException or ValidationException. */
export const decode = <T>(shape: Structure<T>, body: string): T => decodeValue(shape, parseJson(body));

/** Decodes what a request body has been read as. @throws ApiError SerializationException or ValidationException. */
export function decodeValue<T>(shape: Structure<T>, value: unknown): T {
  const violations = new Violations();
  const input = shape.read(value, "", violations);
  if (violations.count > 0) throw violations.refusal();
  shape.check(input);
  return input;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
