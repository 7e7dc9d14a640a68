// What a decision may ask of a request. Nothing is built ahead: only what a condition mentions is computed. Source: IAM user guide, "Condition
// context keys".

import { fold } from "./fold.ts";

/**
 * The value of a condition key, whose name is folded. A list is a multivalued key, even with one element; "either" is a single value of two
 * that cannot be told apart (encryption contexts whose names differ in case alone). Undefined: the key is absent.
 */
export type Value = string | readonly string[] | Ambiguous;

export interface Ambiguous {
  readonly either: readonly string[];
}

export interface Context {
  value(key: string): Value | undefined;
}

/** What a policy variable stands for: single values alone. */
export function single(context: Context, key: string): string | undefined {
  const value = context.value(key);
  return typeof value === "string" ? value : undefined;
}

/** The value that is named so, of several; `folded`: the name. Values whose names differ in case alone cannot be told apart. */
export function among(pairs: Iterable<readonly [name: string, value: string]>, folded: string): Value | undefined {
  const values = [...pairs].filter(([name]) => fold(name) === folded).map(([, value]) => value);
  return values.length > 1 ? { either: values } : values[0];
}
