// Whom trust policies name: users and roles of the account by their tables, other accounts by whether they exist.

import type { Document } from "../authz/document.ts";
import type { UniqueIds } from "../authz/principals.ts";
import type { Identified } from "../wire/views.ts";

export interface Trusted {
  /**
   * The unique ids of the users, roles and sessions that a document names.
   * @throws ApiError MalformedPolicyDocumentException where one does not exist; DependencyTimeoutException.
   */
  resolve(document: Document): Promise<UniqueIds>;
  /** Which of these ARNs and unique ids are users or roles of the account, by the text that was asked for. */
  identified(names: readonly string[]): Readonly<Record<string, Identified>>;
}
