// The Condition of a statement: read, checked and compiled in one pass. Sources: IAM user guide, "Condition operators", "Multivalued context
// keys"; KMS developer guide, "AWS KMS condition keys".

import { ApiError } from "../wire/api-error.ts";
import { shown } from "../wire/shown.ts";
import { type Context, single, type Value } from "./context.ts";
import { fold } from "./fold.ts";
import { NULL, OPERATORS, type Operator } from "./operators.ts";
import type { Matcher, Resolve } from "./pattern.ts";
import { isObject, malformed } from "./policy-json.ts";

/** Whether the conditions of a statement hold. A statement of effect Deny holds where a value that is ambiguous may be one that is meant. */
export type Condition = (context: Context, effect: "Allow" | "Deny") => boolean;

interface Named {
  readonly set: "ForAllValues" | "ForAnyValue" | undefined;
  readonly operator: Operator;
  readonly isNull: boolean;
  readonly ifExists: boolean;
}

/** All take a set operator, and all but Null take IfExists. */
const NAME = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;

function operatorOf(text: string): Named {
  const [, set, name = "", ifExists] = NAME.exec(text) ?? [];
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  const isNull = name === NULL;
  if (operator === undefined || (isNull && ifExists !== undefined)) throw malformed(`Invalid Condition type : ${shown(text)}`);
  return { set: set as Named["set"], operator, isNull, ifExists: ifExists !== undefined };
}

export interface ConditionRules {
  /** Policies of version 2012-10-17 have variables. */
  readonly variables: boolean;
  /** Whether a value that its operator cannot compare is refused; elsewhere it never compares. */
  readonly refusesValues: boolean;
  /** Whether an earlier version may have taken the document, and with it what is refused now. */
  readonly isStored: boolean;
  /** @throws ApiError for a key that the document's kind does not take. */
  readonly checkKey: (foldedKey: string, set: Named["set"]) => void;
}

/** Without operators, keys or values it is well formed, as on AWS. @throws ApiError MalformedPolicyDocumentException. */
export function conditionOf(condition: unknown, rules: ConditionRules): Condition {
  if (!isObject(condition)) throw malformed("A statement's condition is not an object of condition operators.");
  const tests = Object.entries(condition).flatMap(([text, keys]) => {
    const named = operatorOf(text);
    if (!isObject(keys)) throw malformed("A condition operator does not stand with an object of condition keys.");
    return Object.entries(keys).map(([name, written]) => {
      const key = fold(name);
      rules.checkKey(key, named.set);
      const values = valuesOf(written);
      const test = () => testOf(named, key, values, rules);
      return rules.isStored ? testOrDoubt(test) : test();
    });
  });
  return (context, effect) => tests.every((test) => test(context, effect));
}

/** A number or a boolean stands for its text: `5` is `"5"`. */
function valuesOf(written: unknown): string[] {
  return [written].flat(1).map((value) => {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      throw malformed("A condition's value is neither a string, a number or a boolean, nor a list of them.");
    return String(value);
  });
}

function testOf(
  { set, operator, isNull, ifExists }: Named,
  key: string,
  written: readonly string[],
  { variables, refusesValues }: ConditionRules,
): Condition {
  const { compile, isNegated } = operator;
  const { matches, isWhole } = compile(written, variables);
  if (!isWhole && refusesValues) throw malformed("A condition has a value that its operator cannot compare.");
  if (isNull) return isAbsent(key, matches);
  /** Whether one value of the request holds: it meets one of those that are written, or of a negated operator none. */
  const holds: Matcher = (value, resolve) => matches(value, resolve) !== isNegated;
  if (set === undefined) return onSingle({ key, holds, absent: isNegated || ifExists });
  return onSet({ key, holds, isAll: set === "ForAllValues", absent: set === "ForAllValues" || ifExists });
}

/** Compiles a test of a stored document. Where its values cannot be compared any more, its statement never allows, and denies as if it held. */
function testOrDoubt(test: () => Condition): Condition {
  try {
    return test();
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    return (_, effect) => effect === "Deny";
  }
}

const resolving =
  (context: Context): Resolve =>
  (key) =>
    single(context, fold(key));

const isEmpty = (value: Value | undefined): boolean => value === undefined || (Array.isArray(value) && value.length === 0);

/** `true` is written where the key must be absent. AWS documents no set operator on Null: one changes nothing. */
const isAbsent =
  (key: string, matches: Matcher): Condition =>
  (context) =>
    matches(String(isEmpty(context.value(key))), () => undefined);

interface Test {
  readonly key: string;
  readonly holds: Matcher;
  /** What comes of an absent key. */
  readonly absent: boolean;
}

/** Without a set operator a multivalued key never holds, not even under a negated operator. */
const onSingle =
  ({ key, holds, absent }: Test): Condition =>
  (context, effect) => {
    const value = context.value(key);
    if (value === undefined) return absent;
    const resolve = resolving(context);
    if (typeof value === "string") return holds(value, resolve);
    if (!("either" in value)) return false;
    const each = (text: string): boolean => holds(text, resolve);
    return effect === "Allow" ? value.either.every(each) : value.either.some(each);
  };

/** A single value is a set of one. An empty text is no value to ForAllValues. */
const onSet =
  ({ key, holds, isAll, absent }: Test & { readonly isAll: boolean }): Condition =>
  (context, effect) => {
    const value = context.value(key);
    if (value === undefined || isEmpty(value)) return absent;
    const resolve = resolving(context);
    const each = (text: string): boolean => (isAll && text === "") || holds(text, resolve);
    if (typeof value !== "string" && "either" in value)
      return effect === "Allow" ? value.either.every(each) : value.either.some(each);
    const values = setOf(value);
    return isAll ? values.every(each) : values.some(each);
  };

function setOf(value: Value): readonly string[] {
  if (typeof value === "string") return [value];
  return "either" in value ? value.either : value;
}
