// What is known of a caller: whether its access key is active, whose it is, and the documents that bear on it. A view is asked for before a call is
// read, and must still be in force at its commit. The account's IdentityStore gives views, by access key id, under the store's one lease.

import { printHolder } from "../audit/event.ts";
import type { CompiledDocuments } from "../authz/compiled.ts";
import type { Levels } from "../authz/guardrails.ts";
import { type View, viewOf } from "../authz/view.ts";
import type { Leased } from "../durable/leased.ts";
import type { Who } from "../durable/passport-control.ts";
import { ApiError } from "../wire/api-error.ts";
import { INVALID_TOKEN } from "../wire/unrecognized.ts";
import type { SentView } from "../wire/views.ts";

/** Somebody who may call. */
export interface Caller extends View {
  /** CloudTrail's userIdentity, printed. Absent: it is the one that the passport tells. */
  readonly identity?: string;
}

/** The refusal of an access key that does not exist or is not active. */
export class NotActive extends ApiError {
  /** CloudTrail's userIdentity of whose key it is or was, printed; undefined where nobody knows. */
  readonly identity: string | undefined;

  constructor(identity?: string) {
    super("UnrecognizedClientException", INVALID_TOKEN);
    this.identity = identity;
  }
}

export interface Callers {
  /**
   * The view of a caller, at once where one is held.
   * @throws NotActive for an access key that does not exist or is not active; ApiError DependencyTimeoutException where none is held and
   * none is to be had; Error where a document of the caller's does not compile.
   */
  view(who: Who): Caller | Promise<Caller>;
  /** Whether nothing has taken a view back. */
  inForce(view: View): boolean;
}

/** Why an access key has no view: made anew for each call that is refused. */
export interface Refused {
  refusal(): Error;
}

/** What is held of an access key. */
export type Known = Caller | Refused;

/** @returns what reads the view of an access key as its IdentityStore sent it. Never throws: what is wrong with it is told to who calls by it. */
export const readerOf =
  (guardrails: Levels, compiled: CompiledDocuments) =>
  (accessKeyId: string, { holder, standing }: SentView): Known => {
    const identity = holder === undefined ? undefined : printHolder(holder, accessKeyId);
    if (holder === undefined || standing === undefined || identity === undefined)
      return { refusal: () => new NotActive(identity) };
    try {
      return { ...viewOf(holder, standing, guardrails, compiled), identity };
    } catch (cause) {
      return { refusal: () => cause as Error };
    }
  };

function admitted(known: Known): Caller {
  if ("refusal" in known) throw known.refusal();
  return known;
}

/** `views`: as they stand at each call. */
export const leasedCallers = (views: () => Pick<Leased<Known>, "held" | "pull" | "isInForce">): Callers => ({
  view({ accessKeyId }) {
    const held = views().held(accessKeyId);
    return held === undefined ? views().pull(accessKeyId).then(admitted) : admitted(held);
  },
  inForce: (view) => views().isInForce(view),
});
