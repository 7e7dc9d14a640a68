// What was opened and is kept in memory: opened once, however many ask for it meanwhile, and forgotten when its key says so.

import { remember } from "../wire/bounded.ts";

/** Keeps at most `max`. A name begins with its key's id. */
export class Kept<T> {
  readonly #max: number;
  readonly #kept = new Map<string, Promise<T>>();

  constructor(max: number) {
    this.#max = max;
  }

  /** @returns what is kept by this name, or what `open` gives, which is kept then unless it fails or gives undefined. */
  get(name: string, open: () => Promise<T>): Promise<T> {
    const known = this.#kept.get(name);
    if (known !== undefined) return known;
    const opening = open();
    remember(this.#kept, this.#max, name, opening);
    const forget = (): unknown => this.#kept.get(name) === opening && this.#kept.delete(name);
    opening.then((opened) => opened ?? forget(), forget);
    return opening;
  }

  /** Forgets whatever was opened of a key. */
  drop(keyId: string): void {
    for (const name of this.#kept.keys()) if (name.startsWith(keyId)) this.#kept.delete(name);
  }

  clear(): void {
    this.#kept.clear();
  }
}
