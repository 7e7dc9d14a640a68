// Key policies in their compiled form, kept by key and bound to their text: a policy is a function of it, a decision is not. Dropped in the turn in
// which the key is written.

import type { Document } from "../authz/document.ts";
import { storedKeyPolicyOf } from "../authz/key-policy.ts";
import type { UniqueIds } from "../authz/principals.ts";
import { ByCharacters } from "../wire/bounded.ts";
import type { KeyReads } from "./tables/keys.ts";

/** Of the texts whose compiled forms are kept, all together. */
const CHARACTERS_MAX = 4 * 1024 * 1024;

export interface CompiledPolicy {
  readonly document: Document;
  readonly ids: UniqueIds;
}

export class KeyPolicies {
  readonly #keys: Pick<KeyReads, "policy" | "principals">;
  readonly #kept = new ByCharacters<CompiledPolicy>(CHARACTERS_MAX);

  constructor(keys: Pick<KeyReads, "policy" | "principals">) {
    this.#keys = keys;
  }

  /** @throws Error for a stored policy that does not compile: nobody is let in by the rest of it. */
  of(keyId: string): CompiledPolicy {
    const known = this.#kept.get(keyId);
    if (known !== undefined) return known;
    const text = this.#keys.policy(keyId);
    const made = { document: compiled(keyId, text), ids: this.#keys.principals(keyId) };
    this.#kept.put(keyId, made, text.length);
    return made;
  }

  drop(keyId: string): void {
    this.#kept.remove(keyId);
  }

  dropAll(): void {
    this.#kept.clear();
  }
}

/** What is wrong with a stored policy is no fault of who calls: he is told nothing of it. */
function compiled(keyId: string, text: string): Document {
  try {
    return storedKeyPolicyOf(text);
  } catch (cause) {
    throw new Error(`the stored policy of key ${keyId} does not compile`, { cause });
  }
}
