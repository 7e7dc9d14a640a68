// The schema vocabulary: decode a request body, infer its type, and word each broken constraint as AWS does.
// Order of failures: SerializationException (JSON, types, base64), then ValidationException with every violation in one message,
// then the structure's own check across members. Sources: the Smithy model of KMS, the awsJson1_1 protocol.

import type { Bytes } from "./bytes.ts";
import { KmsError } from "./faults.ts";

/** Facts of a shape, for the test that holds them against AWS's model. */
export interface Constraints {
  readonly type: "string" | "blob" | "integer" | "boolean" | "list" | "map" | "structure";
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
  readonly element?: Shape<unknown>;
  readonly members?: Members;
}

export interface Shape<T> {
  readonly constraints: Constraints;
  /**
   * Reads a member's value, which is neither null nor absent. Notes each broken constraint in `violations`.
   * @throws KmsError SerializationException where the value has another JSON type.
   */
  read(value: unknown, path: string, violations: string[]): T;
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

const INTEGER_MAX = 2 ** 31 - 1;

/** @returns a SerializationException, whose text AWS usually leaves out. */
const unreadable = (): KmsError => new KmsError("SerializationException");

const broken = (value: string | undefined, path: string, rule: string): string =>
  `Value ${value === undefined ? "" : `${value} `}at '${path}' failed to satisfy constraint: ${rule}`;

const lengthRules = (length: number, { min, max }: Constraints): string[] => [
  ...(max !== undefined && length > max ? [`Member must have length less than or equal to ${max}`] : []),
  ...(min !== undefined && length < min ? [`Member must have length greater than or equal to ${min}`] : []),
];

interface StringLimits {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

/** A text; lengths in UTF-16 units, as Java counts. A pattern is tried only on a text within its length. */
export function string(limits: StringLimits = {}): Shape<string> {
  const constraints: Constraints = { type: "string", ...limits };
  const pattern = limits.pattern === undefined ? undefined : new RegExp(`^(?:${limits.pattern})$`);
  return {
    constraints,
    read(value, path, violations) {
      if (typeof value !== "string") throw unreadable();
      const rules = lengthRules(value.length, constraints);
      if (rules.length === 0 && pattern?.test(value) === false)
        rules.push(`Member must satisfy regular expression pattern: ${limits.pattern}`);
      for (const rule of rules) violations.push(broken(`'${value}'`, path, rule));
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
      if (!known.has(value))
        violations.push(broken(`'${value}'`, path, `Member must satisfy enum value set: [${values.join(", ")}]`));
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
      for (const rule of lengthRules(bytes.byteLength, constraints)) violations.push(broken(undefined, path, rule));
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
      if (value > limits.max)
        violations.push(broken(`'${value}'`, path, `Member must have value less than or equal to ${limits.max}`));
      if (value < limits.min)
        violations.push(broken(`'${value}'`, path, `Member must have value greater than or equal to ${limits.min}`));
      return value;
    },
  };
}

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
  /** Its values stand in no message, and so in no record. */
  readonly hidden?: true;
}

/** A list. Broken texts within it are reported for the list as a whole, members of structures each by their own path. */
export function listOf<T>(element: Shape<T>, { hidden, ...limits }: ListLimits = {}): Shape<readonly T[]> {
  const constraints: Constraints = { type: "list", element, ...limits };
  const shown = (items: readonly T[]): string | undefined => (hidden === true ? undefined : `'[${items.join(", ")}]'`);
  return {
    constraints,
    read(value, path, violations) {
      if (!Array.isArray(value)) throw unreadable();
      const within: string[] = [];
      const items = value.map((item, at) => {
        if (item === null || item === undefined) throw unreadable();
        return element.read(item, `${path}.${at + 1}.member`, within);
      });
      for (const rule of lengthRules(items.length, constraints)) violations.push(broken(shown(items), path, rule));
      if (element.constraints.type === "structure") violations.push(...within);
      else if (within.length > 0)
        violations.push(broken(shown(items), path, `Member must satisfy constraint: [${elementRules(element)}]`));
      return items;
    },
  };
}

/** All rules of a list's element, broken or not, as AWS lists them. */
function elementRules({ constraints: { min, max, pattern, values } }: Shape<unknown>): string {
  return [
    ...(max === undefined ? [] : [`Member must have length less than or equal to ${max}`]),
    ...(min === undefined ? [] : [`Member must have length greater than or equal to ${min}`]),
    ...(pattern === undefined ? [] : [`Member must satisfy regular expression pattern: ${pattern}`]),
    ...(values === undefined ? [] : [`Member must satisfy enum value set: [${values.join(", ")}]`]),
  ].join(", ");
}

/** Texts by text. A Map, so that `__proto__` is a name like any other. */
export const stringMap: Shape<ReadonlyMap<string, string>> = {
  constraints: { type: "map" },
  read(value, path, violations) {
    if (!isObject(value)) throw unreadable();
    const entries = new Map<string, string>();
    for (const [name, item] of Object.entries(value)) {
      if (item === null) violations.push(absent(`${path}.${name}.member`));
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
          else if (!isOptional) violations.push(absent(within(path, own)));
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
  /** What must hold across members and needs no key: throws the KmsError. */
  readonly check: (input: T) => void;
}

/** A member's name as messages and records write it: first letter in lower case. */
export const memberPath = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** A violation: a member that must be there is not. */
export const absent = (path: string): string => broken("null", path, "Member must not be null");

/** All violations of a request in one refusal. */
export function invalid(violations: readonly string[]): KmsError {
  const count = violations.length === 1 ? "1 validation error" : `${violations.length} validation errors`;
  return new KmsError("ValidationException", `${count} detected: ${violations.join("; ")}`);
}

/** Decodes a request body. @throws KmsError SerializationException or ValidationException. */
export function decode<T>(shape: Structure<T>, body: string): T {
  const violations: string[] = [];
  const input = shape.read(parseJson(body), "", violations);
  if (violations.length > 0) throw invalid(violations);
  shape.check(input);
  return input;
}

function parseJson(body: string): unknown {
  if (body === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw unreadable();
  }
  // The body itself is well-formed text; only an escape can smuggle in half a surrogate pair.
  if (/\\u[dD][89a-fA-F]/.test(body) && !isWellFormed(value)) throw unreadable();
  return value;
}

/** Whether every text in a value, names included, is well-formed Unicode. A stack of its own: nesting is the caller's choice. */
function isWellFormed(value: unknown): boolean {
  const pending = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === "string" && !next.isWellFormed()) return false;
    if (typeof next === "object" && next !== null) for (const [name, item] of Object.entries(next)) pending.push(name, item);
  }
  return true;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
