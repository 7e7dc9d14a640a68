// Bounded memories: what was put there first goes first.

/** Puts a value into a map that holds `max` of them. */
export function remember<K, V>(map: Map<K, V>, max: number, key: K, value: V): void {
  map.set(key, value);
  if (map.size <= max) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

/** Values by their names, bounded by the characters that each counts. One that counts too many by itself is not kept. */
export class ByCharacters<V> {
  readonly #kept = new Map<string, { readonly value: V; readonly characters: number }>();
  readonly #charactersMax: number;
  #characters = 0;

  constructor(charactersMax: number) {
    this.#charactersMax = charactersMax;
  }

  get(name: string): V | undefined {
    return this.#kept.get(name)?.value;
  }

  put(name: string, value: V, characters: number): void {
    this.remove(name);
    this.#kept.set(name, { value, characters });
    this.#characters += characters;
    for (const oldest of this.#kept.keys()) {
      if (this.#characters <= this.#charactersMax) return;
      this.remove(oldest);
    }
  }

  remove(name: string): void {
    this.#characters -= this.#kept.get(name)?.characters ?? 0;
    this.#kept.delete(name);
  }

  clear(): void {
    this.#kept.clear();
    this.#characters = 0;
  }
}
