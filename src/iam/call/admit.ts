// May this caller? Who calls is read from the tables in this turn, and one question is put: the operation on what it acts on. Synchronous, and asked
// again at the commit where the world has moved.

import { printHolder } from "../../audit/event.ts";
import type { Value } from "../../authz/context.ts";
import { targetOf } from "../../authz/document.ts";
import { evaluate } from "../../authz/evaluate.ts";
import { refusalText } from "../../authz/texts.ts";
import { viewOf } from "../../authz/view.ts";
import { ApiError } from "../../wire/api-error.ts";
import { unrecognized } from "../../wire/unrecognized.ts";
import { conditionValue } from "../conditions.ts";
import { type Located, locate } from "../locate.ts";
import type { Call } from "../operation.ts";
import type { Sight, World } from "../world.ts";
import type { Readable, Standing, Visit } from "./visit.ts";

/**
 * Who calls, and what bears on him, as the tables have it now. The visit knows whose the access key is from then on, also where it is refused.
 * @throws ApiError UnrecognizedClientException for an access key that does not exist or is not active.
 */
export function standingOf(visit: Visit, { views, guardrails, compiled }: Sight): Standing {
  const { accessKeyId } = visit.who;
  const { holder, standing } = views.of(accessKeyId);
  if (holder !== undefined) visit.identity = printHolder(holder, accessKeyId);
  if (holder === undefined || standing === undefined) throw unrecognized();
  return { holder, view: viewOf(holder, standing, guardrails, compiled) };
}

/**
 * Lets a call in, under the standing that its caller has in this turn. @returns what its handler is given.
 * @throws ApiError AccessDeniedException, and what is wrong with how the target is named.
 */
export function admit(visit: Readable, standing: Standing, world: World): Call {
  decide(visit, standing, world);
  visit.admittedAt = world.changes;
  return handed(visit, standing, world);
}

/** @throws ApiError AccessDeniedException for the first target on which the call is not allowed. */
function decide(visit: Readable, standing: Standing, sight: Sight): void {
  const located = visit.request.targets.map((target) => locate(target, standing.holder, sight));
  for (const each of located) requireAllowed(each, visit, standing, sight);
}

function requireAllowed(
  located: Located,
  { service, action: name, request, op, call }: Readable,
  { view }: Standing,
  sight: Sight,
): void {
  const action = `${service.name}:${name}`;
  const known = new Map<string, Value | undefined>(); // for this one question: many statements ask for the same key
  const asked = {
    call,
    view,
    request,
    located,
    conditions: op.conditions,
    time: sight.now(),
    reads: sight.reads,
    account: sight.account,
  };
  const value = (key: string): Value | undefined => {
    if (!known.has(key)) known.set(key, conditionValue(key, asked));
    return known.get(key);
  };
  const { principal, documents } = view;
  const { allowed, reason } = evaluate({
    ...{ principal, documents, target: targetOf(action, [located.arn]), context: { value } },
    ...{ policy: undefined, worksAcrossAccounts: false, grant: () => undefined },
  });
  if (!allowed) throw new ApiError("AccessDeniedException", refusalText(principal.arn, action, { arn: located.arn }, reason));
}

function handed({ action }: Readable, { holder }: Standing, world: World): Call {
  const { account, reads, quotas, trusted } = world;
  return {
    ...{ account, caller: holder, reads, quotas, trusted },
    markers: world.markers(action),
    now: () => world.now(),
    random: (bytes) => world.random(bytes),
    accessKey: (serial) => world.accessKey(serial),
  };
}
