// Between the names of lifecycle-model.ts and what they stand for in one store: learned from its answers, each for good.

import { REGION } from "../support/client.ts";

const NAME = /<[^>]*>/g;
/** What names stand for before there is such a thing. */
const NONE: Readonly<Record<string, string>> = {
  "<key": "00000000-0000-4000-8000-000000000000",
  "<material": "0".repeat(64),
  "<ciphertext": "AAAA",
  "<token": "AAAA",
};

export class Names {
  readonly #meant: Map<string, string>;

  /** `known`: what further names stand for from the beginning on. */
  constructor(account: string, known: ReadonlyMap<string, string>) {
    this.#meant = new Map([["<scope>", `arn:aws:kms:${REGION}:${account}`], ...known]);
  }

  /** A text with what its names stand for. */
  meant = (text: string): string => text.replace(NAME, (name) => this.#meant.get(name) ?? NONE[name.split(" ")[0] ?? ""] ?? name);

  /** A text with names for what they stand for. */
  named(text: string): string {
    let named = text;
    for (const [name, meant] of this.#meant) named = named.replaceAll(meant, name);
    return named;
  }

  /** The expected members of an answer, in names. One that is met for the first time stands from now on for what is new there. */
  read(actual: unknown, expected: unknown): unknown {
    if (Array.isArray(actual))
      return actual.map((each, at) => this.read(each, Array.isArray(expected) ? expected[at] : undefined));
    if (isObject(actual) && isObject(expected))
      return Object.fromEntries(Object.entries(expected).map(([member, value]) => [member, this.read(actual[member], value)]));
    if (typeof actual !== "string" || typeof expected !== "string") return actual;
    const named = this.named(actual);
    if (named !== actual || this.#meant.has(expected) || expected.replace(NAME, "") !== "") return named;
    this.#meant.set(expected, actual);
    return expected;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
