// Conditions of a statement: the operators, what each can hold, and the keys that a key policy may not use.
// Sources: IAM user guide, "Condition operators"; KMS developer guide, "AWS KMS condition keys".

import { fromBase64 } from "../wire/bytes.ts";
import { shown } from "../wire/shown.ts";
import { isObject, malformed } from "./policy-json.ts";

/** Whether an operator can hold a value. A number or a boolean stands for its text: `5` is `"5"`. */
type Holds = (value: string) => boolean;

/** Bool and Null are among its operators: AWS takes any text for them. */
const isAnyText: Holds = () => true;

const isNumber: Holds = (value) => /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value);

const DATE = /^\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?$/i;

/** ISO 8601 in the W3C's profile, or seconds since 1970. */
const isInstant: Holds = (value) => {
  if (/^\d{1,18}$/.test(value)) return true;
  if (!DATE.test(value) || Number.isNaN(Date.parse(value))) return false;
  // Date.parse takes the 30th of February for a day in March.
  const day = value.slice(0, "YYYY-MM-DD".length);
  return new Date(day).toISOString().startsWith(day);
};

const isBase64: Holds = (value) => fromBase64(value) !== undefined;

const isOctet: Holds = (value) => /^(0|[1-9]\d{0,2})$/.test(value) && Number(value) <= 255;

/** An address, or a range of them in CIDR form. */
const isNetwork: Holds = (value) => {
  const [, address, bits = "0"] = /^([\da-f.:]+)(?:\/(0|[1-9]\d{0,2}))?$/i.exec(value) ?? [];
  if (address === undefined) return false;
  if (address.includes(":")) return Number(bits) <= 128 && URL.canParse(`http://[${address}]`);
  const octets = address.split(".");
  return Number(bits) <= 32 && octets.length === 4 && octets.every(isOctet);
};

/** An ARN of six parts, each of which may be a pattern. */
const isArn: Holds = (value) => value === "*" || /^arn(:[^:]*){5}/.test(value);

/** Every operator; AWS tells capitals from small letters in their names. */
const OPERATORS: Readonly<Record<string, Holds>> = {
  StringEquals: isAnyText,
  StringNotEquals: isAnyText,
  StringEqualsIgnoreCase: isAnyText,
  StringNotEqualsIgnoreCase: isAnyText,
  StringLike: isAnyText,
  StringNotLike: isAnyText,
  NumericEquals: isNumber,
  NumericNotEquals: isNumber,
  NumericLessThan: isNumber,
  NumericLessThanEquals: isNumber,
  NumericGreaterThan: isNumber,
  NumericGreaterThanEquals: isNumber,
  DateEquals: isInstant,
  DateNotEquals: isInstant,
  DateLessThan: isInstant,
  DateLessThanEquals: isInstant,
  DateGreaterThan: isInstant,
  DateGreaterThanEquals: isInstant,
  Bool: isAnyText,
  BinaryEquals: isBase64,
  IpAddress: isNetwork,
  NotIpAddress: isNetwork,
  ArnEquals: isArn,
  ArnNotEquals: isArn,
  ArnLike: isArn,
  ArnNotLike: isArn,
  Null: isAnyText,
};

interface Operator {
  readonly set: "ForAllValues" | "ForAnyValue" | undefined;
  readonly holds: Holds;
}

/** The operator that a policy names, if there is one. All take a set operator, and all but Null take IfExists. */
function operator(text: string): Operator | undefined {
  const [, set, name = ""] = /^(?:(ForAllValues|ForAnyValue):)?(?!NullIfExists$)([A-Za-z]+?)(?:IfExists)?$/.exec(text) ?? [];
  const holds = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  return holds && { set: set as Operator["set"], holds };
}

/** In small letters: the case of a key does not count. */
const NOT_IN_KEY_POLICIES = /^(aws:resourcetag|kms:resourcetag|kms:resourcealiases)(\/|$)/;
const SINGLE_VALUED = /^(kms:encryptioncontext:|aws:requesttag\/)/;

const NOT_PERMITTED =
  "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases";
const OVERLY_PERMISSIVE =
  "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches requests " +
  "without the specified [encryption context or tag] or with an unspecified [encryption context or tag]. " +
  "To fix, remove ForAllValues.";

/**
 * Checks the Condition of a key policy's statement. Without operators, keys or values it is well formed, as on AWS.
 * @throws ApiError MalformedPolicyDocumentException.
 */
export function checkCondition(condition: unknown): void {
  if (!isObject(condition)) throw malformed("A statement's condition is not an object of condition operators.");
  for (const [name, keys] of Object.entries(condition)) {
    const known = operator(name);
    if (known === undefined) throw malformed(`Invalid Condition type : ${shown(name)}`);
    if (!isObject(keys)) throw malformed("A condition operator does not stand with an object of condition keys.");
    for (const [key, value] of Object.entries(keys)) {
      checkKey(key.toLowerCase(), known);
      checkValues([value].flat(1), known);
    }
  }
}

function checkKey(key: string, { set }: Operator): void {
  if (NOT_IN_KEY_POLICIES.test(key)) throw malformed(NOT_PERMITTED);
  if (set === "ForAllValues" && SINGLE_VALUED.test(key)) throw malformed(OVERLY_PERMISSIVE);
}

function checkValues(values: readonly unknown[], { holds }: Operator): void {
  for (const value of values) {
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean")
      throw malformed("A condition's value is neither a string, a number or a boolean, nor a list of them.");
    if (!holds(String(value))) throw malformed("A condition has a value that its operator cannot compare.");
  }
}
