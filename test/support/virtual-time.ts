// Time that passes only when a test says so: timers in the order of their times, and whatever they set off, before the next one.

/** More turns than any chain of promises between two timers takes. */
const TURNS = 24;

interface Timer {
  readonly at: number;
  readonly then: () => void;
}

export class VirtualTime {
  /** Milliseconds since this time began. */
  now = 0;
  readonly #timers = new Set<Timer>();
  readonly #look: () => void;

  /** `look` is called after each timer, when whatever it set off has gone on. */
  constructor(look: () => void = () => undefined) {
    this.#look = look;
  }

  /** Calls `then` once, after so many milliseconds. @returns what calls it off. */
  readonly after = (ms: number, then: () => void): (() => void) => {
    const timer = { at: this.now + ms, then };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** How many timers have neither fired nor been called off. */
  get timers(): number {
    return this.#timers.size;
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await turns();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.now = next.at;
      this.#timers.delete(next);
      next.then();
      await turns();
      this.#look();
    }
    this.now = end;
  }

  /** The earliest; of two at one time, the one that was set first. */
  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  }
}

/** Lets everything go on that waits for no timer. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}
