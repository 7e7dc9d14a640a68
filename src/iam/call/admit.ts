// May this caller? Who calls is read from the tables in this turn, and one question is put: the operation on what it acts on; where that is renamed
// or moved, on what it will be too. Synchronous, and asked again at the commit where the world has moved.

import { printHolder } from "../../audit/event.ts";
import type { Value } from "../../authz/context.ts";
import { targetOf } from "../../authz/document.ts";
import { evaluate } from "../../authz/evaluate.ts";
import { refusalText } from "../../authz/texts.ts";
import { viewOf } from "../../authz/view.ts";
import { ApiError } from "../../wire/api-error.ts";
import { conditionValue } from "../conditions.ts";
import { locate } from "../locate.ts";
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
  if (holder !== undefined) {
    visit.holder = holder;
    visit.identity = printHolder(holder, accessKeyId);
  }
  if (holder === undefined || standing === undefined)
    throw new ApiError("UnrecognizedClientException", "The security token included in the request is invalid.");
  return { holder, view: viewOf(holder, standing, guardrails, compiled) };
}

/**
 * Lets a call in. @returns what its handler is given.
 * @throws ApiError UnrecognizedClientException, AccessDeniedException, and what is wrong with how the target is named.
 */
export function admit(visit: Readable, world: World): Call {
  const standing = standingOf(visit, world);
  decide(visit, standing, world);
  visit.admittedAt = world.changes;
  return handed(visit, standing, world);
}

function decide(visit: Readable, { holder, view }: Standing, sight: Sight): void {
  const { service, request, op, call } = visit;
  const action = `${service.name}:${visit.action}`;
  const located = locate(request.target, holder, sight);
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
  const value = (name: string): Value | undefined => {
    if (!known.has(name)) known.set(name, conditionValue(name, asked));
    return known.get(name);
  };
  for (const arn of new Set([located.arn, located.arnToBe ?? located.arn])) {
    const { allowed, reason } = evaluate({
      principal: view.principal,
      documents: view.documents,
      target: targetOf(action, [arn]),
      context: { value },
      policy: undefined,
      worksAcrossAccounts: false,
      grant: () => undefined,
    });
    if (!allowed) throw new ApiError("AccessDeniedException", refusalText(view.principal.arn, action, { arn }, reason));
  }
}

function handed({ who, action }: Readable, { holder, view }: Standing, world: World): Call {
  const { account, reads, quotas, compiled, trusted } = world;
  return {
    ...{ account, view, reads, quotas, compiled, trusted },
    caller: { ...holder, accessKeyId: who.accessKeyId },
    markers: world.markers(action),
    now: () => world.now(),
    random: (bytes) => world.random(bytes),
    accessKey: (serial) => world.accessKey(serial),
  };
}
