// A second evaluator of KMS authorization: short, slow, written from AWS's documents alone, and sharing no code with the engine. Documents come
// as plain JSON. A fault makes one thing wrong on purpose. Source: IAM user guide, "Policy evaluation logic"; KMS developer guide, "Grants".

import { conditionsHold, type Given, isLike, isLikeResource, type World } from "./naive-conditions.ts";
import type { Fault } from "./naive-faults.ts";

type List = string | readonly string[];

export interface NaiveStatement {
  readonly Effect: string;
  readonly Principal?: "*" | Readonly<Record<string, List>>;
  readonly NotPrincipal?: "*" | Readonly<Record<string, List>>;
  readonly Action?: List;
  readonly NotAction?: List;
  readonly Resource?: List;
  readonly NotResource?: List;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface NaiveDocument {
  readonly Version?: string;
  readonly Statement: NaiveStatement | readonly NaiveStatement[];
}

type Pairs = Readonly<Record<string, string>>;

export interface NaiveConstraints {
  readonly EncryptionContextEquals?: Pairs;
  readonly EncryptionContextSubset?: Pairs;
}

export interface NaiveGrant {
  readonly GranteePrincipal: string;
  /** The ARN of its root. */
  readonly IssuingAccount: string;
  readonly Operations: readonly string[];
  readonly Constraints?: NaiveConstraints;
}

export interface NaiveRequest {
  readonly principal: {
    readonly type: "Root" | "User" | "AssumedRole";
    readonly arn: string;
    readonly account: string;
    readonly uniqueId: string;
  };
  /** The unique ids behind ARNs of users, roles and sessions. */
  readonly ids: Readonly<Record<string, string>>;
  readonly action: string;
  readonly resources: readonly string[];
  readonly context: Given;
  readonly identity: readonly NaiveDocument[];
  readonly boundary?: NaiveDocument;
  readonly session: readonly NaiveDocument[];
  readonly guardrails: readonly (readonly NaiveDocument[])[];
  /** None where the resource is no key. */
  readonly keyPolicy?: NaiveDocument;
  readonly keyAccount: string;
  readonly worksAcrossAccounts: boolean;
  readonly grants: readonly NaiveGrant[];
  /** Of a cryptographic operation of a symmetric key. */
  readonly encryptionContext?: Pairs;
  /** Of CreateGrant. */
  readonly newGrant?: { readonly Operations: readonly string[]; readonly Constraints?: NaiveConstraints };
}

export interface NaiveDecision {
  readonly allowed: boolean;
  readonly reason: string;
}

const list = (value: List | undefined): readonly string[] => (value === undefined ? [] : [value].flat());

/** How a name meets a caller. */
function way(name: string, { principal, ids }: NaiveRequest, fault?: Fault): string | undefined {
  if (name === "*") return "wildcard";
  const account = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
  if (account !== undefined) return account === principal.account ? "account" : undefined;
  if (fault === "namesake is meant" && name === principal.arn) return "direct";
  const id = /^A(IDA|ROA)/.test(name) ? name : ids[name];
  if (id === principal.uniqueId) return "direct";
  return principal.type === "AssumedRole" && id === principal.uniqueId.split(":")[0] ? "role" : undefined;
}

const names = (principal: NaiveStatement["Principal"]): readonly string[] =>
  principal === "*" ? ["*"] : list(principal?.["AWS"]);

/** Action, resource and condition of a statement; its effect and its principals aside. */
function fits(statement: NaiveStatement, document: NaiveDocument, request: NaiveRequest, fault?: Fault): boolean {
  const { Effect, Action, NotAction, Resource, NotResource, Condition = {} } = statement;
  const variables = document.Version === "2012-10-17" || fault === "2008 has variables";
  const world: World = { given: request.context, variables, fault };
  const plain: World = { ...world, variables: false };
  const flags = fault === "case of an action counts" ? "" : "i";
  const isAction = list(Action ?? NotAction).some((pattern) => isLike(request.action, pattern, plain, true, flags));
  const isResource = list(Resource ?? NotResource).some((pattern) =>
    request.resources.some((arn) => isLikeResource(arn, pattern, world)),
  );
  if (isAction === (NotAction !== undefined && fault !== "NotAction is Action")) return false;
  if (isResource === (NotResource !== undefined && fault !== "NotResource is Resource")) return false;
  return conditionsHold(Condition, Effect, world);
}

function says(effect: string, documents: readonly NaiveDocument[], request: NaiveRequest, fault?: Fault): boolean {
  return documents.some((document) =>
    [document.Statement].flat().some((each) => each.Effect === effect && fits(each, document, request, fault)),
  );
}

/** Spared is whoever has his whole chain listed, and no permissions boundary. */
function isSpared(listed: readonly string[], request: NaiveRequest, fault?: Fault): boolean {
  const { principal, boundary } = request;
  if (boundary !== undefined && fault !== "NotPrincipal spares with a boundary") return false;
  const ways = listed.map((name) => way(name, request, fault));
  if (ways.includes("wildcard")) return true;
  const needed = ["account"];
  if (principal.type === "AssumedRole") needed.push("role");
  if (principal.type !== "Root" && fault !== "NotPrincipal spares the account's users") needed.push("direct");
  if (fault === "NotPrincipal spares the role's sessions" && principal.type === "AssumedRole") needed.splice(1);
  return needed.every((each) => ways.includes(each));
}

function keyPolicyDenies(request: NaiveRequest, fault?: Fault): boolean {
  const { keyPolicy } = request;
  if (keyPolicy === undefined || fault === "key policy denies nothing") return false;
  return [keyPolicy.Statement].flat().some((statement) => {
    const { Effect, Principal, NotPrincipal } = statement;
    if (Effect !== "Deny" || !fits(statement, keyPolicy, request, fault)) return false;
    if (NotPrincipal !== undefined && fault !== "NotPrincipal is Principal")
      return !isSpared(names(NotPrincipal), request, fault);
    const ways = names(NotPrincipal ?? Principal).flatMap((name) => way(name, request, fault) ?? []);
    if (fault === "Deny in the key policy leaves out accounts") return ways.some((each) => each !== "account");
    if (fault === "Deny in the key policy leaves out roles") return ways.some((each) => each !== "role");
    return ways.length > 0;
  });
}

function waysAllowed(request: NaiveRequest, fault?: Fault): ReadonlySet<string> {
  const { keyPolicy } = request;
  if (keyPolicy === undefined) return new Set();
  const allowing = [keyPolicy.Statement]
    .flat()
    .filter((each) => each.Effect === "Allow" && fits(each, keyPolicy, request, fault));
  return new Set(allowing.flatMap(({ Principal }) => names(Principal).flatMap((name) => way(name, request, fault) ?? [])));
}

const hasAll = (pairs: Pairs, wanted: Pairs): boolean => Object.entries(wanted).every(([name, value]) => pairs[name] === value);
const isSame = (one: Pairs, other: Pairs): boolean => hasAll(one, other) && hasAll(other, one);

function constraintHolds({ Constraints = {}, Operations }: NaiveGrant, request: NaiveRequest, fault?: Fault): boolean {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = Constraints;
  const { newGrant, encryptionContext = fault === "constraint of a grant caps DescribeKey" ? {} : undefined } = request;
  if (newGrant !== undefined) {
    const own = newGrant.Constraints?.EncryptionContextEquals;
    const either = own ?? newGrant.Constraints?.EncryptionContextSubset;
    if (!newGrant.Operations.every((each) => Operations.includes(each)) && fault !== "child may do more") return false;
    if (fault === "child needs no constraint") return true;
    if (equals !== undefined && fault === "child may loosen Equals") return either !== undefined && hasAll(either, equals);
    if (equals !== undefined) return own !== undefined && isSame(own, equals);
    return subset === undefined || (either !== undefined && hasAll(either, subset));
  }
  if (encryptionContext === undefined || fault === "grant's constraint ignored") return true;
  if (equals !== undefined && fault !== "Equals is Subset") return isSame(encryptionContext, equals);
  return hasAll(encryptionContext, equals ?? subset ?? {});
}

/** The grants that allow it. */
const granting = (request: NaiveRequest, identityAllows: boolean, fault?: Fault): readonly NaiveGrant[] =>
  request.grants.filter((grant) => {
    const { GranteePrincipal, Operations } = grant;
    const how = way(GranteePrincipal, request, fault);
    const isRoot = request.principal.type === "Root" || fault === "account's grant is everybody's";
    if (how === undefined || (how === "account" && !isRoot && !identityAllows)) return false;
    return Operations.includes(request.action.replace("kms:", "")) && constraintHolds(grant, request, fault);
  });

function explicitDeny(request: NaiveRequest, fault?: Fault): string | undefined {
  const { identity, boundary, session, guardrails } = request;
  const denies = (documents: readonly NaiveDocument[]) => says("Deny", documents, request, fault);
  if (denies(guardrails.flat()) && fault !== "guardrails deny nothing") return "GUARDRAIL";
  if (keyPolicyDenies(request, fault)) return "KEY_POLICY";
  if (denies(identity) && fault !== "identity policies deny nothing") return "IDENTITY";
  if (boundary !== undefined && denies([boundary]) && fault !== "boundary denies nothing") return "BOUNDARY";
  return denies(session) && fault !== "session policies deny nothing" ? "SESSION" : undefined;
}

/** The ceiling that does not allow, if one does not. */
function tooLow(request: NaiveRequest, fault?: Fault): string | undefined {
  const { boundary, session } = request;
  const allows = (documents: readonly NaiveDocument[]) => says("Allow", documents, request, fault);
  if (boundary !== undefined && !allows([boundary]) && fault !== "boundary is no ceiling") return "BOUNDARY";
  const isHigh = fault === "all session policies must allow" ? session.every((each) => allows([each])) : allows(session);
  return session.length > 0 && !isHigh && fault !== "session policies are no ceiling" ? "SESSION" : undefined;
}

export function decide(request: NaiveRequest, fault?: Fault): NaiveDecision {
  const { principal, identity, guardrails, keyPolicy, keyAccount, worksAcrossAccounts } = request;
  const denied = explicitDeny(request, fault);
  if (denied !== undefined) return { allowed: false, reason: `EXPLICIT_DENY_${denied}` };

  const levels = guardrails.map((level) => says("Allow", level, request, fault));
  const passes =
    fault === "one level of guardrails is enough" && levels.length > 0 ? levels.includes(true) : !levels.includes(false);
  if (!passes && fault !== "guardrails are no ceiling") return { allowed: false, reason: "IMPLICIT_DENY_GUARDRAIL" };

  const same = principal.account === keyAccount;
  if (!same && !worksAcrossAccounts && fault !== "other account may do everything")
    return { allowed: false, reason: "NOT_CROSS_ACCOUNT" };

  const isRoot = principal.type === "Root" && fault !== "root needs a policy";
  const identityAllows = isRoot || says("Allow", identity, request, fault);
  const ceiling = tooLow(request, fault);
  const implicit = (layer: string): NaiveDecision => ({ allowed: false, reason: `IMPLICIT_DENY_${layer}` });
  /** What gives the right, and whether the ceilings hold it back. */
  const given = (reason: string, isCapped = true): NaiveDecision =>
    isCapped && ceiling !== undefined ? implicit(ceiling) : { allowed: true, reason };

  if (keyPolicy === undefined) return identityAllows ? given("IAM") : implicit("IDENTITY");
  const ways = waysAllowed(request, fault);
  const grants = granting(request, identityAllows, fault);
  const isOpen = ways.has("direct") || ways.has("wildcard");
  if (same) {
    if (isOpen) return given("KEY_POLICY", fault === "user is capped");
    if (ways.has("role")) return given("KEY_POLICY", fault !== "role is not capped");
    if (ways.has("account") && (identityAllows || fault === "account delegates to everyone")) return given("IAM_VIA_KEY_POLICY");
    const isEnough = identityAllows || fault !== "own account's grant needs a policy";
    if (grants.length > 0 && isEnough) return given("GRANT", fault !== "grant is not capped");
    return implicit(ways.has("account") ? "IDENTITY" : "KEY_POLICY");
  }
  if (ways.has("wildcard") && fault === "other account's wildcard is enough") return given("CROSS_ACCOUNT");
  if (ways.size > 0 && (identityAllows || fault === "other account needs no identity policy")) return given("CROSS_ACCOUNT");
  const isOurWord = ({ IssuingAccount }: NaiveGrant) => IssuingAccount.includes(principal.account);
  const isGiven = grants.some((grant) => identityAllows || isOurWord(grant) || fault === "grant of another account is enough");
  if (isGiven) return given("GRANT", fault !== "grant is not capped");
  return implicit(ways.size > 0 ? "IDENTITY" : "KEY_POLICY");
}
