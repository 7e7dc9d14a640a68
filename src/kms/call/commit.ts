// The end of a call: admitted again where the world has moved, changed, recorded, all in one turn. Nothing here awaits.

import type { View } from "../../authz/view.ts";
import type { Written } from "../../durable/ledger.ts";
import { serviceEntry } from "../../durable/own-change.ts";
import { hasEnded } from "../../keyring/key.ts";
import { REFUSAL } from "../../limits/rates.ts";
import { type Answer, ApiError } from "../../wire/api-error.ts";
import { refusalOf } from "../../wire/unknown-error.ts";
import type { Commit, Result } from "../operation.ts";
import type { World } from "../world.ts";
import { admit } from "./admit.ts";
import { mayPutPolicy } from "./decide.ts";
import { entry } from "./record.ts";
import { throttling } from "./tokens.ts";
import type { Located, Readable, Visit } from "./visit.ts";

/** A call that has ended, with its record on the way. */
export interface Recorded {
  readonly answer: Answer;
  /** Whether the record became durable: the answer leaves only then. */
  readonly durable: boolean | Promise<boolean>;
}

/**
 * @returns undefined where the call must begin again: its view is gone, or what it named is another key now.
 * @throws ApiError where it is no longer admitted.
 */
export function commit(visit: Readable, view: View, result: Result, world: World): Recorded | undefined {
  if (!world.callers.inForce(view)) return undefined;
  const { located: before = [] } = visit;
  if (world.changes !== visit.admittedAt || haveEnded(before, world.now())) {
    admit(visit, view, world);
    if (!sameKeys(before, visit.located)) return undefined;
  }
  if (typeof result === "function") return write(visit, view, result, world);
  if (result.noted !== undefined) visit.noted = result.noted;
  if (visit.request.dryRun) throw dryRun();
  return {
    answer: world.protocol.success(result.output, visit.call.name, visit.call.requestId),
    durable: world.ledger.join(entry(visit, world, { output: result.output })),
  };
}

/** Whether imported material has come to its end since the call was admitted: no change tells of that, only the clock. */
const haveEnded = (located: readonly Located[], now: number): boolean =>
  located.some(({ key }) => key !== undefined && hasEnded(key, now));

const sameKeys = (before: readonly Located[], now: readonly Located[] = []): boolean =>
  before.every(({ key }, at) => key?.id === now[at]?.key?.id);

const dryRun = (): ApiError =>
  new ApiError("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.");

interface Answered extends Written {
  readonly answer: Answer;
}

function write(visit: Readable, view: View, change: Commit, world: World): Recorded {
  const { requestId } = visit.call;
  const written = world.ledger.write<Answered>(
    () => {
      const { output, made, noted, events } = change(world.tables, {
        mayPutPolicy: (key, policy) => mayPutPolicy(key, policy, visit, view, world),
      });
      if (visit.request.dryRun) throw dryRun();
      if (made !== undefined) visit.made = made;
      if (noted !== undefined) visit.noted = noted;
      world.memory.settle();
      const behind = events?.map((event) => serviceEntry(event, world));
      return {
        entry: entry(visit, world, { output }),
        behind,
        answer: world.protocol.success(output, visit.call.name, requestId),
      };
    },
    (cause) => {
      world.memory.undo();
      return refusal(cause, visit, world);
    },
  );
  return written === undefined
    ? { answer: world.protocol.failure(new ApiError("KMSInternalException"), requestId), durable: true }
    : { answer: written.answer, durable: true };
}

/** Records why a call was not done; of throttled calls, how many. */
export function refuse(cause: unknown, visit: Visit, world: World): Recorded {
  if (cause instanceof ApiError) {
    const isThrottled = cause.code === "ThrottlingException";
    const mayBeTold = isThrottled || visit.paid || world.rates.spend(visit.who.account, REFUSAL);
    if (isThrottled || !mayBeTold) return throttle(isThrottled ? cause : throttling(), visit, world);
  }
  const { entry: record, answer } = refusal(cause, visit, world);
  return { answer, durable: world.ledger.join(record) };
}

/** Counts a throttled call. Its answer waits for no commit. */
function throttle(error: ApiError, { call, who, identity, op }: Visit, world: World): Recorded {
  const { account } = who;
  const name = op === undefined ? undefined : call.name;
  world.throttled.count({ name, readOnly: op === undefined || op.effect === "read", account, identity, error });
  return { answer: world.protocol.failure(error, call.requestId), durable: true };
}

/** An unknown error reaches the log whole and the caller empty. */
function refusal(cause: unknown, visit: Visit, world: World): Answered {
  const { requestId } = visit.call;
  const error = refusalOf(cause, requestId, world.log);
  // CloudTrail writes this one code without its ending.
  const code = error.code === "AccessDeniedException" ? "AccessDenied" : error.code;
  return {
    entry: entry(visit, world, { error: { code, message: error.message } }),
    answer: world.protocol.failure(error, requestId),
  };
}
