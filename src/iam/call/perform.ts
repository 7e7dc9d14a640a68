// One call of IAM or STS: who calls, what it is, is it well formed, may it, do it, commit it with its record, and let what it took away be gone.
// A line a stage; each passes or throws.

import type { ObjectCall, Reply } from "../../durable/call.ts";
import { isRoomFor } from "../../durable/room.ts";
import { CALL } from "../../limits/rates.ts";
import { ApiError } from "../../wire/api-error.ts";
import { actionOf, unknownAction, versionOf } from "../../wire/query.ts";
import { type Parameters, parseForm } from "../../wire/query-form.ts";
import type { Operation } from "../operation.ts";
import type { Service } from "../services.ts";
import type { World } from "../world.ts";
import { admit, standingOf } from "./admit.ts";
import { commit, type Recorded, refuse } from "./commit.ts";
import { TOKEN, throttling } from "./tokens.ts";
import type { Readable, Visit } from "./visit.ts";

/** How often a call begins again, because what it computed no longer fits. */
const TURNS_MAX = 3;

export async function perform(call: ObjectCall, service: Service, world: World): Promise<Reply> {
  const who = world.passports.held(call?.passport) ?? (await world.passports.open(call?.passport));
  if (who === undefined) return null; // it was logged; nothing is recorded, and nothing has run
  const visit: Visit = { call, who, service, action: "", identity: who.identity };
  const failed = (code: "DependencyTimeoutException" | "KMSInternalException") =>
    service.protocol.failure(new ApiError(code), call.requestId);
  const form = formOf(call, service);
  if (!isRoomFor(form.op?.effect, world.room)) return failed("DependencyTimeoutException");
  world.ensureSchema();
  const recorded = await attempt(visit, form, world);
  const isDurable = await recorded.durable;
  await recorded.forgotten;
  return isDurable ? recorded.answer : failed("KMSInternalException");
}

/** What a form says of itself, and what is wrong with it. */
interface Form {
  readonly action: string;
  readonly op: Operation | undefined;
  readonly parameters: Parameters;
  readonly flaw: unknown;
}

function formOf({ body }: ObjectCall, service: Service): Form {
  try {
    const parameters = parseForm(body);
    const op = versionOf(parameters) === service.protocol.version ? service.operation(actionOf(parameters)) : undefined;
    return { action: actionOf(parameters), op, parameters, flaw: op === undefined ? unknownAction(parameters) : undefined };
  } catch (flaw) {
    return { action: "", op: undefined, parameters: new Map(), flaw };
  }
}

/** A refusal is an event too, and joins in the turn that decided it: no other commit comes between. */
async function attempt(visit: Visit, { action, op, parameters, flaw }: Form, world: World): Promise<Recorded> {
  visit.action = action;
  if (op !== undefined) visit.op = op;
  try {
    let standing = standingOf(visit, world); // an unknown or inactive access key goes first
    if (!world.rates.spend(visit.who.account, CALL)) throw throttling();
    if (op === undefined) throw flaw;
    const readable: Readable = Object.assign(visit, { op, request: op.read(parameters) });
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      if (turn > 0) standing = standingOf(visit, world); // nothing has awaited before the first turn
      const call = admit(readable, standing, world);
      pay(readable, world);
      const result = readable.request.run(call);
      const done = commit(readable, result instanceof Promise ? await result : result, world);
      if (done !== undefined) return done;
    }
    throw throttling();
  } catch (cause) {
    return refuse(cause, visit, world);
  }
}

/** Once a call, however often it begins again. @throws ApiError ThrottlingException. */
function pay(visit: Readable, { rates }: World): void {
  if (visit.paid) return;
  if (!rates.spend(visit.who.account, TOKEN)) throw throttling();
  visit.paid = true;
}
