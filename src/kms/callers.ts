// What is known of a caller: whether its access key is active, and the documents that bear on it. A view is asked for before a call
// is read, and must still be in force at its commit. Until identities are built, every account has one caller: its root, by serial 0.

import type { Who } from "../durable/passport-control.ts";
import { ApiError } from "../wire/api-error.ts";

export interface View {
  readonly kind: "root";
}

const ROOT: View = { kind: "root" };
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

export const rootOnly: Callers = {
  view({ accessKey }) {
    if (accessKey.serial !== ACTIVE_ROOT_SERIAL)
      throw new ApiError("UnrecognizedClientException", "The security token included in the request is invalid.");
    return ROOT;
  },
  inForce: (view) => view === ROOT,
};
