// The record of a call, printed from what is known of it.

import { type Event, eventNameOf, printEvent } from "../../audit/event.ts";
import type { Entry } from "../../durable/ledger.ts";
import type { ApiError } from "../../wire/api-error.ts";
import { QUERY_FAULTS } from "../../wire/query-faults.ts";
import type { Output } from "../operation.ts";
import type { World } from "../world.ts";
import type { Visit } from "./visit.ts";

/** How a call has ended. */
interface End {
  readonly output?: Output | undefined;
  readonly error?: ApiError;
}

/** The record of a call, printed and measured before it joins a group. */
export function entry(visit: Visit, world: World, { output, error }: End): Entry {
  const { call, who, op, action, service, identity } = visit;
  const time = world.now();
  const record = printEvent({
    id: world.uuid(),
    time,
    name: eventNameOf(action, op !== undefined),
    readOnly: op === undefined || op.effect === "read",
    eventSource: service.eventSource,
    region: world.region,
    account: who.account,
    identity,
    source: call,
    request: kept(visit),
    answer: error === undefined ? answered(visit, output) : undefined,
    error: error && { code: QUERY_FAULTS[error.code].code, message: error.message },
  });
  return { record, time };
}

function kept({ op, request }: Visit): Event["request"] {
  return op === undefined || request === undefined ? undefined : { members: request.members, keep: op.kept.request };
}

/** What a read answers is in no record. */
function answered({ op }: Visit, output: Output | undefined): Event["answer"] {
  if (op === undefined || op.effect === "read" || output === undefined) return undefined;
  return { members: output, keep: op.kept.answer };
}
