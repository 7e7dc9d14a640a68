// Comparing servers by rounds: each round measures every server once, and every second round goes through them backwards, so that none
// is always the first to be measured.

import { setTimeout as pause } from "node:timers/promises";
import type { Slice } from "./load.ts";
import { type Compared, type Extent, type Load, run } from "./pairs.ts";

/** A flush is put off beside calls for two seconds: so long a slice has most of its own drain in it, a shorter one leaves that work out. */
export const DRAINED_SLICE_MS = 6000;

/** What a server has left for D1 begins within a second of its load, and takes a few tenths. */
const REST_MS = 1500;

/** A slice, and the rest behind it, so that what this server still has to do does not slow the next one. */
export async function restedSlice(load: Load, extent: Extent): Promise<Slice> {
  const taken = await run(load, extent);
  await pause(REST_MS);
  return taken;
}

/**
 * Takes each measurement once a round, after one of each that does not count.
 * @param rounds raised to an even number: in each order as often.
 * @param ready waited for before each round.
 * @returns for each of `measurements`, what its rounds have given.
 */
export async function inRounds<T>(
  measurements: readonly (() => Promise<T>)[],
  rounds: number,
  ready: () => Promise<void>,
): Promise<T[][]> {
  const taken = measurements.map((take): { take: () => Promise<T>; results: T[] } => ({ take, results: [] }));
  await ready();
  for (const { take } of taken) await take();
  for (let round = 0; round < rounds + (rounds % 2); round++) {
    await ready();
    for (const { take, results } of round % 2 === 0 ? taken : taken.toReversed()) results.push(await take());
  }
  return taken.map(({ results }) => results);
}

/** Measures one load against another, which is the first to be measured in the first round. */
export async function compareInRounds(
  measured: Load,
  against: Load,
  extent: Extent,
  ready: () => Promise<void>,
): Promise<Compared> {
  const measurements = [against, measured].map((load) => () => restedSlice(load, extent));
  const [others = [], slices = []] = await inRounds(measurements, extent.pairs, ready);
  return { ratios: ratiosOf(slices, others), slices };
}

/** Requests a second of one over another's, a ratio a round. */
export const ratiosOf = (measured: readonly Slice[], against: readonly Slice[]): number[] =>
  measured.map(({ requestsPerSecond }, round) => requestsPerSecond / (against[round]?.requestsPerSecond ?? Number.NaN));
