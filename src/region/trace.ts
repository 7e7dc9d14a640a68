// What is known of a call so far, for its record: a refusal is recorded with as much as had been found out.

import { type Event, printEvent, printServiceEvent } from "../audit/event.ts";
import type { Key } from "../keyring/key.ts";
import type { Operation, Output, Request, ServiceEvent } from "../operations/operation.ts";
import type { Usage } from "../store/usages.ts";
import type { KmsCall } from "./call.ts";
import type { Entry } from "./ledger.ts";
import type { Located } from "./locate.ts";
import type { Who } from "./passports.ts";
import type { World } from "./world.ts";

export interface Trace {
  readonly call: KmsCall;
  readonly who: Who;
  readonly op: Operation | undefined;
  request: Request | undefined;
  located: readonly Located[] | undefined;
  /** A key that the call has made. */
  made?: Key;
  /** Whether the call has been admitted, and has spent the tokens of its class. */
  paid?: boolean;
  /** Additional data of the record. */
  noted: Readonly<Record<string, string>> | undefined;
}

const OPERATION_NAME = /^[A-Za-z0-9]{1,64}$/;

/** How a call has ended; `at`: when, if not now. */
interface End {
  readonly output?: Output | undefined;
  readonly error?: Event["error"];
  readonly at?: number;
}

/** The record of a call, printed and measured before it joins a group. */
export function entry(trace: Trace, world: World, end: End): Entry {
  const { call, who, op, noted } = trace;
  const time = end.at ?? world.now();
  const id = world.uuid();
  const record = printEvent({
    id,
    time,
    name: op !== undefined || OPERATION_NAME.test(call.name) ? call.name : "Unknown",
    readOnly: op === undefined || op.effect === "read",
    region: world.scope.region,
    account: who.account,
    identity: who.identity,
    source: call,
    request: kept(trace),
    answer: end.error === undefined ? answered(trace, end.output) : undefined,
    noted,
    resources: resources(trace, end.error === undefined),
    error: end.error,
  });
  return { record, time, usages: end.output === undefined ? undefined : usages(trace, id, time) };
}

/** Each key that a cryptographic operation has used. */
function usages({ op, call, located = [] }: Trace, eventId: string, at: number): readonly Usage[] | undefined {
  if (op?.usage === undefined) return undefined;
  const { name: operation, requestId } = call;
  return located.flatMap(({ key }) => (key === undefined ? [] : [{ keyId: key.id, operation, at, eventId, requestId }]));
}

/** The record of what the service does by itself. */
export function serviceEntry({ name, keyArn, details }: ServiceEvent, world: World): Entry {
  const time = world.now();
  const { account, region } = world.scope;
  return { record: printServiceEvent({ id: world.uuid(), time, account, region, name, keyArn, details }), time };
}

/** ARNs of what a call acted on: of an alias the key behind it too. A list or a refusal that found nothing names none. */
function resources({ op, located, made }: Trace, succeeded: boolean): readonly string[] | undefined {
  if (made !== undefined) return [made.arn];
  if (located === undefined || op?.who === "account") return succeeded ? [] : undefined;
  return [...new Set(located.flatMap(({ arn, key }) => (key === undefined ? [arn] : [arn, key.arn])))];
}

/** The key that a call is about. */
const subject = ({ made, located = [] }: Trace): Key | undefined =>
  made ?? located.find(({ resource }) => resource.kind !== "alias")?.key ?? located[0]?.key;

function kept(trace: Trace): Event["request"] {
  const { op, request } = trace;
  if (op === undefined || request === undefined) return undefined;
  const key = subject(trace);
  const named = request.recorded["KeyId"] === undefined && key !== undefined && op.who !== "account" ? { KeyId: key.arn } : {};
  return { members: { ...request.recorded, ...named }, keep: op.keep };
}

/** A write that answers nothing is recorded with its key. */
function answered(trace: Trace, output: Output | undefined): Event["answer"] {
  const { op } = trace;
  if (op === undefined || op.effect === "read") return undefined;
  if (op.keepAnswer !== undefined && output !== undefined) return { members: output, keep: op.keepAnswer };
  const key = subject(trace);
  return key === undefined ? undefined : { members: { KeyId: key.arn }, keep: ["KeyId"] };
}
