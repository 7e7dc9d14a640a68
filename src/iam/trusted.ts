// The port to whom trust policies name: users and roles of the account by their tables, other accounts by whether they exist.

import type { Document } from "../authz/document.ts";
import type { UniqueIds } from "../authz/principals.ts";

export interface Trusted {
  /**
   * The unique ids of the users, roles and sessions that a document names.
   * @throws ApiError MalformedPolicyDocumentException where one does not exist; DependencyTimeoutException.
   */
  resolve(document: Document): Promise<UniqueIds>;
}
