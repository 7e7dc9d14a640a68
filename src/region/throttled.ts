// Throttled calls: counted in memory instead of recorded singly, one event for each caller, operation and minute. Names that are no
// operation count as one, so that whoever floods a store with them writes no more into it.

import { printEvent, SERVICE } from "../audit/event.ts";
import { failure } from "../wire/aws-json.ts";
import type { KmsError, Outcome } from "../wire/faults.ts";
import { followDeadlines } from "./alarm.ts";
import type { Throttled } from "./rates.ts";
import type { Trace } from "./trace.ts";
import { described, type World } from "./world.ts";

const MINUTE_MS = 60_000;
/** Kinds of calls at once; one more, and all are recorded before their minute is over. */
const KINDS_MAX = 1000;

/** Counts a call that is throttled. @returns its answer, which waits for no commit. */
export function throttle(error: KmsError, { call, who, op }: Trace, world: World): Outcome {
  const { throttled } = world;
  const name = op === undefined ? "Unknown" : call.name;
  const kind = `${who.identity} ${name}`;
  const known = throttled.get(kind);
  if (known !== undefined) known.calls++;
  else {
    if (throttled.size === KINDS_MAX) void recordThrottled(world);
    const first = { name, readOnly: op === undefined || op.effect === "read", account: who.account, identity: who.identity };
    if (throttled.size > 0 || isMinuteBegun(world)) throttled.set(kind, { ...first, error, at: world.now(), calls: 1 });
  }
  return failure(error, call.requestId);
}

/** Where the minute's end cannot be set, calls go uncounted: they are answered all the same. */
function isMinuteBegun(world: World): boolean {
  try {
    world.storage.transactionSync(() => {
      world.store.deadlines.set({ kind: "throttled", ref: "", at: world.now() + MINUTE_MS });
      followDeadlines(world);
    });
    return true;
  } catch (cause) {
    world.log({ event: "throttled calls not counted", ...described(cause) });
    return false;
  }
}

/** What the alarm does at the minute's end. What an instance had counted when it ended is lost. */
export async function recordThrottled(world: World): Promise<void> {
  const { throttled, ledger, store } = world;
  store.deadlines.remove("throttled", "");
  const entries = [...throttled.values()].map((counted) => entryOf(counted, world));
  throttled.clear();
  await Promise.all(entries.map((record) => ledger.join(record)));
}

/** The event names the service as its source: addresses, agents and request ids were as many as the calls. */
function entryOf({ name, readOnly, account, identity, error: { code, message }, at: time, calls }: Throttled, world: World) {
  const noted = { throttledCalls: String(calls) };
  const { region } = world.scope;
  const error = { code, message };
  const id = world.uuid();
  return { record: printEvent({ id, time, name, readOnly, region, account, identity, source: SERVICE, error, noted }), time };
}
