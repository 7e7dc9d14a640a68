// Key policies: the default one; what one is read to; whom it names. Source: KMS developer guide, "Key policies in AWS KMS".

import { ApiError } from "../wire/api-error.ts";
import { type Document, documentOf } from "./document.ts";

/** Bytes; AWS's limit, which is not adjustable. */
export const POLICY_BYTES_MAX = 32768;

/** @throws ApiError LimitExceededException, MalformedPolicyDocumentException. */
export function keyPolicyOf(text: string): Document {
  // Its characters are U+00FF at most, so a character is one byte or two.
  if (new TextEncoder().encode(text).byteLength > POLICY_BYTES_MAX)
    throw new ApiError("LimitExceededException", `The policy document exceeds the limit of ${POLICY_BYTES_MAX} bytes.`);
  return documentOf(text, "key");
}

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
