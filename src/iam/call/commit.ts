// The end of a call: admitted again where the world has moved, changed, recorded, all in one turn; a change begins the round that makes every store
// forget. Nothing here awaits.

import type { Written } from "../../durable/ledger.ts";
import { REFUSAL } from "../../limits/rates.ts";
import { type Answer, ApiError } from "../../wire/api-error.ts";
import { refusalOf } from "../../wire/unknown-error.ts";
import { mark } from "../leases/chores.ts";
import type { Commit, Result } from "../operation.ts";
import type { World } from "../world.ts";
import { admit, standingOf } from "./admit.ts";
import { entry } from "./record.ts";
import { throttling } from "./tokens.ts";
import type { Readable, Visit } from "./visit.ts";

/** A call that has ended, with its record on the way. */
export interface Recorded {
  readonly answer: Answer;
  /** Whether the record became durable: the answer leaves only then. */
  readonly durable: boolean | Promise<boolean>;
  /** Of a call that would write: when every round unfinished at its turn has ended. The answer leaves only then. */
  readonly forgotten?: Promise<void>;
}

/**
 * @returns undefined where the call must begin again: what it computed no longer fits.
 * @throws ApiError where it is no longer admitted.
 */
export function commit(visit: Readable, result: Result, world: World): Recorded | undefined {
  if (world.changes !== visit.admittedAt) admit(visit, standingOf(visit, world), world);
  if (typeof result === "function") return write(visit, result, world);
  return {
    answer: visit.service.protocol.success(result.output, visit.action, visit.call.requestId),
    durable: world.ledger.join(entry(visit, world, { output: result.output })),
  };
}

interface Answered extends Written {
  readonly answer: Answer;
  /** The version that the change made; undefined where nothing was changed. */
  readonly version?: number;
}

/** Thrown within the transaction, so that it is rolled back. */
const STALE = Symbol("stale");

function write(visit: Readable, change: Commit, world: World): Recorded | undefined {
  const { service, action, call } = visit;
  let isStale = false;
  const written = world.ledger.write<Answered>(
    () => {
      const done = change(world.tables);
      if (done === undefined) throw STALE;
      const { version } = world.versions.raise();
      mark(version, world);
      world.memory.settle();
      const answer = service.protocol.success(done.output, action, call.requestId);
      return { entry: entry(visit, world, { output: done.recorded ?? done.output }), answer, version };
    },
    (cause) => {
      world.memory.undo();
      isStale = cause === STALE;
      return isStale ? undefined : refusal(cause, visit, world);
    },
  );
  if (isStale) return undefined;
  if (written === undefined)
    return { answer: service.protocol.failure(new ApiError("KMSInternalException"), call.requestId), durable: true };
  if (written.version !== undefined) world.rounds.begin(written.version);
  return { answer: written.answer, durable: true, forgotten: world.rounds.settled() };
}

/** Records why a call was not done; of throttled calls, how many. One that would write waits like one that has written. */
export function refuse(cause: unknown, visit: Visit, world: World): Recorded {
  if (cause instanceof ApiError) {
    const isThrottled = cause.code === "ThrottlingException";
    const mayBeTold = isThrottled || visit.paid || world.rates.spend(visit.who.account, REFUSAL);
    if (isThrottled || !mayBeTold) return throttle(isThrottled ? cause : throttling(), visit, world);
  }
  const { entry: record, answer } = refusal(cause, visit, world);
  const durable = world.ledger.join(record);
  const wouldWrite = visit.paid && visit.op !== undefined && visit.op.effect !== "read";
  return wouldWrite ? { answer, durable, forgotten: world.rounds.settled() } : { answer, durable };
}

/** Counts a throttled call. Its answer waits for no commit. */
function throttle(error: ApiError, { call, who, op, action, identity, service }: Visit, world: World): Recorded {
  const name = op === undefined ? undefined : action;
  world.throttled.count({ name, readOnly: op === undefined || op.effect === "read", account: who.account, identity, error });
  return { answer: service.protocol.failure(error, call.requestId), durable: true };
}

/** An unknown error reaches the log whole and the caller empty. */
function refusal(cause: unknown, visit: Visit, world: World): Answered {
  const { requestId } = visit.call;
  const error = refusalOf(cause, requestId, world.log);
  return { entry: entry(visit, world, { error }), answer: visit.service.protocol.failure(error, requestId) };
}
