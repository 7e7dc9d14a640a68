// The kernel's figures, as the benches read them: who uses the processors.

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { busyTicks } from "../bench/processor.ts";
import { quietMachine } from "../bench/quiet.ts";
import { parseStat } from "../e2e/processes.ts";

beforeEach(() => void vi.spyOn(console, "error").mockReturnValue());
afterEach(() => void vi.restoreAllMocks());

it("the processors are busy in all that is neither idle nor waiting for a disk; a guest's time is not counted twice", () => {
  //            user nice system idle iowait irq softirq steal guest guest_nice
  const stat = "cpu  1000 20 300 70000 8000 4 50 600 1000 20\ncpu0 500 10 150 35000 4000 2 25 300 500 10\nintr 1234\n";
  expect(busyTicks(stat)).toBe(1000 + 20 + 300 + 4 + 50 + 600);
});

it("a process has its own ticks and those of its children that have ended, whatever its name looks like", () => {
  const text =
    "42 (a) R 1 (b) S 7 42 42 0 -1 4194304 500 60 7 8 1000 200 30 4 20 0 12 0 987654 1000000 200 18446744073709551615 1 1";
  expect(parseStat(text)).toEqual({ name: "a) R 1 (b", state: "S", parent: 7, startTime: "987654", ticks: 1234 });
});

it("a machine is waited for until it is quiet", async () => {
  const loads = [0.9, 0.5, 0.05, 0.9];
  await quietMachine(async () => loads.shift() ?? Number.NaN)();
  expect(loads).toEqual([0.9]);
  expect(console.error).toHaveBeenLastCalledWith("after 0 s of waiting the foreign load is 5 %");
});

it("a machine that never is quiet is waited for once, and no more in the same run", async () => {
  let asked = 0;
  const ready = quietMachine(async () => {
    asked++;
    return 0.9;
  }, 20);
  await ready();
  const askedAtFirst = asked;
  expect(askedAtFirst).toBeGreaterThan(1);
  expect(console.error).toHaveBeenLastCalledWith(expect.stringContaining("90 %: measuring all the same"));
  await ready();
  expect(asked).toBe(askedAtFirst);
});
