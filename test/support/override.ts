// Another method in the place of an object's own.

/** Puts another method in the place of an object's own. @returns what puts the old one back. */
export function override<T extends object, K extends keyof T>(target: T, name: K, make: (original: T[K]) => T[K]): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  const method = target[name];
  const original = typeof method === "function" ? (method.bind(target) as T[K]) : method;
  Object.defineProperty(target, name, { value: make(original), configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, own);
  };
}
