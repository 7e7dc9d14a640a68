// The order in which the benches measure several servers, and the ratios that come of it.

import { expect, it } from "vitest";
import { inRounds, ratiosOf } from "../bench/rounds.ts";

it("every second round goes backwards, each order comes as often, and the first of each does not count", async () => {
  const order: string[] = [];
  const taking = (name: string) => async (): Promise<number> => order.push(name);
  const ready = async (): Promise<void> => void order.push("|");
  const results = await inRounds([taking("before"), taking("after")], 3, ready);
  const rounds = ["before after", "after before", "before after", "after before"];
  expect(order.join(" ")).toBe(["", "before after", ...rounds].join(" | ").trim());
  expect(results).toEqual([
    [5, 9, 11, 15],
    [6, 8, 12, 14],
  ]);
});

it("a ratio is of two slices of one round", () => {
  const slices = (...figures: number[]) =>
    figures.map((requestsPerSecond) => ({ requests: 0, requestsPerSecond, p50Ms: 0, p99Ms: 0, clientCpu: 0, reopened: 0 }));
  expect(ratiosOf(slices(100, 300), slices(200, 100))).toEqual([0.5, 3]);
});
