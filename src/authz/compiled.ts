// Identity documents in their compiled form, kept by their text: whoever has ten users under one policy compiles it once. A compiled document is a
// function of its text; to whom it belongs is kept nowhere here.

import { ByCharacters } from "../wire/bounded.ts";
import { type Document, documentOf } from "./document.ts";

/** Of the texts whose compiled forms are kept, all together. */
const CHARACTERS_MAX = 8 * 1024 * 1024;

export class CompiledDocuments {
  readonly #kept: ByCharacters<Document>;

  constructor(charactersMax = CHARACTERS_MAX) {
    this.#kept = new ByCharacters(charactersMax);
  }

  /** @throws ApiError MalformedPolicyDocumentException. */
  of(text: string): Document {
    const known = this.#kept.get(text);
    if (known !== undefined) return known;
    const made = documentOf(text, "identity");
    this.#kept.put(text, made, text.length);
    return made;
  }
}
