// The rules that the promise rests on, each as something that can be left out: by what the classes stand on, never within them.

import { Leased, type LeasePorts } from "../../src/durable/leased.ts";
import type { RoundPorts } from "../../src/iam/leases/rounds.ts";
import type { Pulled, Stamp } from "../../src/wire/views.ts";

export const RULES = [
  "lease from sending",
  "whole wait",
  "half",
  "row kept",
  "mark",
  "repeated call waits",
  "asked before forget",
  "one stamp",
  "own forget",
  "own answer",
  "restore waits",
  "view by its stamp",
] as const;

export type Rule = (typeof RULES)[number];

/** What a store makes of the view of a subject. */
export interface Sight {
  readonly subject: string;
  readonly isAllowed: boolean;
}

/** What rounds stand on. */
interface Ground {
  readonly ports: RoundPorts;
  /** The true time. */
  now(): number;
  /** So long is waited before a store is told again. All longer timers are of rounds. */
  readonly retryMs: number;
}

const shortened = ({ ports, retryMs }: Ground, part: number): RoundPorts => ({
  ...ports,
  after: (ms, then) => ports.after(ms > retryMs ? ms * part : ms, then),
});

const ROUNDS: Partial<Record<Rule, (ground: Ground) => RoundPorts>> = {
  "whole wait": (ground) => shortened(ground, 1 / 3),
  half: (ground) => shortened(ground, 2 / 3),
  "row kept": ({ ports }) => ({
    ...ports,
    rows() {
      const rows = ports.rows();
      for (const { store } of rows) ports.drop(store, Number.POSITIVE_INFINITY);
      return rows;
    },
  }),
  mark: ({ ports }) => ({ ...ports, mark: () => (ports.mark()?.blindMs === undefined ? undefined : ports.mark()) }),
  "restore waits": ({ ports }) => ({ ...ports, putMark: (mark) => ports.putMark(mark && { version: mark.version }) }),
  "own forget": withSharedForgets,
};

/** What rounds stand on without a rule. */
export const roundsWithout = (rule: Rule | undefined, ground: Ground): RoundPorts =>
  (rule && ROUNDS[rule]?.(ground)) ?? ground.ports;

/** What is behind the `forget` that has just been answered is answered with it. */
function withSharedForgets({ ports, now }: Ground): RoundPorts {
  const answeredAt = new Map<string, number>();
  return {
    ...ports,
    async forget(store) {
      if (answeredAt.get(store) === now()) return true;
      const forgotten = await ports.forget(store);
      if (forgotten) answeredAt.set(store, now());
      return forgotten;
    },
  };
}

/** Asks before it sends: what it sends is answered at once, with what has come. */
class CountingFromArrival extends Leased<Sight> {
  readonly #fetch: (subject: string) => Promise<void>;
  readonly #count: () => void;

  constructor(ports: LeasePorts<Sight>) {
    let forgets = 0;
    const come = new Map<string, { readonly answer: Pulled | undefined; readonly forgets: number }>();
    super({
      ...ports,
      async pull(subject, held) {
        const here = come.get(subject);
        come.delete(subject);
        return here?.forgets === forgets ? here.answer : await ports.pull(subject, held);
      },
    });
    this.#fetch = async (subject) => {
      const before = forgets;
      come.set(subject, { answer: await ports.pull(subject, undefined), forgets: before });
    };
    this.#count = () => {
      forgets++;
    };
  }

  override async pull(subject: string): Promise<Sight> {
    await this.#fetch(subject);
    return super.pull(subject);
  }

  override forget(): void {
    this.#count();
    super.forget();
  }
}

/** Takes what it asks again, because a `forget` came, from the answer that it should have thrown away. */
class HeedlessOfForget extends Leased<Sight> {
  readonly #count: () => void;

  constructor(ports: LeasePorts<Sight>) {
    let forgets = 0;
    const kept = new Map<string, Pulled>();
    super({
      ...ports,
      async pull(subject, held) {
        const old = kept.get(subject);
        kept.delete(subject);
        if (old !== undefined) return old;
        const before = forgets;
        const answer = await ports.pull(subject, held);
        if (answer?.view !== undefined && before !== forgets) kept.set(subject, answer);
        return answer;
      },
    });
    this.#count = () => {
      forgets++;
    };
  }

  override forget(): void {
    this.#count();
    super.forget();
  }
}

/** Takes every stamp for the one that it holds. */
function withOneStamp(ports: LeasePorts<Sight>): LeasePorts<Sight> {
  const stamp: Stamp = { incarnation: "any", version: 1 };
  const stamps = new Map<string, Stamp>();
  let latest: Stamp | undefined;
  return {
    ...ports,
    async pull(subject, held) {
      const answer = await ports.pull(subject, held && stamps.get(subject));
      if (answer === undefined) return undefined;
      stamps.set(subject, answer.stamp);
      latest = answer.stamp;
      return { ...answer, stamp };
    },
    async renew(held) {
      const answer = await ports.renew(latest ?? held);
      if (answer === undefined) return undefined;
      latest = answer.stamp;
      return { ...answer, stamp };
    },
  };
}

/** Takes a view for being in force where any of its subject is. */
class HeedlessOfStamps extends Leased<Sight> {
  override isInForce({ subject }: Sight): boolean {
    return this.held(subject) !== undefined;
  }
}

const LEASES: Partial<Record<Rule, (ports: LeasePorts<Sight>) => Leased<Sight>>> = {
  "lease from sending": (ports) => new CountingFromArrival(ports),
  "asked before forget": (ports) => new HeedlessOfForget(ports),
  "one stamp": (ports) => new Leased(withOneStamp(ports)),
  "view by its stamp": (ports) => new HeedlessOfStamps(ports),
};

/** What a store leases by without a rule. */
export const leasedWithout = (rule: Rule | undefined, ports: LeasePorts<Sight>): Leased<Sight> =>
  (rule && LEASES[rule]?.(ports)) ?? new Leased(ports);
