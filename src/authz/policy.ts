// Key policy documents: the default one, and the checks of their shape. Source: KMS developer guide, "Key policies in AWS KMS".

import { ApiError } from "../wire/api-error.ts";
import { rootArn } from "../wire/arn.ts";
import { PARTITION } from "../wire/regions.ts";
import { checkCondition } from "./conditions.ts";
import { isObject, type JsonObject, malformed, parsePolicyJson } from "./policy-json.ts";

/** Bytes; AWS's limit, which is not adjustable. */
export const POLICY_BYTES_MAX = 32768;
const VERSIONS = ["2008-10-17", "2012-10-17"];

/** The policy of a key that is created without one, printed as AWS prints it. */
export const defaultPolicy = (account: string): string => `{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "${rootArn(PARTITION, account)}"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}`;

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isTextOrTexts = (value: unknown): boolean =>
  isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));

/** A key policy that has been read. */
export interface PolicyDocument {
  readonly version: string | undefined;
  readonly statements: readonly JsonObject[];
}

/**
 * Reads a document, and checks its size and shape. `keyArn`: of the key it is for, where that exists already.
 * @throws ApiError LimitExceededException, MalformedPolicyDocumentException.
 */
export function parsePolicy(text: string, keyArn?: string): PolicyDocument {
  // Its characters are U+00FF at most, so a character is one byte or two.
  if (new TextEncoder().encode(text).byteLength > POLICY_BYTES_MAX) {
    throw new ApiError("LimitExceededException", `The policy document exceeds the limit of ${POLICY_BYTES_MAX} bytes.`);
  }
  const document = parsePolicyJson(text);
  if (!isObject(document)) throw malformed("The policy document is not a JSON object without duplicate members.");
  const { Version, Statement } = document as { Version?: unknown; Statement?: unknown };
  if (Version !== undefined && (typeof Version !== "string" || !VERSIONS.includes(Version)))
    throw malformed("The policy document has an invalid version.");
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  if (statements.length === 0 || !statements.every(isObject)) throw malformed("The policy document has no statements.");
  for (const statement of statements) checkStatement(statement, keyArn);
  return { version: Version, statements };
}

function checkStatement(statement: JsonObject, keyArn: string | undefined): void {
  const { Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition } = statement;
  if (Effect !== "Allow" && Effect !== "Deny") throw malformed("A statement's effect is neither Allow nor Deny.");
  const principals = [Principal, NotPrincipal].filter((value) => value !== undefined);
  const [principal] = principals;
  if (principals.length !== 1 || !isPrincipal(principal))
    throw malformed("Each statement of the policy needs one or more principals.");
  if (NotPrincipal !== undefined && Effect === "Allow") throw malformed("NotPrincipal stands with the effect Deny only.");
  const actions = [Action, NotAction].filter((value) => value !== undefined);
  if (actions.length !== 1 || !isTextOrTexts(actions[0]))
    throw malformed("Each statement of the policy needs an Action or a NotAction.");
  if (NotResource !== undefined || !isThisKey(Resource, keyArn))
    throw malformed('The resource of each statement must be "*", this key.');
  if (Condition !== undefined) checkCondition(Condition);
}

/** A key policy speaks of its own key alone. */
const isThisKey = (resource: unknown, keyArn: string | undefined): boolean =>
  isTextOrTexts(resource) && [resource].flat().every((name) => name === "*" || name === keyArn);

/** `"*"`, or an object of principal types with one or more names each. */
const isPrincipal = (value: unknown): boolean =>
  value === "*" || (isObject(value) && Object.keys(value).length > 0 && Object.values(value).every(isTextOrTexts));
