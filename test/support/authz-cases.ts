// The cases of test/vectors/authz.jsonl as what the engine is asked.

import { expect } from "vitest";
import type { Context } from "../../src/authz/context.ts";
import { type DocumentKind, documentOf, targetOf } from "../../src/authz/document.ts";
import type { Check, Question } from "../../src/authz/evaluate.ts";
import { fold } from "../../src/authz/fold.ts";
import { type Constraint, constraintIn, type Grant, gives } from "../../src/authz/grants.ts";
import { type Principal, principalsOf } from "../../src/authz/principals.ts";
import type { Retirable } from "../../src/authz/retire.ts";
import lines from "../vectors/authz.jsonl?raw";

type Json = Readonly<Record<string, unknown>>;
type Pairs = Readonly<Record<string, string>>;

export interface GrantCase {
  readonly GranteePrincipal: string;
  readonly IssuingAccount: string;
  readonly Operations: readonly string[];
  readonly Constraints?: { readonly EncryptionContextEquals?: Pairs; readonly EncryptionContextSubset?: Pairs };
}

export interface Case {
  readonly id: string;
  readonly kind: "authorize" | "retireGrant" | "validate";
  readonly title: string;
  readonly principal: Principal & { readonly roleArn?: string };
  readonly checks?: readonly {
    readonly action: string;
    readonly resource: string;
    readonly resourceAliases?: readonly string[];
    readonly context?: Json;
    readonly trust?: boolean;
  }[];
  readonly context: Json;
  readonly encryptionContext?: Pairs;
  readonly newGrant?: { readonly Operations: readonly string[]; readonly Constraints?: GrantCase["Constraints"] };
  readonly identityPolicies?: readonly Json[];
  readonly permissionsBoundary?: Json;
  readonly sessionPolicies?: readonly Json[];
  readonly guardrails?: readonly (readonly Json[])[];
  readonly keys?: Readonly<Record<string, { readonly policy: Json; readonly grants?: readonly GrantCase[] }>>;
  readonly trustPolicy?: Json;
  readonly grant?: GrantCase & { readonly KeyArn: string; readonly RetiringPrincipal?: string };
  readonly keyArn?: string;
  readonly policyText?: string;
  readonly knownAccounts?: readonly string[];
  readonly knownPrincipals?: readonly string[];
  readonly bypass?: boolean;
  readonly expectError?: string;
  readonly expect: "allow" | "deny" | "accept" | "reject";
  readonly reason: string;
}

export const CASES = lines
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Case);

const ACROSS =
  "Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext GenerateMac VerifyMac ReEncryptFrom ReEncryptTo Sign Verify DeriveSharedSecret DescribeKey GetPublicKey GetKeyRotationStatus CreateGrant ListGrants RevokeGrant RetireGrant".split(
    " ",
  );

const document = (json: Json, kind: DocumentKind) => documentOf(JSON.stringify(json), kind);
const map = (pairs: Pairs | undefined) => pairs && new Map(Object.entries(pairs));

const constraintOf = (given: GrantCase["Constraints"] = {}): Constraint | undefined =>
  constraintIn(Object.fromEntries(Object.entries(given).map(([type, pairs]) => [type, new Map(Object.entries(pairs))])));

/** What the documents name is known by the caller's unique ids. */
export function idsOf({ arn, uniqueId, roleArn }: Case["principal"]): ReadonlyMap<string, string> {
  const ids = new Map([[arn, uniqueId]]);
  if (roleArn !== undefined) ids.set(roleArn, uniqueId.split(":")[0] ?? "");
  return ids;
}

function contextOf(values: Json): Context {
  const folded = new Map(Object.entries(values).map(([key, value]) => [fold(key), value]));
  return {
    value(key) {
      const value = folded.get(key);
      return Array.isArray(value) ? value.map(String) : value === undefined ? undefined : String(value);
    },
  };
}

/** What a caller asks of one resource. */
export function questionOf(given: Case, action: string, resources: readonly string[], context: Json = {}): Question {
  return {
    principal: given.principal,
    documents: {
      identity: (given.identityPolicies ?? []).map((each) => document(each, "identity")),
      boundary: given.permissionsBoundary && document(given.permissionsBoundary, "identity"),
      session: (given.sessionPolicies ?? []).map((each) => document(each, "identity")),
      guardrails: (given.guardrails ?? []).map((level) => level.map((each) => document(each, "identity"))),
    },
    target: targetOf(action, resources),
    context: contextOf({ ...given.context, ...context }),
  };
}

const accountOf = (arn: string): string => arn.split(":")[4] ?? "";
const named = (arn: string) => principalsOf({ AWS: arn })[0] ?? expect.unreachable();

function grantOf(
  { GranteePrincipal, IssuingAccount, Operations, Constraints }: GrantCase,
  ids: ReadonlyMap<string, string>,
): Grant {
  return {
    grantee: named(GranteePrincipal),
    ids,
    operations: new Set(Operations),
    constraint: constraintOf(Constraints),
    issuer: accountOf(IssuingAccount),
  };
}

export function retirableOf({ grant, principal }: Case): Retirable {
  if (grant === undefined) expect.unreachable();
  const { RetiringPrincipal, KeyArn } = grant;
  const retiring = RetiringPrincipal === undefined ? undefined : named(RetiringPrincipal);
  return { ...grantOf(grant, idsOf(principal)), retiring, owner: accountOf(KeyArn) };
}

export function checkOf(given: Case, at: number): Check {
  const { action, resource, resourceAliases = [], context = {}, trust } = given.checks?.[at] ?? expect.unreachable();
  const ids = idsOf(given.principal);
  const key = given.keys?.[resource];
  const account = accountOf(resource);
  const policy = trust
    ? given.trustPolicy && { kind: "TRUST_POLICY" as const, document: document(given.trustPolicy, "trust"), ids, account }
    : key && { kind: "KEY_POLICY" as const, document: document(key.policy, "key"), ids, account };
  const grants = (key?.grants ?? []).map((each) => grantOf(each, ids));
  const child = given.newGrant && {
    operations: given.newGrant.Operations,
    constraint: constraintOf(given.newGrant.Constraints),
  };
  return {
    ...questionOf(given, action, [resource, ...resourceAliases], context),
    policy,
    worksAcrossAccounts: trust === true || ACROSS.includes(action.replace("kms:", "")),
    grant() {
      const asked = { caller: given.principal, action, encryptionContext: map(given.encryptionContext), child };
      const found = grants.filter((grant) => gives(grant, { ...asked, identityAllows: false }));
      return found.length === 0 ? undefined : { isOfOwnAccount: found.some(({ issuer }) => issuer === given.principal.account) };
    },
  };
}
