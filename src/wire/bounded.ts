// A bounded memory: what was put there first goes first.

/** Puts a value into a map that holds `max` of them. */
export function remember<K, V>(map: Map<K, V>, max: number, key: K, value: V): void {
  map.set(key, value);
  if (map.size <= max) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
