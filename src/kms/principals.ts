// The port to who exists: whom a new key policy or grant names is looked up once, when it is written. Until identities are built, account roots
// alone are known.

import type { Document } from "../authz/document.ts";
import { namedIn } from "../authz/key-policy.ts";
import { malformed } from "../authz/policy-json.ts";
import { namedOf, type UniqueIds } from "../authz/principals.ts";

export interface Principals {
  /**
   * The unique ids of the users, roles and sessions that a document names.
   * @throws ApiError MalformedPolicyDocumentException where one does not exist.
   */
  resolve(document: Document): UniqueIds | Promise<UniqueIds>;
  /** What a grant's principal is compared by: its unique id, of an account its number. @returns undefined where it does not exist. */
  identify(principal: string): string | undefined | Promise<string | undefined>;
}

export const accountRootsOnly: Principals = {
  resolve(document) {
    if (namedIn(document).identities.size > 0)
      throw malformed("Policy contains a statement with one or more invalid principals.");
    return new Map();
  },
  identify(principal) {
    const named = namedOf("AWS", principal);
    return named?.kind === "account" ? named.account : undefined;
  },
};
