// Throttled calls: counted in memory instead of recorded singly, one event for each principal, operation and minute. Names that are no
// operation count as one, so that whoever floods a store with them writes no more into it.

import { TEXT_CHARACTERS_MAX } from "../audit/event.ts";
import { failure } from "../wire/aws-json.ts";
import type { KmsError, Outcome } from "../wire/faults.ts";
import { wake } from "./alarm.ts";
import type { KmsCall } from "./call.ts";
import { entry, type Trace } from "./trace.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
/** Kinds of calls at once; one more, and all are recorded before their minute is over. */
const KINDS_MAX = 1000;

/** Counts a call that is throttled. @returns its answer, which waits for no commit. */
export function throttle(error: KmsError, { call, who, op }: Trace, world: World): Outcome {
  const { throttled } = world;
  const name = op === undefined ? "" : call.name;
  const kind = `${who.principal} ${name}`;
  const known = throttled.get(kind);
  if (known !== undefined) {
    known.calls++;
    return failure(error, call.requestId);
  }
  if (throttled.size === KINDS_MAX) void recordThrottled(world);
  const at = world.now();
  if (throttled.size === 0) {
    world.store.deadlines.set({ kind: "throttled", ref: "", at: at + MINUTE_MS });
    wake(world);
  }
  throttled.set(kind, { call: kept({ ...call, name }), who, op, error, at, calls: 1 });
  return failure(error, call.requestId);
}

/** What the record needs of a call, at a length that a thousand of them may have. */
const kept = (call: KmsCall): KmsCall => ({
  ...call,
  passport: "",
  body: "",
  userAgent: call.userAgent.slice(0, TEXT_CHARACTERS_MAX),
  host: call.host.slice(0, TEXT_CHARACTERS_MAX),
});

/** What the alarm does at the minute's end. What an instance had counted when it ended is lost. */
export async function recordThrottled(world: World): Promise<void> {
  const { throttled, ledger, store } = world;
  store.deadlines.remove("throttled", "");
  const entries = [...throttled.values()].map(({ call, who, op, error: { code, message }, at, calls }) => {
    const noted = { throttledCalls: String(calls) };
    return entry({ call, who, op, request: undefined, located: undefined, noted }, world, { error: { code, message }, at });
  });
  throttled.clear();
  await Promise.all(entries.map((record) => ledger.join(record)));
}
