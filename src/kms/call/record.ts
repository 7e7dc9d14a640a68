// The record of a call, printed from what is known of it.

import { type Event, eventNameOf, printEvent, type RecordedResource } from "../../audit/event.ts";
import type { Entry } from "../../durable/ledger.ts";
import { type Key, keyResource } from "../../keyring/key.ts";
import type { Decider, Output } from "../operation.ts";
import { keptOf } from "../records.ts";
import type { LastUse } from "../tables/last-uses.ts";
import type { World } from "../world.ts";
import type { Visit } from "./visit.ts";

/** How a call has ended. */
interface End {
  readonly output?: Output | undefined;
  readonly error?: Event["error"];
}

/** The record of a call, printed and measured before it joins a group. */
export function entry(visit: Visit, world: World, end: End): Entry {
  const { call, who, identity, op, noted } = visit;
  const time = world.now();
  const id = world.uuid();
  const record = printEvent({
    id,
    time,
    name: eventNameOf(call.name, op !== undefined),
    readOnly: op === undefined || op.effect === "read",
    eventSource: world.eventSource,
    region: world.region,
    account: who.account,
    identity,
    source: call,
    request: kept(visit),
    answer: end.error === undefined ? answered(visit, end.output) : undefined,
    noted,
    resources: resources(visit, end.error === undefined),
    error: end.error,
  });
  return { record, time, attached: end.output === undefined ? undefined : uses(visit, id, time) };
}

/** Each key that a cryptographic operation has used. */
function uses({ op, call, located = [] }: Visit, eventId: string, at: number): readonly LastUse[] | undefined {
  if (op?.usage === undefined) return undefined;
  const { name: operation, requestId } = call;
  return located.flatMap(({ key }) => (key === undefined ? [] : [{ keyId: key.id, operation, at, eventId, requestId }]));
}

/** What a call acted on: of an alias the key behind it too. A list or a refusal that found nothing names none. */
function resources({ op, located = [], made }: Visit, succeeded: boolean): readonly RecordedResource[] | undefined {
  if (made !== undefined) return [keyResource(made)];
  if (located.length === 0 || op?.decider === "account") return succeeded ? [] : undefined;
  const named = new Map<string, RecordedResource>();
  for (const { resource, arn, key } of located) {
    if (resource.kind === "account") continue;
    named.set(arn, resource.kind === "alias" ? { arn, type: "AWS::KMS::Alias" } : keyResource({ arn }));
    if (key !== undefined) named.set(key.arn, keyResource(key));
  }
  return [...named.values()];
}

/** The key that a call is about. */
const subject = ({ made, located = [] }: Visit): Key | undefined =>
  made ?? located.find(({ resource }) => resource.kind !== "alias")?.key ?? located[0]?.key;

/** Of an account no key is named, and of a grant that is named by its token neither is anything. */
const UNNAMED: readonly Decider[] = ["account", "retirer"];

function kept(visit: Visit): Event["request"] {
  const { call, op, request } = visit;
  const keep = keptOf(call.name)?.request;
  if (op === undefined || request === undefined || keep === undefined) return undefined;
  const key = subject(visit);
  const named =
    request.recorded["KeyId"] === undefined && key !== undefined && !UNNAMED.includes(op.decider) ? { KeyId: key.arn } : {};
  return { members: { ...request.recorded, ...named }, keep };
}

/** A write that answers nothing is recorded with its key. */
function answered(visit: Visit, output: Output | undefined): Event["answer"] {
  const { call, op } = visit;
  if (op === undefined || op.effect === "read") return undefined;
  const keep = keptOf(call.name)?.answer;
  if (keep !== undefined && output !== undefined) return { members: output, keep };
  const key = subject(visit);
  return key === undefined ? undefined : { members: { KeyId: key.arn }, keep: ["KeyId"] };
}
