// Policy documents as JSON (RFC 8259): the one parser, which refuses duplicate members and deep nesting that JSON.parse takes.

import { ApiError } from "../wire/api-error.ts";

const DEPTH_MAX = 8;

/** The refusal of a document. */
export const malformed = (message: string): ApiError => new ApiError("MalformedPolicyDocumentException", message);

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns the value; undefined for anything but well-formed JSON without duplicate members, nested at most 8 deep. */
export function parsePolicyJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isPlain(text) ? value : undefined;
}

/** Walks well-formed JSON once, token by token, for what JSON.parse forgives. */
function isPlain(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  let name: string | undefined;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs)) {
    const members = open.at(-1);
    if (token === "{" || token === "[") {
      if (open.push(token === "{" ? new Set() : undefined) > DEPTH_MAX) return false;
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (token === ":" && members !== undefined && name !== undefined) {
      if (members.has(name)) return false;
      members.add(name);
    }
    name = token.startsWith('"') ? (JSON.parse(token) as string) : undefined;
  }
  return true;
}
