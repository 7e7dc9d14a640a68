// Comparing by pairs: what is measured on such machines at different minutes cannot be compared.

import { type Slice, slice } from "./load.ts";

export interface Compared {
  /** Requests a second of the first, over the mean of the second's directly before and after. */
  readonly ratios: readonly number[];
  readonly slices: readonly Slice[];
}

/** A slice, for which its requests are prepared anew. */
export interface Load {
  readonly port: number;
  readonly prepare: () => Promise<readonly Buffer[]>;
}

export interface Extent {
  readonly connections: number;
  readonly pairs: number;
  readonly milliseconds: number;
}

const run = async ({ port, prepare }: Load, { connections, milliseconds }: Extent): Promise<Slice> =>
  slice(port, await prepare(), connections, milliseconds);

/** Measures one load against another, after a slice of each that does not count. */
export async function compare(measured: Load, against: Load, extent: Extent): Promise<Compared> {
  await run(measured, extent);
  await run(against, extent);
  const [ratios, slices]: [number[], Slice[]] = [[], []];
  let before = await run(against, extent);
  for (let pair = 0; pair < extent.pairs; pair++) {
    const during = await run(measured, extent);
    const after = await run(against, extent);
    ratios.push((2 * during.requestsPerSecond) / (before.requestsPerSecond + after.requestsPerSecond));
    slices.push(during);
    before = after;
  }
  return { ratios, slices };
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
