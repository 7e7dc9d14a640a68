// What a decision takes by itself in the workerd under measurement: a route of the bench's Worker (test/support/decisions.ts) that no deployment has.

import { printedQuartiles, spreadOf } from "./statistics.ts";

/** Of the largest case. */
const MICROSECONDS_MAX = 20;
const ROUNDS = 5;

/** Prints the median and the quartiles of each case. */
export async function printDecisions(port: number): Promise<void> {
  const rounds: Record<string, number>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const answer = await fetch(`http://127.0.0.1:${port}/bench/decisions`);
    if (!answer.ok) throw new Error(`decisions: ${answer.status}`);
    rounds.push((await answer.json()) as Record<string, number>);
  }
  for (const name of Object.keys(rounds[0] ?? {})) {
    const taken = spreadOf(rounds.map((round) => round[name] ?? Number.NaN));
    console.log(`a decision, ${name}: ${taken.median.toFixed(1)} µs (${printedQuartiles(taken)}), aim ${MICROSECONDS_MAX}`);
  }
}
