// Who may retire a grant: the grant itself decides, not the key policy. Pure. Source: KMS developer guide, "Retiring and revoking grants".

import { ceilingOf, explicitDenial, guardrailsAllow, identityAllows, type Question, type Reason } from "./evaluate.ts";
import type { Grant } from "./grants.ts";
import { type Meeting, meeting, type Named } from "./principals.ts";

export interface Retirable extends Grant {
  readonly retiring: Named | undefined;
  /** 12 digits: who owns the key. */
  readonly owner: string;
}

export type RetireReason = Reason | "RETIRING_PRINCIPAL" | "GRANTEE_RETIRE" | "ISSUING_ACCOUNT" | "DELEGATED" | "NOT_RETIRER";

export interface RetireDecision {
  readonly allowed: boolean;
  readonly reason: RetireReason;
}

/** `question`: whether the caller's own documents allow `kms:RetireGrant` on the grant's key. */
export function mayRetire(question: Question, grant: Retirable): RetireDecision {
  const denied = explicitDenial(question, undefined);
  if (denied !== undefined) return { allowed: false, reason: denied };
  if (!guardrailsAllow(question)) return { allowed: false, reason: "IMPLICIT_DENY_GUARDRAIL" };
  const reason = reasonOf(question, grant);
  if (reason === undefined) return { allowed: false, reason: "NOT_RETIRER" };
  const ceiling = ceilingOf(question);
  return ceiling === undefined ? { allowed: true, reason } : { allowed: false, reason: ceiling };
}

function reasonOf(
  question: Question,
  { retiring, grantee, operations, issuer, owner, ids }: Retirable,
): RetireReason | undefined {
  const { principal } = question;
  const isRoot = principal.type === "Root";
  /** An account is met by its root; its identities are only where their documents say so. */
  const isMet = (met: Meeting | undefined): boolean => met === "direct" || met === "role" || (met === "account" && isRoot);
  if (retiring !== undefined && isMet(meeting(retiring, principal, ids))) return "RETIRING_PRINCIPAL";
  if (operations.has("RetireGrant") && isMet(meeting(grantee, principal, ids))) return "GRANTEE_RETIRE";
  const accounts = [issuer, owner, ...(retiring?.kind === "account" ? [retiring.account] : [])];
  if (isRoot && (principal.account === issuer || principal.account === owner)) return "ISSUING_ACCOUNT";
  return accounts.includes(principal.account) && identityAllows(question) ? "DELEGATED" : undefined;
}
