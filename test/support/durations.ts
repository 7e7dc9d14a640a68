// How long kinds of work take beside each other, on a machine that does other things too.

/** Work of one kind, made ready so that only what is to be measured is left to do. */
export type Ready = () => Promise<() => void>;

/** Milliseconds by kind. */
export type Durations = Readonly<Record<string, number>>;

/** How many times as long is measured at most, where it is not enough before. */
const SPELLS_MAX = 3;

/**
 * Measures in rounds, each kind once a round, so that the machine's ups and downs hit all alike.
 * @returns the medians of the faster halves, once they are enough for the caller, or all has been tried. In the slower half something else
 * ran, which only ever adds time. With more rounds noise evens out, and a difference stays.
 */
export async function durations(
  kinds: Readonly<Record<string, Ready>>,
  rounds: number,
  isEnough: (all: Durations) => boolean,
): Promise<Durations> {
  const names = Object.keys(kinds);
  const taken = new Map(names.map((name) => [name, [] as number[]]));
  for (let spell = 1; ; spell++) {
    for (let round = 0; round < rounds; round++) {
      const first = round % names.length;
      const inTurn = [...names.slice(first), ...names.slice(0, first)];
      const works = await Promise.all(inTurn.map(async (name) => [name, await kinds[name]?.()] as const));
      nextStep();
      for (const [name, work] of works) taken.get(name)?.push(timed(work));
    }
    const all = Object.fromEntries([...taken].map(([name, samples]) => [name, fasterHalf(samples)]));
    if (spell === SPELLS_MAX || isEnough(all)) return all;
  }
}

const fasterHalf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 2] ?? Number.NaN;

/**
 * Milliseconds, finer than the steps of workerd's clock, which locally goes on while code runs: work begins at a step, and how far it came
 * in its last one is told by how often the clock could still be looked at. @returns Infinity where something else ran meanwhile.
 */
function timed(work?: () => void): number {
  const begin = performance.now();
  work?.();
  const [last, whole] = [nextStep(), nextStep()];
  const isUndisturbed = last.milliseconds === 1 && whole.milliseconds === 1;
  return isUndisturbed ? last.at - begin - last.looks / whole.looks : Number.POSITIVE_INFINITY;
}

function nextStep(): { readonly at: number; readonly milliseconds: number; readonly looks: number } {
  const from = performance.now();
  let at = from;
  let looks = 0;
  for (; at === from; looks++) at = performance.now();
  return { at, milliseconds: Math.round(at - from), looks };
}

/** By how much the slowest is slower than the fastest. */
export const spread = (all: Durations): number => Math.max(...Object.values(all)) / Math.min(...Object.values(all)) - 1;
