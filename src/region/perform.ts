// One call: who calls, what it is, is it well formed, may it, do it, commit it with its record. A line a stage; each passes or throws.

import type { Key } from "../keyring/key.ts";
import type { Call, Operation, Request } from "../operations/operation.ts";
import { operation } from "../operations/table.ts";
import { failure } from "../wire/aws-json.ts";
import { KmsError, type Outcome } from "../wire/faults.ts";
import { type Admitted, admit, type Visit } from "./admit.ts";
import type { KmsCall, Reply } from "./call.ts";
import { commit, type Recorded, refuse } from "./commit.ts";
import { CALL, throttling, tokensOf } from "./rates.ts";
import type { Trace } from "./trace.ts";
import type { World } from "./world.ts";

/** How often a call is begun again because what it stood on has moved under it. */
const TURNS_MAX = 3;

export async function perform(call: KmsCall, world: World): Promise<Reply> {
  const who = await world.passports.open(call?.passport);
  if (who === undefined) return "passport refused"; // logged, not recorded; nothing has run
  const op = operation(call.name);
  if (!hasRoom(world, op)) return failure(new KmsError("DependencyTimeoutException"), call.requestId);
  world.ensureSchema();
  const trace: Trace = { call, who, op, request: undefined, located: undefined, noted: undefined };
  const recorded = await attempt(trace, world);
  return (await recorded.durable) ? recorded.answer : unrecorded(call);
}

const hasRoom = ({ room }: World, op: Operation | undefined): boolean =>
  room === "any call" || (room === "what takes away" && op?.effect === "takeAway");

/** A refusal is an event too, and joins in the turn that decided it: no other commit comes between. */
async function attempt(trace: Trace, world: World): Promise<Recorded> {
  const { call, who, op } = trace;
  try {
    await world.callers.view(who); // an unknown or inactive access key goes first
    if (!world.rates.spend(who.account, CALL)) throw throttling();
    if (op === undefined) throw new KmsError("UnknownOperationException");
    if (op.read === undefined) throw new KmsError("UnsupportedOperationException", `${call.name} is not available yet.`);
    const request = op.read(call.body);
    trace.request = request;
    const visit = visitOf(trace, op, request);
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      const view = await world.callers.view(who);
      const admitted = admit(visit, world);
      pay(trace, visit, admitted, world);
      const result = await request.run(handed(admitted, world)); // computes; may take its time; can change nothing
      const done = commit({ trace, visit, view, admitted, result }, world);
      if (done !== undefined) return done;
    }
    throw throttling();
  } catch (cause) {
    return refuse(cause, trace, world);
  }
}

const visitOf = (trace: Trace, op: Operation, request: Request): Visit => ({
  name: trace.call.name,
  op,
  request,
  who: trace.who,
  found: (located) => {
    trace.located = located;
  },
});

/** The keys that a call acts on, without those that aliases only point at. */
const actedOn = ({ located }: Admitted): Key[] =>
  located.flatMap(({ resource, key }) => (resource.kind === "alias" || key === undefined ? [] : [key]));

/** Once a call, however often it begins again. @throws KmsError ThrottlingException. */
function pay(trace: Trace, { name, op, request, who }: Visit, admitted: Admitted, world: World): void {
  if (trace.paid) return;
  if (!world.rates.spend(who.account, tokensOf(name, op, request, actedOn(admitted)))) throw throttling();
  trace.paid = true;
}

/** What a handler sees. */
function handed(admitted: Admitted, world: World): Call {
  const { located, ciphertext } = admitted;
  const [key, destination] = actedOn(admitted);
  return {
    account: world.scope.account,
    region: world.scope.region,
    get key() {
      return present(key);
    },
    get destination() {
      return present(destination);
    },
    aliased: located.find(({ resource }) => resource.kind === "alias")?.key,
    ciphertext,
    keyring: world.keyring,
    reads: world.store,
    markers: world.markers,
    quotas: world.quotas,
    now: world.now,
    random: world.random,
    uuid: world.uuid,
  };
}

function present(key: Key | undefined): Key {
  if (key === undefined) throw new Error("the operation acts on fewer keys than its handler asks for");
  return key;
}

const unrecorded = (call: KmsCall): Outcome => failure(new KmsError("KMSInternalException"), call.requestId);
