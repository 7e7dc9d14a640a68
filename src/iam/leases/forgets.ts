// What is told to one store: at most one `forget` on its way and one behind it. One counts for the rounds that had begun when it was sent,
// and its answer for no other.

import { described } from "../../wire/unknown-error.ts";

const RETRY_MS = 500;

export interface ForgetPorts {
  /** Calls `then` once, after so many milliseconds. @returns what calls it off. */
  after(ms: number, then: () => void): () => void;
  /** Tells the store, once. @returns whether it has forgotten. May reject, and may never answer. */
  forget(store: string): Promise<boolean>;
  /** Never of a request's content. */
  log(line: Readonly<Record<string, unknown>>): void;
}

/** A round, as a store knows it. */
export interface Asker {
  /** The store has forgotten what it held when the round began. Called once at most. */
  told(store: string): void;
}

export class Forgets<Round extends Asker> {
  readonly #store: string;
  readonly #ports: ForgetPorts;
  /** The `forget` that is on its way. */
  #underWay: object | undefined;
  /** Whom it counts for. */
  #asking = new Set<Round>();
  /** Who waits for the next one. */
  #behind = new Set<Round>();
  #callOffRetry: (() => void) | undefined;

  constructor(store: string, ports: ForgetPorts) {
    this.#store = store;
    this.#ports = ports;
  }

  /** Tells the store from now on, until it has answered or the round leaves. */
  ask(round: Round): void {
    this.#behind.add(round);
    if (this.#underWay === undefined) this.#send();
  }

  /** Ends the waiting of a round. A `forget` for which nobody waits any longer is given up, so that it keeps back none that is behind it. */
  leave(round: Round): void {
    this.#behind.delete(round);
    if (this.#asking.delete(round) && this.#asking.size === 0) {
      this.#underWay = undefined;
      if (this.#behind.size > 0) this.#send();
    }
    if (this.#behind.size === 0) this.#stopRetry();
  }

  #send(): void {
    this.#stopRetry();
    const sent = {};
    this.#underWay = sent;
    this.#asking = this.#behind;
    this.#behind = new Set();
    void this.#tell().then((forgotten) => {
      if (this.#underWay === sent) this.#answered(forgotten);
    });
  }

  async #tell(): Promise<boolean> {
    try {
      return await this.#ports.forget(this.#store);
    } catch (cause) {
      this.#ports.log({ event: "store not told to forget", store: this.#store, ...described(cause) });
      return false;
    }
  }

  #answered(forgotten: boolean): void {
    const asked = this.#asking;
    this.#underWay = undefined;
    this.#asking = new Set();
    if (!forgotten) {
      for (const round of asked) this.#behind.add(round);
      this.#callOffRetry = this.#ports.after(RETRY_MS, () => this.#send());
      return;
    }
    for (const round of asked) round.told(this.#store);
    if (this.#underWay === undefined && this.#behind.size > 0) this.#send();
  }

  #stopRetry(): void {
    this.#callOffRetry?.();
    this.#callOffRetry = undefined;
  }
}
