// The decision about one action on one resource: allowed or not, and by which layer. Pure. Source: IAM user guide, "Policy evaluation logic"; KMS
// developer guide, "Determining access to AWS KMS keys".

import type { Context } from "./context.ts";
import type { Document, Statement, Target } from "./document.ts";
import { fold } from "./fold.ts";
import { isSpared, type Meeting, meeting, type Named, type Principal, type UniqueIds } from "./principals.ts";

type Layer = "GUARDRAIL" | "KEY_POLICY" | "TRUST_POLICY" | "IDENTITY" | "BOUNDARY" | "SESSION";

export type Reason =
  | "KEY_POLICY"
  | "IAM_VIA_KEY_POLICY"
  | "CROSS_ACCOUNT"
  | "GRANT"
  | "IAM"
  | "TRUST_POLICY"
  | "IAM_VIA_TRUST_POLICY"
  | "ALWAYS_ALLOWED"
  | `EXPLICIT_DENY_${Layer}`
  | `IMPLICIT_DENY_${Layer}`
  | "NOT_CROSS_ACCOUNT";

export interface Decision {
  readonly allowed: boolean;
  readonly reason: Reason;
}

/** What a caller brings along: his own documents. */
export interface Documents {
  readonly identity: readonly Document[];
  readonly boundary: Document | undefined;
  /** Absent for whoever has no session; a session without policies has none here. */
  readonly session: readonly Document[];
  /** Levels of documents, all of which must allow. */
  readonly guardrails: readonly (readonly Document[])[];
}

/** The policy of a resource, with the unique ids of whom it names. */
export interface ResourcePolicy {
  readonly kind: "KEY_POLICY" | "TRUST_POLICY";
  readonly document: Document;
  readonly ids: UniqueIds;
  /** Who owns the resource: 12 digits. */
  readonly account: string;
}

/** Who asks for what, on what, and what bears on him. */
export interface Question {
  readonly principal: Principal;
  readonly documents: Documents;
  /** An action on a resource, `*` for the account, and other ARNs that it is called by. */
  readonly target: Target;
  readonly context: Context;
}

export interface Check extends Question {
  /** Undefined: identity policies alone decide. */
  readonly policy: ResourcePolicy | undefined;
  /** Whether the action works on another account's resources. */
  readonly worksAcrossAccounts: boolean;
  /** Whether a grant allows it, and whether the account that issued it is the caller's own. Asked only where nothing else allows. */
  readonly grant: () => { readonly isOfOwnAccount: boolean } | undefined;
}

const allow = (reason: Reason): Decision => ({ allowed: true, reason });
const deny = (reason: Reason): Decision => ({ allowed: false, reason });

/** Nobody is refused to be told who he is, not even where a policy denies it. */
const ALWAYS_ALLOWED = fold("sts:GetCallerIdentity");

export function evaluate(check: Check): Decision {
  const { policy, principal } = check;
  if (check.target.action === ALWAYS_ALLOWED) return allow("ALWAYS_ALLOWED");
  const denied = explicitDenial(check, policy);
  if (denied !== undefined) return deny(denied);
  if (!guardrailsAllow(check)) return deny("IMPLICIT_DENY_GUARDRAIL");
  const isOwn = policy === undefined || policy.account === principal.account;
  if (!isOwn && !check.worksAcrossAccounts) return deny("NOT_CROSS_ACCOUNT");
  const standing = { isOwn, identityAllows: identityAllows(check), ceiling: ceilingOf(check) };
  return policy === undefined ? byIdentity(standing) : byResource(check, policy, standing);
}

/** The first layer that denies explicitly, if any does. */
export function explicitDenial(question: Question, policy: ResourcePolicy | undefined): Reason | undefined {
  const { identity, boundary, session, guardrails } = question.documents;
  if (says(question, guardrails.flat(), "Deny")) return "EXPLICIT_DENY_GUARDRAIL";
  if (policy !== undefined && isDenied(question, policy)) return `EXPLICIT_DENY_${policy.kind}`;
  if (says(question, identity, "Deny")) return "EXPLICIT_DENY_IDENTITY";
  if (boundary !== undefined && says(question, [boundary], "Deny")) return "EXPLICIT_DENY_BOUNDARY";
  return says(question, session, "Deny") ? "EXPLICIT_DENY_SESSION" : undefined;
}

/** Every level must allow, to root too. */
export const guardrailsAllow = (question: Question): boolean =>
  question.documents.guardrails.every((level) => says(question, level, "Allow"));

/** An account's root needs no document of its own. */
export const identityAllows = (question: Question): boolean =>
  question.principal.type === "Root" || says(question, question.documents.identity, "Allow");

function byIdentity({ identityAllows: allows, ceiling }: Standing): Decision {
  if (!allows) return deny("IMPLICIT_DENY_IDENTITY");
  return ceiling === undefined ? allow("IAM") : deny(ceiling);
}

interface Standing {
  readonly isOwn: boolean;
  readonly identityAllows: boolean;
  /** Why a ceiling holds the call back; undefined where none does. */
  readonly ceiling: Reason | undefined;
}

function byResource(check: Check, policy: ResourcePolicy, { isOwn, identityAllows, ceiling }: Standing): Decision {
  const { kind } = policy;
  const met = meetings(check, policy);
  const isNamed = met.has("direct") || met.has("wildcard");
  if (isOwn && isNamed) return allow(kind);
  const delegates = isOwn ? met.has("account") : met.size > 0;
  const mayBeAllowed = (isOwn && met.has("role")) || (delegates && identityAllows);
  if (mayBeAllowed && ceiling === undefined) {
    if (!isOwn) return allow("CROSS_ACCOUNT");
    return allow(met.has("role") ? kind : `IAM_VIA_${kind}`);
  }
  const grant = check.grant();
  const granted = grant !== undefined && (isOwn || identityAllows || grant.isOfOwnAccount);
  if (granted && ceiling === undefined) return allow("GRANT");
  if ((mayBeAllowed || granted) && ceiling !== undefined) return deny(ceiling);
  return deny(delegates ? "IMPLICIT_DENY_IDENTITY" : `IMPLICIT_DENY_${kind}`);
}

/** A boundary and session policies cap whatever they do not allow. @returns why the call is held back, if it is. */
export function ceilingOf(question: Question): Reason | undefined {
  const { principal, documents } = question;
  const { boundary, session } = documents;
  if (principal.type === "Root") return undefined;
  if (boundary !== undefined && !says(question, [boundary], "Allow")) return "IMPLICIT_DENY_BOUNDARY";
  return session.length > 0 && !says(question, session, "Allow") ? "IMPLICIT_DENY_SESSION" : undefined;
}

/** Whether a statement of an effect applies in one of the documents, whoever it names. */
const says = (question: Question, documents: readonly Document[], effect: Statement["effect"]): boolean =>
  documents.some(({ statements }) => statements.some((statement) => applies(statement, question, effect)));

const applies = (statement: Statement, { target, context }: Question, effect: Statement["effect"]): boolean =>
  statement.effect === effect &&
  statement.covers(target) &&
  statement.speaksOf(target, context) &&
  statement.holds(context, effect);

/** In a Deny every way of being named counts in full. */
function isDenied(question: Question, { document, ids }: ResourcePolicy): boolean {
  const { principal, documents } = question;
  const isMeant = ({ principals }: Statement): boolean => {
    if (principals === undefined) return false;
    if (principals.isNegated) return documents.boundary !== undefined || !isSpared(principals.named, principal, ids);
    return principals.named.some((named) => meeting(named, principal, ids) !== undefined);
  };
  return document.statements.some((each) => each.effect === "Deny" && isMeant(each) && applies(each, question, "Deny"));
}

/** How the statements that allow meet the caller. */
function meetings(question: Question, { document, ids }: ResourcePolicy): ReadonlySet<Meeting> {
  const met = new Set<Meeting>();
  for (const statement of document.statements) {
    const { effect, principals } = statement;
    if (effect !== "Allow" || principals === undefined || principals.isNegated) continue;
    const ways = waysOf(principals.named, question.principal, ids);
    if (ways.size > 0 && applies(statement, question, "Allow")) for (const way of ways) met.add(way);
  }
  return met;
}

function waysOf(named: readonly Named[], caller: Principal, ids: UniqueIds): ReadonlySet<Meeting> {
  const ways = new Set<Meeting>();
  for (const each of named) {
    const way = meeting(each, caller, ids);
    if (way !== undefined) ways.add(way);
  }
  return ways;
}
