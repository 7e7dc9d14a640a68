// Headers as a request gives them, of values that the platform itself would not let through.

import type { NamedHeaders } from "../../src/auth/canonical.ts";

/** Names in lower case; those without a value are not there. */
export function namedHeaders(values: Readonly<Record<string, string | undefined>>): NamedHeaders {
  const known = new Map(Object.entries(values));
  return { get: (name) => known.get(name) ?? null };
}
