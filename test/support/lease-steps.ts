// What may happen to an account's leases, at random, and what does it to a world.

import fc from "fast-check";
import { type Fate, PROMPT } from "./lease-network.ts";
import type { Rule } from "./lease-rules.ts";
import { LeaseWorld, STORES, type StoreName, SUBJECTS, type Subject } from "./lease-world.ts";
import { LEASE_MS, WHOLE_WAIT_MS } from "./round-ports.ts";
import { turns } from "./virtual-time.ts";

type Event =
  | { readonly request: readonly Subject[]; readonly at: readonly StoreName[]; readonly takesMs: number }
  | { readonly strip: Subject; readonly dies: boolean }
  | { readonly give: Subject; readonly dies: boolean }
  | { readonly fates: readonly StoreName[]; readonly pulls: Fate; readonly forgets: Fate }
  | { readonly clockAt: StoreName; readonly by: number }
  | { readonly timersAt: StoreName; readonly lateMs: number }
  | { readonly restart: StoreName }
  | { readonly restartIdentity: true; readonly leaseMs: number }
  | { readonly ring: true }
  | { readonly restore: number; readonly dies: boolean };

/** Something that happens so long after what was before it. */
type Step = Event & { readonly pauseMs: number };

export interface Life {
  /** At which stores clocks step back. At the others timers are late by more than half a lease: never both within one lease. */
  readonly stepBack: readonly StoreName[];
  readonly steps: readonly Step[];
}

const HALF_MS = LEASE_MS / 2;
const LATE_PART_MAX = 0.499;

const subject = fc.constantFrom(...SUBJECTS);
const subjects = fc.subarray([...SUBJECTS], { minLength: 1 });
const store = fc.constantFrom(...STORES);
const stores = fc.subarray([...STORES], { minLength: 1 });
const often = fc.nat(3).map((number) => number > 0);
const seldom = fc.nat(3).map((number) => number === 0);
const dies = fc.nat(9).map((number) => number === 0);

const upTo = (max: number) => fc.integer({ min: 1, max });
const soon = fc.oneof(fc.constantFrom(0, 1, 15), fc.nat(300), fc.nat(4000));
const pause = fc.oneof({ weight: 2, arbitrary: soon }, { weight: 1, arbitrary: fc.nat(WHOLE_WAIT_MS) });
const flight = fc.oneof(fc.constant(5), upTo(50), upTo(2000), upTo(LEASE_MS));
const failsAfter = fc.option(fc.oneof(upTo(50), upTo(4000)), { nil: undefined });
const flights = { out: flight, back: flight };

const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(PROMPT) },
  { weight: 3, arbitrary: fc.record(flights) },
  { weight: 1, arbitrary: fc.record({ ...flights, twice: flight, failsAfter }) },
  { weight: 1, arbitrary: fc.record({ ...flights, answeredTwice: flight, failsAfter }) },
  { weight: 3, arbitrary: fc.record({ ...flights, lost: fc.constantFrom("message", "answer"), failsAfter }) },
);
const clockBy = fc.integer({ min: -2 * LEASE_MS, max: 2 * LEASE_MS });
const lateMs = fc.nat(3 * LEASE_MS);

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ request: subjects, at: stores, takesMs: fc.oneof(fc.constant(0), fc.nat(20_000)) }) },
  { weight: 4, arbitrary: fc.record({ strip: subject, dies }) },
  { weight: 2, arbitrary: fc.record({ give: subject, dies }) },
  { weight: 4, arbitrary: fc.record({ fates: stores, pulls: fate, forgets: fate }) },
  { weight: 1, arbitrary: fc.record({ clockAt: store, by: clockBy }) },
  { weight: 1, arbitrary: fc.record({ timersAt: store, lateMs }) },
  { weight: 1, arbitrary: fc.record({ restart: store }) },
  {
    weight: 1,
    arbitrary: fc.record({ restartIdentity: fc.constant(true as const), leaseMs: fc.constantFrom(LEASE_MS, HALF_MS) }),
  },
  { weight: 1, arbitrary: fc.record({ ring: fc.constant(true as const) }) },
  { weight: 1, arbitrary: fc.record({ restore: fc.nat(3), dies }) },
);

const step: fc.Arbitrary<Step> = fc.tuple(event, pause).map(([each, pauseMs]) => ({ ...each, pauseMs }));

/** Of pulls whose answers are believed for less than half of their lease. */
const slowness: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 2, arbitrary: fate },
  { weight: 1, arbitrary: fc.record({ out: fc.constant(5), back: fc.integer({ min: HALF_MS, max: LEASE_MS }) }) },
);

/** Of `forget` where stores are deaf to it, or slow, or say it twice. */
const deafness: fc.Arbitrary<Fate> = fc.oneof(
  fate,
  fc.constant({ out: 5, back: 5, lost: "message" } as const),
  fc.record({ out: fc.constant(5), back: upTo(8000), answeredTwice: fc.constantFrom(undefined, 1) }),
);

/**
 * What chance alone brings about too seldom: at one store, both have the right and are asked for; then it is taken away twice in a row, with
 * a request, a step of the clock and a restart between, and long enough nothing else happens.
 */
const scene: fc.Arbitrary<readonly Step[]> = fc
  .record({
    at: store,
    pulls: slowness,
    forgets: deafness,
    lateMs,
    by: fc.integer({ min: -LEASE_MS, max: HALF_MS }),
    asked: subjects,
    first: subject,
    between: subjects,
    second: subject,
    pauses: fc.array(soon, { minLength: 6, maxLength: 6 }),
    quietMs: fc.constantFrom(HALF_MS, WHOLE_WAIT_MS),
    left: fc.tuple(often, often, often, often, often, seldom),
  })
  .map(({ at, pulls, forgets, lateMs, by, asked, first, between, second, pauses, quietMs, left }) => {
    const gifts = SUBJECTS.map((give) => ({ give, dies: false, pauseMs: 0 }));
    const play: Event[] = [
      { timersAt: at, lateMs },
      { request: asked, at: [at], takesMs: 0 },
      { strip: first, dies: false },
      { request: between, at: [at], takesMs: 0 },
      { clockAt: at, by },
      { restartIdentity: true, leaseMs: LEASE_MS },
    ];
    const played = play.map((each, number) => ({ ...each, pauseMs: pauses[number] ?? 0 })).filter((_, number) => left[number]);
    const ending: Step[] = [
      { strip: second, dies: false, pauseMs: pauses[0] ?? 0 },
      { ring: true, pauseMs: quietMs },
    ];
    return [...gifts, { fates: [at], pulls, forgets, pauseMs: 200 }, ...played, ...ending];
  });

const stretch = fc.oneof({ weight: 3, arbitrary: step.map((each) => [each]) }, { weight: 1, arbitrary: scene });

export const lives: fc.Arbitrary<Life> = fc.record({
  stepBack: fc.subarray([...STORES]),
  steps: fc.array(stretch, { minLength: 1, maxLength: 20, size: "max" }).map((stretches) => stretches.flat()),
});

/** Lives a life without a rule, and lets the world be quiet behind it. @returns what was against the promise, in words. */
export async function live({ stepBack, steps }: Life, off?: Rule): Promise<readonly string[]> {
  const world = new LeaseWorld(off);
  const { time, identity, breaches } = world;
  for (const name of stepBack) world.stores[name].latePartMax = LATE_PART_MAX;
  for (const each of steps) {
    await time.pass(each.pauseMs);
    happen(each, world, stepBack);
    await turns();
    world.look();
    if (breaches.length > 0) return breaches;
  }
  await time.pass(WHOLE_WAIT_MS);
  const waiting = identity.calls.filter(({ returned, lost }) => !returned && !lost).map(({ text }) => `${text} has not returned`);
  return [...breaches, ...waiting];
}

function happen(step: Event, world: LeaseWorld, stepBack: readonly StoreName[]): void {
  const { identity, stores: at } = world;
  if ("request" in step) {
    for (const name of step.at) for (const each of step.request) void at[name].request(each, step.takesMs);
  } else if ("strip" in step) identity.change(step.strip, false, step.dies);
  else if ("give" in step) identity.change(step.give, true, step.dies);
  else if ("fates" in step) {
    for (const name of step.fates) Object.assign(at[name], { pulls: step.pulls, forgets: step.forgets });
  } else if ("clockAt" in step) {
    at[step.clockAt].ahead += stepBack.includes(step.clockAt) ? step.by : Math.abs(step.by);
  } else if ("timersAt" in step) {
    at[step.timersAt].lateMs = step.lateMs;
  } else if ("restart" in step) at[step.restart].restart();
  else if ("restartIdentity" in step) {
    identity.leaseMs = step.leaseMs;
    identity.restart();
  } else if ("ring" in step) identity.ring();
  else identity.restore(step.restore, step.dies);
}
