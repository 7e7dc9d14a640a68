// The promise: who has been stripped of a right is refused everywhere once that call has returned, whatever happens to messages, clocks,
// timers, instances and storage; and every call returns. FUZZ_RUNS says how many lives; FUZZ_SEED and FUZZ_PATH bring back a failure.

import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { RULES, type Rule } from "../support/lease-rules.ts";
import { type Life, live, lives } from "../support/lease-steps.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** What FUZZ_RUNS, FUZZ_SEED and FUZZ_PATH say, of leases. */
    readonly leaseFuzz: { readonly numRuns: number; readonly seed?: number; readonly path?: string };
  }
}

const RUNS = 1000;
/** So that a rule which is guarded today is not found unguarded tomorrow by chance. */
const SEED = 7;
const LASTING_MS = 3_600_000;

/** `off` undefined: every rule holds. */
const promise = (off?: Rule) =>
  fc.asyncProperty(lives, async (life: Life) => {
    expect(await live(life, off)).toEqual([]);
  });

describe("leases and rounds", () => {
  it("keep the promise", () => fc.assert(promise(), inject("leaseFuzz")), LASTING_MS);

  it.each(RULES)(
    "do not keep it without: %s",
    async (rule) => {
      const { counterexample } = await fc.check(promise(rule), { numRuns: RUNS, seed: SEED, endOnFailure: true });
      const [life] = counterexample ?? [];
      if (life === undefined) throw new Error(`${RUNS} lives miss nothing`);
      expect(await live(life, rule)).not.toEqual([]);
      expect(await live(life)).toEqual([]);
    },
    LASTING_MS,
  );
});
