// The condition operators, in one table: how a value must look when it is written, how it compares, whether variables and wildcards stand in
// it. Source: IAM user guide, "IAM JSON policy elements: Condition operators".

import { fromBase64, toHex } from "../wire/bytes.ts";
import { holdingOne, networkOf } from "./network.ts";
import { arnPartsOf, arnPatternOf, type Matcher, patternOf, type Resolve } from "./pattern.ts";

/** The values that are written in one test of a condition, compiled. */
interface Compiled {
  /** Whether a value of the request compares with one of them. */
  readonly matches: Matcher;
  /** Whether the operator can compare each of them; the others never compare. */
  readonly isWhole: boolean;
}

/** `variables`: whether the document's version has them. @throws ApiError for a variable that is not well formed. */
type Compile = (written: readonly string[], variables: boolean) => Compiled;

export interface Operator {
  readonly compile: Compile;
  readonly isNegated: boolean;
}

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
const numberOf = (text: string): number | undefined => (NUMBER.test(text) ? Number(text) : undefined);

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T((?:[01]\d|2[0-3])):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?$/i;
const HAS_ZONE = /(?:Z|[+-]\d\d:\d\d)$/i;

/** ISO 8601 in the W3C's profile, without a zone UTC; or seconds since 1970. @returns milliseconds since 1970. */
function instantOf(text: string): number | undefined {
  if (/^(?:\d{1,3}|\d{5,18})$/.test(text)) return Number(text) * 1000;
  const [, , , day, hour] = DATE.exec(text) ?? [];
  if (!DATE.test(text)) return undefined;
  const zoned = hour !== undefined && !HAS_ZONE.test(text) ? `${text}Z` : text;
  const time = Date.parse(zoned.toUpperCase());
  if (Number.isNaN(time)) return undefined;
  if (day === undefined) return time;
  // Date.parse takes the 30th of February for a day in March.
  const date = text.slice(0, "YYYY-MM-DD".length);
  return new Date(date).toISOString().startsWith(date) ? time : undefined;
}

/** Compares with patterns, one after another. A value of the request is read once for all of them. */
const patterns =
  <Given>(
    read: (given: string) => Given | undefined,
    patternFrom: (written: string, variables: boolean) => ((given: Given, resolve: Resolve) => boolean) | undefined,
  ): Compile =>
  (written, variables) => {
    const compiled = written.flatMap((value) => patternFrom(value, variables) ?? []);
    return {
      isWhole: compiled.length === written.length,
      matches(text, resolve) {
        const given = read(text);
        return given !== undefined && compiled.some((matches) => matches(given, resolve));
      },
    };
  };

/**
 * Compares what texts stand for, such as numbers; a text that stands for none does not compare. `meeting` prepares all that is written, so
 * that a value of the request need not be compared with each: 500 values and a document of 32 KiB would take seconds.
 */
const values =
  <T>(read: (text: string) => T | undefined, meeting: (written: readonly T[]) => (given: T) => boolean): Compile =>
  (written) => {
    const known = written.flatMap((value) => read(value) ?? []);
    const meets = meeting(known);
    return {
      isWhole: known.length === written.length,
      matches(text) {
        const given = read(text);
        return given !== undefined && meets(given);
      },
    };
  };

const itself = (given: string): string => given;
const small = (given: string): string => given.toLowerCase();

const text = patterns(itself, (value, variables) => patternOf(value, { wildcards: false, variables }));
const wild = patterns(itself, (value, variables) => patternOf(value, { wildcards: true, variables }));
const caseless = patterns(small, (value, variables) => {
  const matches = patternOf(value, { wildcards: false, variables, caseless: true });
  return (given, resolve) => matches(given, (key) => resolve(key)?.toLowerCase());
});
const arn = patterns(arnPartsOf, (value, variables) => arnPatternOf(value, variables ? "everywhere" : "nowhere"));

function equal<T>(written: readonly T[]): (given: T) => boolean {
  const all = new Set(written);
  return (given) => all.has(given);
}
/** A number below one of those that are written is below their highest. Where none is written the bound is NaN, which compares with nothing. */
const bounded =
  (boundOf: (...two: number[]) => number, compare: (given: number, bound: number) => boolean) => (written: readonly number[]) => {
    const bound = written.reduce((one, other) => boundOf(one, other), written[0] ?? Number.NaN);
    return (given: number) => compare(given, bound);
  };
const less = bounded(Math.max, (given, highest) => given < highest);
const lessOrEqual = bounded(Math.max, (given, highest) => given <= highest);
const greater = bounded(Math.min, (given, lowest) => given > lowest);
const greaterOrEqual = bounded(Math.min, (given, lowest) => given >= lowest);

const network = values(networkOf, holdingOne);
const binary = values((value) => {
  const bytes = fromBase64(value);
  return bytes && toHex(bytes);
}, equal);
/** Any text may be written; only true and false ever compare. */
const bool: Compile = (written) => {
  const all = new Set(written.map(small));
  return { isWhole: true, matches: (given) => /^(?:true|false)$/i.test(given) && all.has(small(given)) };
};

const positive = (compile: Compile): Operator => ({ compile, isNegated: false });
const negated = (compile: Compile): Operator => ({ compile, isNegated: true });

/** Asks whether the request has a key at all; it compares with "true" where the key is absent. */
export const NULL = "Null";

/** AWS tells capitals from small letters in their names. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: positive(text),
  StringNotEquals: negated(text),
  StringEqualsIgnoreCase: positive(caseless),
  StringNotEqualsIgnoreCase: negated(caseless),
  StringLike: positive(wild),
  StringNotLike: negated(wild),
  NumericEquals: positive(values(numberOf, equal)),
  NumericNotEquals: negated(values(numberOf, equal)),
  NumericLessThan: positive(values(numberOf, less)),
  NumericLessThanEquals: positive(values(numberOf, lessOrEqual)),
  NumericGreaterThan: positive(values(numberOf, greater)),
  NumericGreaterThanEquals: positive(values(numberOf, greaterOrEqual)),
  DateEquals: positive(values(instantOf, equal)),
  DateNotEquals: negated(values(instantOf, equal)),
  DateLessThan: positive(values(instantOf, less)),
  DateLessThanEquals: positive(values(instantOf, lessOrEqual)),
  DateGreaterThan: positive(values(instantOf, greater)),
  DateGreaterThanEquals: positive(values(instantOf, greaterOrEqual)),
  Bool: positive(bool),
  BinaryEquals: positive(binary),
  IpAddress: positive(network),
  NotIpAddress: negated(network),
  ArnEquals: positive(arn),
  ArnNotEquals: negated(arn),
  ArnLike: positive(arn),
  ArnNotLike: negated(arn),
  [NULL]: positive(bool),
};
