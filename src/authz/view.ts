// What is known of a caller who may sign: who he is, and the documents that bear on him. Made of what an IdentityStore tells.

import type { Holder, Standing } from "../wire/views.ts";
import type { CompiledDocuments } from "./compiled.ts";
import type { Document } from "./document.ts";
import type { Documents } from "./evaluate.ts";
import type { Levels } from "./guardrails.ts";
import type { Principal } from "./principals.ts";

export interface View {
  readonly principal: Principal;
  /** `aws:PrincipalArn`: of a session its role's, with its path. */
  readonly arn: string;
  /** Undefined for whoever is no user. */
  readonly userName: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly documents: Documents;
}

/**
 * The view of the holder of a long-term access key.
 * @param guardrails What binds the account, its root too.
 * @throws Error for a stored document that does not compile: nobody is let in by the rest of them.
 */
export function viewOf(
  { type, arn, account, uniqueId, userName }: Holder,
  { tags, identity, boundary }: Standing,
  guardrails: Levels,
  compiled: CompiledDocuments,
): View {
  const stored = (text: string): Document => {
    try {
      return compiled.of(text);
    } catch (cause) {
      throw new Error(`a stored document of ${arn} does not compile`, { cause });
    }
  };
  return {
    principal: { type, arn, account, uniqueId },
    arn,
    userName,
    tags: new Map(tags),
    documents: {
      identity: identity.map(stored),
      boundary: boundary === undefined ? undefined : stored(boundary),
      session: [],
      guardrails,
    },
  };
}
