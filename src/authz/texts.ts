// What a refused caller is told: one reason, in AWS's words. Source: IAM user guide, "Troubleshoot access denied error messages", and recorded
// answers.

import type { Reason } from "./evaluate.ts";

/** What was refused: a key or alias by its ARN, everything (`*`), a ciphertext that names its key itself, or nothing that is named. */
export type Refused = { readonly arn: string } | "ciphertext" | "unnamed";

const ON_CIPHERTEXT = " on the resource associated with this ciphertext";

const on = (refused: Refused): string => {
  if (refused === "unnamed") return "";
  return refused === "ciphertext" ? ON_CIPHERTEXT : ` on resource: ${refused.arn}`;
};

const because = (policy: string) => (action: string) => ` because no ${policy} allows the ${action} action`;
const explicit = (policy: string) => () => ` with an explicit deny in ${policy}`;

const KEPT_BACK = explicit("a service control policy");

const WORDS: Readonly<Partial<Record<Reason, (action: string) => string>>> = {
  EXPLICIT_DENY_GUARDRAIL: KEPT_BACK,
  IMPLICIT_DENY_GUARDRAIL: KEPT_BACK,
  EXPLICIT_DENY_KEY_POLICY: explicit("a resource-based policy"),
  IMPLICIT_DENY_KEY_POLICY: because("resource-based policy"),
  EXPLICIT_DENY_TRUST_POLICY: explicit("a resource-based policy"),
  IMPLICIT_DENY_TRUST_POLICY: because("resource-based policy"),
  EXPLICIT_DENY_IDENTITY: explicit("an identity-based policy"),
  IMPLICIT_DENY_IDENTITY: because("identity-based policy"),
  EXPLICIT_DENY_BOUNDARY: explicit("a permissions boundary"),
  IMPLICIT_DENY_BOUNDARY: because("permissions boundary"),
  EXPLICIT_DENY_SESSION: explicit("a session policy"),
  IMPLICIT_DENY_SESSION: because("session policy"),
};

/** Of another account's resource nobody learns whether it is there. */
const FOREIGN =
  " on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access";

/** The same of a key that nothing but a ciphertext names. */
export const FOREIGN_CIPHERTEXT =
  "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.";

/** `arn`: of the caller; of a session its own. */
export function refusalText(arn: string, action: string, refused: Refused | "foreign", reason: Reason): string {
  const words = WORDS[reason];
  const what = refused === "foreign" || words === undefined ? FOREIGN : on(refused) + words(action);
  return `User: ${arn} is not authorized to perform: ${action}${what}`;
}
