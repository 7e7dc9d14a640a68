// A role's trust policy: what one is read to, and how one that is stored is shown. Source: IAM user guide, "IAM and AWS STS quotas", "IAM JSON policy
// elements: Principal".

import { type Document, documentOf } from "../authz/document.ts";
import { isObject, type JsonObject, parsePolicyJson } from "../authz/policy-json.ts";
import { principalArn } from "../authz/principals.ts";
import { holdersOf, shownBy } from "../authz/shown-principals.ts";
import { ApiError } from "../wire/api-error.ts";
import { entityArn } from "./arns.ts";
import { documentSize } from "./members.ts";
import type { Trust } from "./tables/entities.ts";
import type { Reads } from "./tables/tables.ts";

/** Characters, white space apart. */
const SIZE_MAX = 2048;

/** @throws ApiError LimitExceeded, MalformedPolicyDocument. */
export function trustPolicyOf(text: string): Document {
  if (documentSize(text) > SIZE_MAX)
    throw new ApiError("LimitExceededException", `Cannot exceed quota for ACLSizePerRole: ${SIZE_MAX}`);
  return documentOf(text, "trust");
}

/** The text as it was given, but that whom it names is shown as he is named now, by his unique id where he is gone, and an account by its root. */
export function shownTrust({ text, ids }: Trust, account: string, { entities }: Pick<Reads, "entities">): string {
  const arns = holdersOf(ids.values()).flatMap((id): [string, string][] => {
    const entity = entities.byId(id);
    return entity === undefined ? [] : [[id, entityArn(account, entity)]];
  });
  const identity = shownBy(ids, new Map(arns));
  const shown = (name: unknown): unknown => (typeof name === "string" ? principalArn(identity(name)) : name);
  const document = parsePolicyJson(text);
  if (!isObject(document)) throw new Error("a stored trust policy does not parse");
  const printed = JSON.stringify({ ...document, Statement: each(document["Statement"], (one) => statement(one, shown)) });
  return printed === JSON.stringify(document) ? text : printed;
}

/** Of one value, or of each of a list. */
const each = (value: unknown, change: (one: unknown) => unknown): unknown =>
  Array.isArray(value) ? value.map(change) : change(value);

function statement(given: unknown, shown: (name: unknown) => unknown): unknown {
  if (!isObject(given) || !isObject(given["Principal"])) return given;
  const named: JsonObject = given["Principal"];
  if (!Object.hasOwn(named, "AWS")) return given;
  return { ...given, Principal: { ...named, AWS: each(named["AWS"], shown) } };
}
