// The engine against a second evaluator, written from AWS's documents alone: the same decision for the same reason, whatever is asked. FUZZ_RUNS
// says how many requests; FUZZ_SEED and FUZZ_PATH bring back what a failure has printed.

import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { decided } from "../../support/authz-asked.ts";
import { request } from "../../support/authz-requests.ts";
import { decide, type NaiveDecision } from "../../support/naive-authz.ts";
import { FAULTS } from "../../support/naive-faults.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** What FUZZ_RUNS, FUZZ_SEED and FUZZ_PATH say. */
    readonly policyFuzz: { readonly numRuns: number; readonly seed?: number; readonly path?: string };
  }
}

const fuzz = inject("policyFuzz");
/** Far more than one takes. */
const REQUEST_MS_MAX = 20;

it("the engine decides as the second evaluator does", { timeout: 30_000 + fuzz.numRuns * REQUEST_MS_MAX }, () => {
  const counts = new Map<string, number>();
  const asked = fc.property(request, (given) => {
    const decision = decided(given);
    counts.set(decision.reason, (counts.get(decision.reason) ?? 0) + 1);
    expect(decision).toEqual(decide(given));
  });
  fc.assert(asked, fuzz);
  if (fuzz.path === undefined && fuzz.numRuns >= REASONS_RUNS) expect([...counts.keys()].sort()).toEqual(REASONS);
  console.log(shares(counts));
});

/** Among so many requests every reason comes up. */
const REASONS_RUNS = 3000;
const REASONS = [
  "CROSS_ACCOUNT",
  ...["BOUNDARY", "GUARDRAIL", "IDENTITY", "KEY_POLICY", "SESSION"].map((layer) => `EXPLICIT_DENY_${layer}`),
  ...["GRANT", "IAM", "IAM_VIA_KEY_POLICY"],
  ...["BOUNDARY", "GUARDRAIL", "IDENTITY", "KEY_POLICY", "SESSION"].map((layer) => `IMPLICIT_DENY_${layer}`),
  ...["KEY_POLICY", "NOT_CROSS_ACCOUNT"],
];

function shares(counts: ReadonlyMap<string, number>): string {
  const all = [...counts.values()].reduce((sum, each) => sum + each, 0);
  const share = ([reason, count]: readonly [string, number]) => `${reason} ${((count / all) * 100).toFixed(1)} %`;
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(share)
    .join(", ");
}

/** Requests of which the two evaluators say the same. */
const sample = fc.sample(request, { numRuns: REASONS_RUNS, seed: 1 });
const isSame = (one: NaiveDecision, other: NaiveDecision): boolean =>
  one.allowed === other.allowed && one.reason === other.reason;

describe("the second evaluator differs from the engine among 3,000 requests where", () => {
  const decisions: NaiveDecision[] = [];
  it.each(FAULTS)("%s", (fault) => {
    const isFound = sample.some((given, at) => {
      decisions[at] ??= decided(given);
      return !isSame(decide(given, fault), decisions[at]) && isSame(decide(given), decisions[at]);
    });
    expect(isFound).toBe(true);
  });
});
