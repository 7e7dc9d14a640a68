// Key policies: the default one; what one is read to; whom it names. Source: KMS developer guide, "Key policies in AWS KMS".

import { ApiError } from "../wire/api-error.ts";
import { rootArn } from "../wire/arn.ts";
import { PARTITION } from "../wire/regions.ts";
import { type Document, documentOf } from "./document.ts";
import { isObject, parsePolicyJson } from "./policy-json.ts";
import type { UniqueIds } from "./principals.ts";
import { printPolicy } from "./print-policy.ts";
import { type ShownArns, shownBy } from "./shown-principals.ts";

/** Bytes; AWS's limit, which is not adjustable. */
export const POLICY_BYTES_MAX = 32768;

/** The policy of a key that is created without one. */
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

/** A stored policy as it is shown. `arns`: of those of its unique ids that have one. */
export function shownPolicy(text: string, ids: UniqueIds, arns: ShownArns): string {
  const document = parsePolicyJson(text);
  return isObject(document) ? printPolicy(document, PARTITION, shownBy(ids, arns)) : text;
}

/** @throws ApiError LimitExceededException, MalformedPolicyDocumentException. */
export function keyPolicyOf(text: string): Document {
  // Its characters are U+00FF at most, so a character is one byte or two.
  if (new TextEncoder().encode(text).byteLength > POLICY_BYTES_MAX)
    throw new ApiError("LimitExceededException", `The policy document exceeds the limit of ${POLICY_BYTES_MAX} bytes.`);
  return documentOf(text, "key");
}

/** A policy that is stored: whom it names and nobody knows, it means nobody. @throws ApiError for what no version has taken. */
export const storedKeyPolicyOf = (text: string): Document => documentOf(text, "stored key");

/** Whom a document names: accounts by their number, users, roles and sessions as they are written. */
export function namedIn({ statements }: Document): {
  readonly accounts: ReadonlySet<string>;
  readonly identities: ReadonlySet<string>;
} {
  const named = statements.flatMap(({ principals }) => principals?.named ?? []);
  return {
    accounts: new Set(named.flatMap((each) => (each.kind === "account" ? each.account : []))),
    identities: new Set(named.flatMap((each) => (each.kind === "identity" ? each.text : []))),
  };
}
