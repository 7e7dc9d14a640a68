// Condition keys: each as AWS has it, by calls of somebody whose access turns on it.

import { beforeAll, describe, expect, it } from "vitest";
import { CONDITION_KEYS } from "../../src/kms/conditions.ts";
import { OPERATIONS } from "../../src/kms/table.ts";
import { labelOf, run, type Stage, stageOf, type Trial } from "./condition-trials.ts";
import { OF_CHECKS } from "./condition-trials-of-checks.ts";
import { OF_MANAGEMENT } from "./condition-trials-of-management.ts";
import { OF_MATERIAL } from "./condition-trials-of-material.ts";

const TRIALS: readonly Trial[] = [...OF_MATERIAL, ...OF_MANAGEMENT, ...OF_CHECKS];

describe("a call whose caller may make it only where a condition key is, or is not, as it must be", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await stageOf();
  });

  it.for(TRIALS.map((trial) => [labelOf(trial), trial] as const))("%s", ([, trial]) => run(trial, stage));
});

describe("the trials", () => {
  /** Keys that no call can have yet, since the operations that give them are not built. */
  const NOT_YET = ["kms:MultiRegionKeyType", "kms:PrimaryRegion", "kms:ReplicaRegion"];
  const entryOf = (key: string): string => /^(?:aws:\w+\/|kms:EncryptionContext:)/.exec(key)?.[0] ?? key;
  const covered = (trials: readonly Trial[]) => new Set(trials.map(({ key }) => entryOf(key).toLowerCase()));

  it("are each there once", () => {
    const labels = TRIALS.map(labelOf);
    expect(labels.filter((label, at) => labels.indexOf(label) !== at)).toEqual([]);
  });

  it("hold each key that has a source against a value", () => {
    const valued = covered(TRIALS.filter(({ value }) => value !== undefined));
    expect(CONDITION_KEYS.filter((key) => !valued.has(key.toLowerCase())).toSorted()).toEqual(NOT_YET);
  });

  it("ask each operation that is built for each key that its row adds", () => {
    const missing = Object.entries(OPERATIONS).flatMap(([name, { conditions = [], read }]) => {
      const asked = covered(TRIALS.filter(({ operation }) => operation === name));
      return read === undefined ? [] : conditions.filter((key) => !asked.has(key.toLowerCase())).map((key) => `${name} ${key}`);
    });
    expect(missing).toEqual([]);
  });
});
