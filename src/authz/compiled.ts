// Identity documents in their compiled form, kept by their text: whoever has ten users under one policy compiles it once. A compiled document is a
// function of its text; to whom it belongs is kept nowhere here.

import { type Document, documentOf } from "./document.ts";

/** Of the texts whose compiled forms are kept, all together. */
const CHARACTERS_MAX = 8 * 1024 * 1024;

export class CompiledDocuments {
  readonly #kept = new Map<string, Document>();
  readonly #charactersMax: number;
  #characters = 0;

  constructor(charactersMax = CHARACTERS_MAX) {
    this.#charactersMax = charactersMax;
  }

  /** @throws ApiError MalformedPolicyDocumentException. */
  of(text: string): Document {
    const known = this.#kept.get(text);
    if (known !== undefined) return known;
    const made = documentOf(text, "identity");
    this.#kept.set(text, made);
    this.#characters += text.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= this.#charactersMax) break;
      this.#kept.delete(oldest);
      this.#characters -= oldest.length;
    }
    return made;
  }
}
