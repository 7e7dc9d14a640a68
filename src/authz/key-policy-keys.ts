// Condition keys that a key policy may not use, or not so. Source: KMS developer guide, "AWS KMS condition keys".

import { malformed } from "./policy-json.ts";

const NOT_PERMITTED = /^(?:aws:resourcetag|kms:resourcetag|kms:resourcealiases)(?:\/|$)/;
const SINGLE_VALUED = /^(?:kms:encryptioncontext:|aws:requesttag\/)/;

const NOT_PERMITTED_TEXT =
  "These condition keys are not permitted in a key policy: aws:ResourceTag, kms:ResourceTag, kms:ResourceAliases";
const OVERLY_PERMISSIVE_TEXT =
  "OverlyPermissiveCondition: Using the ForAllValues set operator with a single-valued condition key matches requests " +
  "without the specified [encryption context or tag] or with an unspecified [encryption context or tag]. " +
  "To fix, remove ForAllValues.";

/** @throws ApiError MalformedPolicyDocumentException. */
export function checkKeyPolicyKey(key: string, set: string | undefined): void {
  if (NOT_PERMITTED.test(key)) throw malformed(NOT_PERMITTED_TEXT);
  if (set === "ForAllValues" && SINGLE_VALUED.test(key)) throw malformed(OVERLY_PERMISSIVE_TEXT);
}
