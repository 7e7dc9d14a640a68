// What is known of a call so far, for its record: a refusal is recorded with as much as had been found out.

import { type Event, printEvent } from "../audit/event.ts";
import type { Key } from "../keyring/key.ts";
import type { Operation, Output, Request } from "../operations/operation.ts";
import type { KmsCall } from "./call.ts";
import type { Entry } from "./ledger.ts";
import type { Who } from "./passports.ts";
import type { World } from "./world.ts";

export interface Trace {
  readonly call: KmsCall;
  readonly who: Who;
  readonly op: Operation | undefined;
  request: Request | undefined;
  keys: readonly Key[] | undefined;
  materialId: string | undefined;
}

const OPERATION_NAME = /^[A-Za-z0-9]{1,64}$/;

/** The record of a call, printed and measured before it joins a group. */
export function entry(
  trace: Trace,
  world: World,
  end: { readonly output?: Output | undefined; readonly error?: Event["error"] },
): Entry {
  const { call, who, op, keys, materialId } = trace;
  const time = world.now();
  const record = printEvent({
    id: world.uuid(),
    time,
    name: op !== undefined || OPERATION_NAME.test(call.name) ? call.name : "Unknown",
    readOnly: op?.effect !== "write",
    region: world.scope.region,
    account: who.account,
    identity: who.identity,
    source: call,
    request: kept(trace),
    answer: end.error === undefined ? answered(trace, end.output) : undefined,
    materialId,
    keyArns: keys?.map(({ arn }) => arn) ?? (end.error === undefined ? [] : undefined),
    error: end.error,
  });
  return { record, time };
}

function kept({ op, request, keys }: Trace): Event["request"] {
  if (op === undefined || request === undefined) return undefined;
  const [key] = keys ?? [];
  const named = request.recorded["KeyId"] === undefined && key !== undefined ? { KeyId: key.arn } : {};
  return { members: { ...request.recorded, ...named }, keep: op.keep };
}

/** A write that answers nothing is recorded with its key. */
function answered({ op, keys }: Trace, output: Output | undefined): Event["answer"] {
  if (op?.effect !== "write") return undefined;
  if (op.keepAnswer !== undefined && output !== undefined) return { members: output, keep: op.keepAnswer };
  const [key] = keys ?? [];
  return key === undefined ? undefined : { members: { KeyId: key.arn }, keep: ["KeyId"] };
}
