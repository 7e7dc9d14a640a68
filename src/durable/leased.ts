// A store's side of the lease: what it holds of its account's identities, and how long that may be believed. It knows neither identities nor
// keys. Nothing here outlives the instance; the IdentityStore's rows do.
//
// Stamp, lease and views are one object. An answer with the stamp held lengthens the lease; any other stamp, older or newer, takes the place of all
// three. A lease counts from the sending of its question, so an answer that comes after it serves nobody. What was asked before a `forget` is
// thrown away when it comes, and asked again.

import { ApiError } from "../wire/api-error.ts";
import { ByCharacters } from "../wire/bounded.ts";
import { isSameStamp, type Lease, type PeerReply, type Pulled, type SentView, type Stamp } from "../wire/views.ts";

/** How long a pull takes at most, its repetitions included: whoever waits is answered within five seconds, with a record. */
export const PULL_MS_MAX = 4500;
/** How often a pull may fail before it is given up. */
const FAILURES_MAX = 2;
/** What the views that are held have at most, together. */
export const VIEWS_CHARACTERS_MAX = 16 * 1024 ** 2;
/** What a view counts besides its documents and tags: names, and the object that is made of it. */
export const VIEW_CHARACTERS_BESIDES = 1024;

export interface LeasePorts<V extends object> {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `then` once, after so many milliseconds. @returns what calls it off. */
  after(ms: number, then: () => void): () => void;
  /** The lease of this version of the service. */
  readonly leaseMs: number;
  /** Asks for a view. What it throws means that nobody was reached; it logs that itself. */
  pull(subject: string, held: Stamp | undefined): Promise<PeerReply<Pulled>>;
  /** Asks for the lease again. What it throws: as `pull`. */
  renew(held: Stamp): Promise<PeerReply<Lease>>;
  /** Makes what is held, a new one each time. What it throws, the pull throws. */
  read(subject: string, view: SentView): V;
}

export class Leased<V extends object> {
  readonly #ports: LeasePorts<V>;
  #holding: Holding<V> | undefined;
  /** What each view was given with. It knows those too that are no longer held for want of room. */
  readonly #givenWith = new WeakMap<V, Holding<V>>();
  /** The questions under way that a pull of the same subject may share. */
  readonly #questions = new Map<string, Promise<V>>();
  #renewal: Sending | undefined;
  #forgets = 0;
  #sendings = 0;
  /** The timer of the next sending: never longer than what the last answer promised. */
  #timerMs: number;

  constructor(ports: LeasePorts<V>) {
    this.#ports = ports;
    this.#timerMs = ports.leaseMs;
  }

  /** @returns the view of a subject, at once; undefined where none is held in force. From half of the lease on, the lease is renewed behind it. */
  held(subject: string): V | undefined {
    const holding = this.#inForce();
    const view = holding?.views.get(subject);
    if (holding !== undefined && view !== undefined && holding.lease.isHalfOver) void this.#renew(holding);
    return view;
  }

  /** Whether the stamp that a view was given with is the one held, and its lease runs. */
  isInForce(view: V): boolean {
    const holding = this.#inForce();
    return holding !== undefined && this.#givenWith.get(view) === holding;
  }

  /**
   * Asks for the view of a subject.
   * @returns it, in force.
   * @throws ApiError DependencyTimeoutException where no answer that serves has come within `PULL_MS_MAX`; whatever `read` throws.
   */
  pull(subject: string): Promise<V> {
    const shared = this.#questions.get(subject);
    if (shared !== undefined) return shared;
    const question = this.#inTime(subject).finally(() => {
      if (this.#questions.get(subject) === question) this.#questions.delete(subject);
    });
    this.#questions.set(subject, question);
    return question;
  }

  /** Drops all views and the lease, and has thrown away what was asked and not answered. */
  forget(): void {
    this.#drop();
    this.#forgets++;
    this.#questions.clear();
    this.#renewal = undefined;
  }

  #inForce(): Holding<V> | undefined {
    return this.#holding?.lease.isInForce === true ? this.#holding : undefined;
  }

  #drop(): void {
    this.#holding?.lease.end();
    this.#holding = undefined;
  }

  #send(): Sending {
    return new Sending(this.#ports, { ms: this.#timerMs, order: ++this.#sendings, forgets: this.#forgets });
  }

  #inTime(subject: string): Promise<V> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const callOff = this.#ports.after(PULL_MS_MAX, () => {
        isOver = true;
        reject(timeout());
      });
      void this.#ask(subject, () => isOver)
        .then(resolve, reject)
        .finally(callOff);
    });
  }

  /** Asks until an answer serves. One that comes when nobody waits any longer is taken too: the next call finds it. */
  async #ask(subject: string, isOver: () => boolean): Promise<V> {
    for (let failures = 0; failures < FAILURES_MAX && !isOver(); ) {
      const known = this.#holding?.views.get(subject) === undefined ? undefined : this.#holding.stamp;
      const sending = this.#send();
      const pulled = await answered(() => this.#ports.pull(subject, known));
      if (pulled === undefined || !(pulled.leaseMs > 0) || (pulled.view === undefined && known === undefined)) {
        sending.end();
        failures++;
        continue;
      }
      const view = this.#viewOf(subject, pulled, sending);
      if (view !== undefined) return view;
    }
    throw timeout();
  }

  /** @returns the view that an answer gives; undefined where it does not serve. */
  #viewOf(subject: string, pulled: Pulled, sending: Sending): V | undefined {
    const holding = this.#take(pulled, sending);
    if (holding === undefined) return undefined;
    const view = pulled.view === undefined ? holding.views.get(subject) : this.#ports.read(subject, pulled.view);
    if (view !== undefined && pulled.view !== undefined) {
      this.#givenWith.set(view, holding);
      holding.views.put(subject, view, charactersOf(pulled.view));
    }
    return holding.lease.isInForce ? view : undefined;
  }

  /** @returns what is held by an answer; undefined where it gives no lease. */
  #take({ stamp, leaseMs }: Lease, sending: Sending): Holding<V> | undefined {
    if (sending.forgets !== this.#forgets || !sending.isInForce) {
      sending.end();
      return undefined;
    }
    if (!isSameStamp(this.#holding?.stamp, stamp)) this.#drop();
    if (leaseMs > 0) this.#timerMs = Math.min(this.#ports.leaseMs, leaseMs);
    if (!(leaseMs >= sending.ms)) {
      sending.end(); // its timer was begun for longer than what is promised
      return undefined;
    }
    if (this.#holding === undefined) this.#holding = new Holding(stamp, sending);
    else this.#holding.lengthen(sending);
    return this.#holding;
  }

  /** Lengthens the lease in the background, one question at a time. One whose own lease is over is waited for no longer. */
  async #renew(holding: Holding<V>): Promise<void> {
    if (this.#renewal?.isInForce === true) return;
    const sending = this.#send();
    this.#renewal = sending;
    const lease = await answered(() => this.#ports.renew(holding.stamp));
    if (this.#renewal === sending) this.#renewal = undefined;
    if (lease === undefined) return sending.end();
    const isShorter = sending.isInForce && lease.leaseMs > 0 && lease.leaseMs < sending.ms;
    this.#take(lease, sending);
    if (isShorter && this.#holding === holding) await this.#renew(holding);
  }
}

interface Sent {
  /** For how long its answer serves. */
  readonly ms: number;
  /** Sendings are counted: no clock says which was later. */
  readonly order: number;
  /** How often had been forgotten by then. */
  readonly forgets: number;
}

/** When a question was sent. A timer may fire late and a clock may step back, so both must say that its time is not over. */
class Sending {
  readonly ms: number;
  readonly order: number;
  readonly forgets: number;
  readonly #now: () => number;
  readonly #sentAt: number;
  readonly #callOff: () => void;
  #isOver = false;

  constructor(ports: Pick<LeasePorts<object>, "now" | "after">, { ms, order, forgets }: Sent) {
    this.ms = ms;
    this.order = order;
    this.forgets = forgets;
    this.#now = () => ports.now();
    this.#sentAt = ports.now();
    this.#callOff = ports.after(ms, () => {
      this.#isOver = true;
    });
  }

  get isInForce(): boolean {
    const passed = this.#now() - this.#sentAt;
    return !this.#isOver && 0 <= passed && passed < this.ms;
  }

  get isHalfOver(): boolean {
    return 2 * (this.#now() - this.#sentAt) >= this.ms;
  }

  /** It serves nobody any longer. */
  end(): void {
    this.#isOver = true;
    this.#callOff();
  }
}

/** What is held: stamp, lease and views, all of them or none. */
class Holding<V> {
  readonly stamp: Stamp;
  /** By their subjects. */
  readonly views = new ByCharacters<V>(VIEWS_CHARACTERS_MAX);
  lease: Sending;

  constructor(stamp: Stamp, lease: Sending) {
    this.stamp = stamp;
    this.lease = lease;
  }

  /** Of two leases, the one whose question was sent later stays. */
  lengthen(other: Sending): void {
    const [later, earlier] = other.order > this.lease.order ? [other, this.lease] : [this.lease, other];
    this.lease = later;
    earlier.end();
  }
}

function charactersOf({ standing }: SentView): number {
  const texts = [...(standing?.identity ?? []), standing?.boundary ?? "", ...(standing?.tags.flat() ?? [])];
  return texts.reduce((sum, { length }) => sum + length, VIEW_CHARACTERS_BESIDES);
}

/** @returns what a port answers; undefined where it throws. */
async function answered<T>(ask: () => Promise<PeerReply<T>>): Promise<PeerReply<T>> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}

const timeout = (): ApiError => new ApiError("DependencyTimeoutException");
