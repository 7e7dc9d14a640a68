// The condition operators, in one table: how a value must look when it is written, how it compares, whether variables and wildcards stand in
// it. Source: IAM user guide, "IAM JSON policy elements: Condition operators".

import { fromBase64, toHex } from "../wire/bytes.ts";
import { type Network, networkOf } from "./network.ts";
import { arnPatternOf, type Matcher, patternOf } from "./pattern.ts";

/** A value of a policy, compiled: whether a value of the request compares with it. */
export type Comparison = Matcher;

interface Operator {
  /** @returns undefined for a value that the operator cannot compare. `variables`: whether the document's version has them. */
  compile(value: string, variables: boolean): Comparison | undefined;
  readonly isNegated: boolean;
}

type Compile = Operator["compile"];

const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const numberOf = (text: string): number | undefined => (NUMBER.test(text) ? Number(text) : undefined);

const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?$/i;
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

const text: Compile = (value, variables) => patternOf(value, { wildcards: false, variables });
const wild: Compile = (value, variables) => patternOf(value, { wildcards: true, variables });
const caseless: Compile = (value, variables) => {
  const matches = patternOf(value, { wildcards: false, variables, caseless: true });
  return (given, resolve) => matches(given.toLowerCase(), (key) => resolve(key)?.toLowerCase());
};
const arn: Compile = (value, variables) => arnPatternOf(value, { variables });

/** Compares two things that a text may stand for, such as numbers. A text of the request that stands for none does not compare. */
const comparing =
  <T>(read: (text: string) => T | undefined, compare: (given: T, written: T) => boolean): Compile =>
  (value) => {
    const written = read(value);
    if (written === undefined) return undefined;
    return (given) => {
      const read_ = read(given);
      return read_ !== undefined && compare(read_, written);
    };
  };

const numeric = (compare: (given: number, written: number) => boolean): Compile => comparing(numberOf, compare);
const dated = (compare: (given: number, written: number) => boolean): Compile => comparing(instantOf, compare);
const network = comparing<Network>(networkOf, (given, written) => written.holds(given));
const binary = comparing(
  (value) => {
    const bytes = fromBase64(value);
    return bytes && toHex(bytes);
  },
  (given, written) => given === written,
);
/** Any text may be written; only true and false ever compare. */
const bool: Compile = (value) => {
  const written = value.toLowerCase();
  return (given) => (written === "true" || written === "false") && given.toLowerCase() === written;
};

const equal = (one: number, other: number): boolean => one === other;
const positive = (compile: Compile): Operator => ({ compile, isNegated: false });
const negated = (compile: Compile): Operator => ({ compile, isNegated: true });

/** Asks whether there is a key at all: `conditions.ts` answers it. */
export const NULL = "Null";

/** AWS tells capitals from small letters in their names. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: positive(text),
  StringNotEquals: negated(text),
  StringEqualsIgnoreCase: positive(caseless),
  StringNotEqualsIgnoreCase: negated(caseless),
  StringLike: positive(wild),
  StringNotLike: negated(wild),
  NumericEquals: positive(numeric(equal)),
  NumericNotEquals: negated(numeric(equal)),
  NumericLessThan: positive(numeric((given, written) => given < written)),
  NumericLessThanEquals: positive(numeric((given, written) => given <= written)),
  NumericGreaterThan: positive(numeric((given, written) => given > written)),
  NumericGreaterThanEquals: positive(numeric((given, written) => given >= written)),
  DateEquals: positive(dated(equal)),
  DateNotEquals: negated(dated(equal)),
  DateLessThan: positive(dated((given, written) => given < written)),
  DateLessThanEquals: positive(dated((given, written) => given <= written)),
  DateGreaterThan: positive(dated((given, written) => given > written)),
  DateGreaterThanEquals: positive(dated((given, written) => given >= written)),
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
