// What is known of a caller: whether its access key is active, and the documents that bear on it. A view is asked for before a call
// is read, and must still be in force at its commit. Until identities are built, every account has one caller: its root, by serial 0.

import type { Documents } from "../authz/evaluate.ts";
import type { Levels } from "../authz/guardrails.ts";
import type { Principal } from "../authz/principals.ts";
import type { Who } from "../durable/passport-control.ts";
import { ApiError } from "../wire/api-error.ts";
import { rootArn } from "../wire/arn.ts";
import { PARTITION } from "../wire/regions.ts";

export interface View {
  readonly principal: Principal;
  /** `aws:PrincipalArn`: of a session its role's, with its path. */
  readonly arn: string;
  /** Undefined for whoever is no user. */
  readonly userName: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly documents: Documents;
}

const ACTIVE_ROOT_SERIAL = 0;

export interface Callers {
  /**
   * The view of a caller, at once where one is held.
   * @throws ApiError UnrecognizedClientException for an access key that does not exist or is not active.
   */
  view(who: Who): View | Promise<View>;
  /** Whether nothing has taken a view back. */
  inForce(view: View): boolean;
}

/** `guardrails`: what binds the account, its root too. */
export function rootOnly(account: string, guardrails: Levels): Callers {
  const arn = rootArn(PARTITION, account);
  const root: View = {
    principal: { type: "Root", arn, account, uniqueId: account },
    arn,
    userName: undefined,
    tags: new Map(),
    documents: { identity: [], boundary: undefined, session: [], guardrails },
  };
  return {
    view({ accessKey }) {
      if (accessKey.serial !== ACTIVE_ROOT_SERIAL)
        throw new ApiError("UnrecognizedClientException", "The security token included in the request is invalid.");
      return root;
    },
    inForce: (view) => view === root,
  };
}
