// RSA pairs while they are made: how long each size takes, and what Encrypt loses meanwhile. The server makes one pair at a time, with a rest
// behind it as long as the pair took (src/limits/turns.ts): whoever asks after such a pause does not wait.

import { setTimeout as pause } from "node:timers/promises";
import { pour } from "./load.ts";
import type { Load } from "./pairs.ts";
import { median, quantile, sorted } from "./statistics.ts";

const CONNECTIONS = 16;
const KEPT_MIN = 0.4;
const LATER_MS_MAX = 250;
/** Beyond the rest: timers of two processes. */
const MARGIN_MS = 50;

/** A call that has the server make a pair. */
export interface Making {
  /** What the pair is to the caller. */
  readonly what: string;
  readonly make: (spec: string) => Promise<unknown>;
}

/** @returns milliseconds that a pair has taken, with its request around it. */
async function timed({ make }: Making, spec: string): Promise<number> {
  const begin = performance.now();
  await make(spec);
  return performance.now() - begin;
}

/** Makes so many of each size, none of which waits for the one before it. */
export async function printTimes(making: Making, count: number): Promise<void> {
  console.log(`a ${making.what}, ms: median, nine tenths, longest`);
  for (const spec of ["RSA_2048", "RSA_3072", "RSA_4096"]) {
    const taken: number[] = [];
    for (let made = 0; made < count; made++) {
      const took = await timed(making, spec);
      taken.push(took);
      await pause(took + MARGIN_MS);
    }
    const each = sorted(taken);
    const figures = [quantile(each, 0.5), quantile(each, 0.9), quantile(each, 1)].map((ms) => ms.toFixed(0).padStart(6));
    console.log(spec, ...figures);
  }
}

async function poured(load: Load, milliseconds: number): Promise<{ perSecond: number; worst: number }> {
  const latencies: number[] = [];
  const { seconds } = await pour(load.port, await load.prepare(), { connections: CONNECTIONS, milliseconds, latencies });
  return { perSecond: latencies.length / seconds, worst: latencies.reduce((most, one) => Math.max(most, one), 0) };
}

/**
 * Pours a load of Encrypt, in each round once quietly and once while RSA_4096 pairs are made as fast as the rule allows. A missed aim makes
 * the run fail.
 */
export async function printLoss(
  making: Making,
  encrypt: Load,
  { rounds, milliseconds }: { readonly rounds: number; readonly milliseconds: number },
): Promise<void> {
  await poured(encrypt, milliseconds);
  let longest = 0;
  const [kept, worst]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const quiet = await poured(encrypt, milliseconds);
    let isOver = false;
    const makeOn = async (): Promise<void> => {
      while (!isOver) {
        const took = await timed(making, "RSA_4096");
        longest = Math.max(longest, took);
        await pause(took); // as long as its rest, so that the next one has its turn at once
      }
    };
    const pouring = poured(encrypt, milliseconds).finally(() => {
      isOver = true;
    });
    const [busy] = await Promise.all([pouring, makeOn()]);
    kept.push(busy.perSecond / quiet.perSecond);
    worst.push(busy.worst);
  }
  const share = median(kept);
  const slowest = Math.max(...worst);
  console.log(
    `Encrypt at ${CONNECTIONS} connections beside RSA_4096 ${making.what}s keeps ${share.toFixed(2)} of its quiet rate (aim ${KEPT_MIN})`,
  );
  console.log(
    `its slowest answer took ${slowest.toFixed(0)} ms; the longest ${making.what} ${longest.toFixed(0)} ms (aim: at most ${LATER_MS_MAX} ms more)`,
  );
  if (share < KEPT_MIN || slowest > longest + LATER_MS_MAX) process.exitCode = 1;
}
