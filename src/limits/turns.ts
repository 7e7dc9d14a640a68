// One at a time: work that blocks an object's thread, such as making an RSA pair. Behind each piece of work comes a rest as long as the work,
// so that other calls get at least half of the time. Nothing of it outlives the instance.

/** Who waits for a turn while another is at work or at rest. One more is refused. */
const WAITING_MAX = 8;
/** Outside of a timer's turn, the platform's clock may stand still. */
const CLOCK_MOVES_MS = 1;

export interface TurnsPorts {
  now(): number;
  after(ms: number, then: () => void): unknown;
  /** What a caller is told for whom there is no room. */
  refusal(): Error;
}

/** Does work when its turn comes, and answers as it does; the rest behind it is not waited for. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

export function turns({ now, after, refusal }: TurnsPorts): Turn {
  const waiting: (() => void)[] = [];
  let isTaken = false;

  const pass = (): void => {
    const next = waiting.shift();
    if (next === undefined) isTaken = false;
    else next();
  };

  const rest = (begin: number): unknown => after(CLOCK_MOVES_MS, () => after(now() - begin, pass));

  return async (work) => {
    if (isTaken) {
      if (waiting.length >= WAITING_MAX) throw refusal();
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    isTaken = true;
    const begin = now();
    try {
      return await work();
    } finally {
      rest(begin);
    }
  };
}
