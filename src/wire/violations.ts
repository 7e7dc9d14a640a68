// The broken constraints of one request, worded as AWS words them: all are counted, and as many worded as an answer has room for.

import { ApiError } from "./api-error.ts";
import { shown } from "./shown.ts";

const WORDED_MAX = 100;
/** Bytes of all words together, as an answer prints them; a refusal is at most 64 KiB. */
const WORDS_BYTES_MAX = 60 * 1024;

/** The value null: a member that must be there is not. */
export const ABSENT = Symbol("absent");

/** A value as a message shows it; undefined where it stands in no message. */
export type Shown = string | typeof ABSENT | undefined;

const encoder = new TextEncoder();
const printedBytes = (text: string): number => encoder.encode(JSON.stringify(text)).byteLength;

function words(value: Shown, path: string, rule: string): string {
  const told = value === undefined ? "" : value === ABSENT ? "null " : `'${shown(value)}' `;
  return `Value ${told}at '${path}' failed to satisfy constraint: ${rule}`;
}

/** @returns the one violation of a member that is absent, for what only a check across members can find. */
export const missing = (path: string): ApiError => {
  const violations = new Violations();
  violations.addAbsent(path);
  return violations.refusal();
};

export class Violations {
  /** Of all, worded or not. */
  count = 0;
  readonly #worded: string[] = [];
  #room = WORDS_BYTES_MAX;
  readonly #secretive: boolean;

  /** `secretive`: no value is shown, whatever is added. */
  constructor(secretive = false) {
    this.#secretive = secretive;
  }

  /** `value` is shown cut to 1 KiB. */
  add(value: Shown, path: string, rule: string): void {
    if (this.#isFull()) this.count++;
    else this.#take(words(this.#secretive && value !== ABSENT ? undefined : value, path, rule));
  }

  addAbsent(path: string): void {
    this.add(ABSENT, path, "Member must not be null");
  }

  /** A list for what is found within a member: it shows no more than this one does. */
  inner(): Violations {
    return new Violations(this.#secretive);
  }

  /** Adds another's, which were found within a member of this one. */
  addAll(others: Violations): void {
    const before = this.count;
    for (const item of others.#worded) this.#take(item);
    this.count = before + others.count;
  }

  /** All of them in one refusal. */
  refusal(): ApiError {
    const found = this.count === 1 ? "1 validation error" : `${this.count} validation errors`;
    return new ApiError("ValidationException", `${found} detected: ${this.#worded.join("; ")}`);
  }

  #isFull(): boolean {
    return this.#worded.length === WORDED_MAX || this.#room === 0;
  }

  #take(item: string): void {
    this.count++;
    if (this.#isFull()) return;
    const bytes = printedBytes(item);
    if (bytes > this.#room) this.#room = 0;
    else {
      this.#room -= bytes;
      this.#worded.push(item);
    }
  }
}
