// The end of a call: admitted again where the world has moved, changed, recorded, all in one turn. Nothing here awaits.

import type { Commit, Result } from "../operations/operation.ts";
import { failure, success } from "../wire/aws-json.ts";
import { KmsError, type Outcome } from "../wire/faults.ts";
import { type Admitted, admit, type Visit } from "./admit.ts";
import type { View } from "./callers.ts";
import type { Written } from "./ledger.ts";
import { REFUSAL, throttling } from "./rates.ts";
import { throttle } from "./throttled.ts";
import { entry, serviceEntry, type Trace } from "./trace.ts";
import { described, type World } from "./world.ts";

/** A call that has ended, with its record on the way. */
export interface Recorded {
  readonly answer: Outcome;
  /** Whether the record became durable: the answer leaves only then. */
  readonly durable: boolean | Promise<boolean>;
}

export interface Ending {
  readonly trace: Trace;
  readonly visit: Visit;
  readonly view: View;
  readonly admitted: Admitted;
  readonly result: Result;
}

/**
 * @returns undefined where the call must begin again: its view is gone, or what it named is another key now.
 * @throws KmsError where it is not admitted any longer.
 */
export function commit(ending: Ending, world: World): Recorded | undefined {
  const { trace, visit, view, admitted, result } = ending;
  if (!world.callers.inForce(view)) return undefined;
  if (world.changes !== admitted.changes && !sameKeys(admitted, admit(visit, world))) return undefined;
  if (typeof result === "function") return write(ending, result, world);
  trace.noted = result.noted;
  if (visit.request.dryRun) throw dryRun();
  return {
    answer: success(result.output, trace.call.requestId),
    durable: world.ledger.join(entry(trace, world, { output: result.output })),
  };
}

const sameKeys = (before: Admitted, now: Admitted): boolean =>
  before.located.every(({ key }, at) => key?.id === now.located[at]?.key?.id);

const dryRun = (): KmsError =>
  new KmsError("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.");

interface Answered extends Written {
  readonly answer: Outcome;
}

function write({ trace, visit }: Ending, change: Commit, world: World): Recorded {
  const { requestId } = trace.call;
  const written = world.ledger.write<Answered>(
    () => {
      const { output, made, events } = change(world.store);
      if (visit.request.dryRun) throw dryRun();
      if (made !== undefined) trace.made = made;
      world.changed();
      const behind = events?.map((event) => serviceEntry(event, world));
      return { entry: entry(trace, world, { output }), behind, answer: success(output, requestId) };
    },
    (cause) => {
      world.store.keys.undo();
      return refusal(cause, trace, world);
    },
  );
  return written === undefined
    ? { answer: failure(new KmsError("KMSInternalException"), requestId), durable: true }
    : { answer: written.answer, durable: true };
}

/** Records why a call was not done; of throttled calls, how many. */
export function refuse(cause: unknown, trace: Trace, world: World): Recorded {
  if (cause instanceof KmsError) {
    const isThrottled = cause.code === "ThrottlingException";
    const mayBeTold = isThrottled || trace.paid || world.rates.spend(trace.who.account, REFUSAL);
    if (isThrottled || !mayBeTold) return { answer: throttle(isThrottled ? cause : throttling(), trace, world), durable: true };
  }
  const { entry: record, answer } = refusal(cause, trace, world);
  return { answer, durable: world.ledger.join(record) };
}

/** An unknown error reaches the log whole and the caller empty. */
function refusal(cause: unknown, trace: Trace, world: World): Answered {
  const { requestId } = trace.call;
  if (!(cause instanceof KmsError)) world.log({ event: "unknown error", requestId, ...described(cause) });
  const error = cause instanceof KmsError ? cause : new KmsError("KMSInternalException");
  // CloudTrail writes this one code without its ending.
  const code = error.code === "AccessDeniedException" ? "AccessDenied" : error.code;
  return { entry: entry(trace, world, { error: { code, message: error.message } }), answer: failure(error, requestId) };
}
