// Policy documents: parsed, checked and compiled in one pass, so that what is accepted is what is evaluated. Sources: IAM user guide, "Grammar of
// the IAM JSON policy language"; KMS developer guide, "Key policies in AWS KMS".

import { type Condition, conditionOf } from "./condition-block.ts";
import { type Context, single } from "./context.ts";
import { fold } from "./fold.ts";
import { checkKeyPolicyKey } from "./key-policy-keys.ts";
import { type ArnParts, arnPartsOf, arnPatternOf, patternOf, type Resolve } from "./pattern.ts";
import { isObject, type JsonObject, malformed, parsePolicyJson } from "./policy-json.ts";
import { type Named, principalsOf } from "./principals.ts";

/** What a document is for decides what may stand in it. A "stored key" policy has been checked when it was written, perhaps by an earlier version. */
export type DocumentKind = "key" | "stored key" | "trust" | "identity";

const isOfKey = (kind: DocumentKind): boolean => kind === "key" || kind === "stored key";

/** What is asked for, read once for all the statements that it is held against. */
export interface Target {
  /** Folded. */
  readonly action: string;
  /** In their parts; undefined for `*`, the account. */
  readonly arns: readonly (ArnParts | undefined)[];
}

export const targetOf = (action: string, arns: readonly string[]): Target => ({
  action: fold(action),
  arns: arns.map(arnPartsOf),
});

export interface Statement {
  readonly effect: "Allow" | "Deny";
  /** Undefined: of whoever the document belongs to. */
  readonly principals: { readonly named: readonly Named[]; readonly isNegated: boolean } | undefined;
  readonly covers: (target: Target) => boolean;
  /** Whether it speaks of one of these ARNs; account-level operations act on `*`. */
  readonly speaksOf: (target: Target, context: Context) => boolean;
  readonly holds: Condition;
}

export interface Document {
  readonly statements: readonly Statement[];
}

const VERSIONS = ["2008-10-17", "2012-10-17"];
/** The version that has policy variables. */
const WITH_VARIABLES = "2012-10-17";
const STATEMENTS_MAX = 1000;
const ELEMENTS = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
const SYNTAX = "Syntax errors in policy.";

/** @throws ApiError MalformedPolicyDocumentException. */
export function documentOf(text: string, kind: DocumentKind): Document {
  const document = parsePolicyJson(text);
  if (!isObject(document)) throw malformed("The policy document is not a JSON object without duplicate members.");
  const { Version, Statement } = document;
  if (Version !== undefined && (typeof Version !== "string" || !VERSIONS.includes(Version)))
    throw malformed("The policy document has an invalid version.");
  if (!isOfKey(kind)) requireKnown(document, kind === "identity" ? ["Version", "Statement"] : ["Version", "Id", "Statement"]);
  const statements: unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  const isSome = statements.length > 0 && statements.length <= STATEMENTS_MAX;
  if (!isSome || !statements.every(isObject)) throw malformed("The policy document has no statements.");
  if (!isOfKey(kind)) checkSids(statements);
  return { statements: statements.map((each) => statementOf(each, kind, Version === WITH_VARIABLES)) };
}

/** Of a key policy what is unknown is kept, and means nothing. */
function requireKnown(members: JsonObject, known: readonly string[]): void {
  if (Object.keys(members).some((name) => !known.includes(name))) throw malformed(SYNTAX);
}

/** An empty Sid is none: clients write one. Key policies take any. */
function checkSids(statements: readonly JsonObject[]): void {
  const sids = statements.map(({ Sid = "" }) => Sid).filter((sid) => sid !== "");
  if (!sids.every((sid) => typeof sid === "string" && /^[A-Za-z0-9]+$/.test(sid)))
    throw malformed(
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    );
  if (new Set(sids).size < sids.length) throw malformed("Statement IDs (SID) in a single policy must be unique.");
}

function statementOf(statement: JsonObject, kind: DocumentKind, variables: boolean): Statement {
  if (!isOfKey(kind)) requireKnown(statement, ELEMENTS);
  const { Effect, Condition } = statement;
  if (Effect !== "Allow" && Effect !== "Deny") throw malformed("A statement's effect is neither Allow nor Deny.");
  const isKeyPolicy = isOfKey(kind);
  const rules = {
    variables,
    refusesValues: isKeyPolicy,
    isStored: kind === "stored key",
    checkKey: isKeyPolicy ? checkKeyPolicyKey : () => {},
  };
  return {
    effect: Effect,
    principals: principals(statement, kind),
    covers: actions(statement, kind),
    speaksOf: resources(statement, kind, variables),
    holds: Condition === undefined ? () => true : conditionOf(Condition, rules),
  };
}

function principals({ Effect, Principal, NotPrincipal }: JsonObject, kind: DocumentKind): Statement["principals"] {
  const isNegated = NotPrincipal !== undefined;
  if (kind === "identity") {
    if (Principal !== undefined || isNegated) throw malformed("Policy document should not specify a principal.");
    return undefined;
  }
  if ((Principal !== undefined) === isNegated) throw malformed("Each statement of the policy needs one or more principals.");
  if (isNegated && (Effect === "Allow" || kind === "trust")) throw malformed("NotPrincipal stands with the effect Deny only.");
  return { named: principalsOf(isNegated ? NotPrincipal : Principal, kind === "stored key"), isNegated };
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** One text, or a list of some; undefined for anything else. */
function textsOf(value: unknown): readonly string[] | undefined {
  const texts = [value].flat(1);
  return texts.length > 0 && texts.every(isText) ? texts : undefined;
}

const NO_ACTION = "Each statement of the policy needs an Action or a NotAction.";
const NO_VENDOR = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
const LITERAL: Resolve = () => undefined;

function actions({ Action, NotAction }: JsonObject, kind: DocumentKind): Statement["covers"] {
  const texts = textsOf(Action ?? NotAction);
  if ((Action === undefined) === (NotAction === undefined) || texts === undefined) throw malformed(NO_ACTION);
  // Of a key policy an action without a service is kept, as an unknown action is: neither covers anything.
  if (!isOfKey(kind) && !texts.every((text) => text === "*" || text.includes(":"))) throw malformed(NO_VENDOR);
  const matchers = texts.map((text) => patternOf(fold(text), { wildcards: true, variables: false }));
  const isNegated = Action === undefined;
  return ({ action }) => matchers.some((matches) => matches(action, LITERAL)) !== isNegated;
}

function resources({ Resource, NotResource }: JsonObject, kind: DocumentKind, variables: boolean): Statement["speaksOf"] {
  if (kind === "trust") {
    if (Resource !== undefined || NotResource !== undefined) throw malformed("Has prohibited field Resource.");
    return () => true;
  }
  if (isOfKey(kind) && NotResource !== undefined) throw malformed("The resource of each statement stands in Resource.");
  const texts = textsOf(Resource ?? NotResource);
  if ((Resource === undefined) === (NotResource === undefined) || texts === undefined)
    throw malformed("Policy statement must contain resources.");
  const matchers = texts.flatMap((text) => resourceOf(text, kind, variables) ?? []);
  const isNegated = Resource === undefined;
  return ({ arns }, context) => {
    const resolve: Resolve = (key) => single(context, fold(key));
    return arns.some((parts) => matchers.some((matches) => matches(parts, resolve))) !== isNegated;
  };
}

/** Whether it speaks of an ARN; of `*`, the account, which has no parts. */
type ResourceMatcher = (parts: ArnParts | undefined, resolve: Resolve) => boolean;

/** @returns undefined for a text of a key policy that is no ARN: it means no key. */
function resourceOf(text: string, kind: DocumentKind, variables: boolean): ResourceMatcher | undefined {
  if (text === "*") return () => true;
  const matches = arnPatternOf(text, variables ? "in the last part" : "nowhere");
  if (!isOfKey(kind)) checkResource(text, matches !== undefined);
  return matches && ((parts, resolve) => parts !== undefined && matches(parts, resolve));
}

function checkResource(text: string, isArn: boolean): void {
  if (!isArn || !text.startsWith("arn:")) throw malformed(`Resource ${text} must be in ARN format or "*".`);
  const [, , service = ""] = text.split(":", 3);
  if (/[*?]/.test(service)) throw malformed("Resource vendor must be fully qualified and cannot contain regexes.");
}
