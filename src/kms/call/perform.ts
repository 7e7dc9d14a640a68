// One call: who calls, what it is, is it well formed, may it, do it, commit it with its record. A line a stage; each passes or throws.

import type { View } from "../../authz/view.ts";
import type { ObjectCall, Reply } from "../../durable/call.ts";
import { isRoomFor } from "../../durable/room.ts";
import { CALL } from "../../limits/rates.ts";
import { ApiError } from "../../wire/api-error.ts";
import { type Caller, NotActive } from "../callers.ts";
import { operation } from "../table.ts";
import type { World } from "../world.ts";
import { admit } from "./admit.ts";
import { commit, type Recorded, refuse } from "./commit.ts";
import { Handed } from "./handed.ts";
import { throttling, tokensOf } from "./tokens.ts";
import { actedOn, type Readable, type Visit } from "./visit.ts";

/** How often a call begins again, or waits for another view, because what its decision rested on has changed. */
const TURNS_MAX = 3;

export async function perform(call: ObjectCall, world: World): Promise<Reply> {
  const who = world.passports.held(call?.passport) ?? (await world.passports.open(call?.passport));
  if (who === undefined) return null; // it was logged; nothing is recorded, and nothing has run
  const visit: Visit = { call, who, identity: who.identity, op: operation(call.name) };
  if (!isRoomFor(visit.op?.effect, world.room))
    return world.protocol.failure(new ApiError("DependencyTimeoutException"), call.requestId);
  world.ensureSchema();
  const done = await attempt(visit, world);
  return (await done.durable) ? done.answer : world.protocol.failure(new ApiError("KMSInternalException"), call.requestId);
}

/** A refusal is an event too, and joins in the turn that decided it: no other commit comes between. */
async function attempt(visit: Visit, world: World): Promise<Recorded> {
  try {
    recorded(visit, await world.callers.view(visit.who)); // an unknown or inactive access key goes first
    if (!world.rates.spend(visit.who.account, CALL)) throw throttling();
    const readable = read(visit);
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      let view = recorded(visit, await world.callers.view(visit.who));
      admit(readable, view, world);
      pay(readable, world);
      const result = await readable.request.run(new Handed(readable, world)); // computes; may take its time; can change nothing
      for (let look = 0; !world.callers.inForce(view); look++) {
        if (look === TURNS_MAX) throw throttling();
        view = recorded(visit, await world.callers.view(visit.who));
        delete visit.admittedAt; // what was computed stands, and is admitted anew under the view that is in force now
      }
      const done = commit(readable, view, result, world);
      if (done !== undefined) return done;
    }
    throw throttling();
  } catch (cause) {
    if (cause instanceof NotActive) visit.identity = cause.identity ?? visit.identity;
    return refuse(cause, visit, world);
  }
}

/** From now on records of the call name whom its view tells of. */
function recorded(visit: Visit, view: Caller): View {
  visit.identity = view.identity ?? visit.who.identity;
  return view;
}

/** @throws ApiError UnknownOperationException, UnsupportedOperationException, SerializationException, ValidationException. */
function read(visit: Visit): Readable {
  const { call, op } = visit;
  if (op === undefined) throw new ApiError("UnknownOperationException");
  if (op.read === undefined) throw new ApiError("UnsupportedOperationException", `${call.name} is not available yet.`);
  return Object.assign(visit, { op, request: op.read(call.body) });
}

/** Once a call, however often it begins again. @throws ApiError ThrottlingException. */
function pay(visit: Readable, { rates }: World): void {
  const { call, op, request, who } = visit;
  if (visit.paid) return;
  if (!rates.spend(who.account, tokensOf(call.name, op, request, actedOn(visit)))) throw throttling();
  visit.paid = true;
}
