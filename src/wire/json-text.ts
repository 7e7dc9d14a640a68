// A JSON document from outside: read within bounds, and what its text shows without a walk through its values.

import { ApiError } from "./api-error.ts";

const HALF = /^[dD][89abAB]/;
const OTHER_HALF = /^[dD][c-fC-F]/;

/** Whether an escape in well-formed JSON names half a surrogate pair without its other half: one pass over the escapes. */
export function loneSurrogateIn(json: string): boolean {
  let at = json.indexOf("\\");
  while (at >= 0) {
    let next = at + 2;
    if (json[at + 1] === "u") {
      const digits = json.slice(next, next + 2);
      if (OTHER_HALF.test(digits)) return true;
      next += 4;
      if (HALF.test(digits)) {
        if (!json.startsWith("\\u", next) || !OTHER_HALF.test(json.slice(next + 2, next + 4))) return true;
        next += 6;
      }
    }
    at = json.indexOf("\\", next);
  }
  return false;
}

/** Whether a JSON text begins more than `max` objects that are not empty. Braces within texts count, too. */
export function hasMoreObjects(json: string, max: number): boolean {
  if (json.length <= max) return false;
  let objects = 0;
  for (let at = json.indexOf("{"); at >= 0; at = json.indexOf("{", at + 1)) {
    if (json[at + 1] !== "}") objects++;
    if (objects > max) return true;
  }
  return false;
}

/** Objects of one body: more than a body of a mebibyte has room for, if they are of any use. */
const OBJECTS_MAX = 50_000;

/** Reads a request body; an empty one is an empty document. @throws ApiError SerializationException. */
export function parseJson(body: string): unknown {
  if (body === "") return {};
  // So many different objects would take JSON.parse longer than everything else takes together.
  if (hasMoreObjects(body, OBJECTS_MAX)) throw new ApiError("SerializationException");
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new ApiError("SerializationException");
  }
  // The body itself is well-formed text; only an escape can smuggle in half a surrogate pair.
  if (loneSurrogateIn(body)) throw new ApiError("SerializationException");
  return value;
}
