// Patterns of policies: `*` and `?` in actions, resources and values, and policy variables. No regular expression is ever built of them: a
// pattern is split at `*`, and its pieces are looked for from the left. Source: IAM user guide, "Policy variables", "Resource".

import { malformed } from "./policy-json.ts";

/** `any`: `*`; `one`: `?`; a variable stands for a value of the context, whose characters are never wildcards. */
type Token =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "any" }
  | { readonly kind: "one" }
  | { readonly kind: "variable"; readonly key: string; readonly fallback: string | undefined };

/** What a variable stands for in a request; undefined where there is no such single value. */
export type Resolve = (key: string) => string | undefined;

/** Whether a text matches, in a request. */
export type Matcher = (text: string, resolve: Resolve) => boolean;

export interface Reading {
  readonly wildcards: boolean;
  readonly variables: boolean;
  /** Whether its text is folded; the names of its variables are not. */
  readonly caseless?: boolean;
}

const VARIABLE = /^\$\{\s*([^\s,{}']+)\s*(?:,\s*'([^'{}]*)'\s*)?\}/;
const ESCAPED = /^\$\{([*?$])\}/;
const ESCAPED_CHARACTERS = 4;

const VARIABLE_CHARACTERS_MAX = 1024;

/** @throws ApiError MalformedPolicyDocumentException for a variable that is not closed, or that names nothing. */
function tokensOf(pattern: string, { wildcards, variables, caseless = false }: Reading): Token[] {
  const cased = (each: string): string => (caseless ? each.toLowerCase() : each);
  const tokens: Token[] = [];
  let text = "";
  const push = (token: Token): void => {
    if (text !== "") tokens.push({ kind: "text", text: cased(text) });
    text = "";
    tokens.push(token);
  };
  for (let at = 0; at < pattern.length; ) {
    const character = pattern.charAt(at);
    if (variables && pattern.startsWith("${", at)) {
      const escaped = ESCAPED.exec(pattern.slice(at, at + ESCAPED_CHARACTERS))?.[1];
      if (escaped !== undefined) {
        text += escaped;
        at += ESCAPED_CHARACTERS;
        continue;
      }
      const [variable, key, fallback] = VARIABLE.exec(pattern.slice(at, at + VARIABLE_CHARACTERS_MAX)) ?? [];
      if (variable === undefined || key === undefined) throw malformed("A policy variable is not well formed.");
      push({ kind: "variable", key, fallback: fallback && cased(fallback) });
      at += variable.length;
    } else {
      if (wildcards && character === "*") push({ kind: "any" });
      else if (wildcards && character === "?") push({ kind: "one" });
      else text += character;
      at++;
    }
  }
  if (text !== "") tokens.push({ kind: "text", text: cased(text) });
  return tokens;
}

/** A stretch without `*`: its literal parts, with one character of any kind between two of them. */
interface Piece {
  readonly parts: readonly string[];
  /** In characters. */
  readonly length: number;
}

/** Compiles a pattern that is matched whole. @throws ApiError as its variables do. */
export function patternOf(pattern: string, reading: Reading): Matcher {
  const tokens = tokensOf(pattern, reading);
  if (tokens.some(({ kind }) => kind === "variable")) {
    return (text, resolve) => {
      const pieces = piecesOf(tokens, resolve);
      return pieces !== undefined && matches(pieces, text);
    };
  }
  const pieces = piecesOf(tokens, () => undefined) ?? [];
  const [literal = ""] = pieces[0]?.parts ?? [];
  if (pieces.length === 1 && literal.length === pieces[0]?.length) return (text) => text === literal;
  if (pieces.length === 2 && pieces.every(({ length }) => length === 0)) return () => true;
  return (text) => matches(pieces, text);
}

/** @returns undefined where a variable stands for nothing: the pattern matches nothing then. */
function piecesOf(tokens: readonly Token[], resolve: Resolve): Piece[] | undefined {
  const pieces: string[][] = [[""]];
  for (const token of tokens) {
    const piece = pieces.at(-1) ?? [];
    if (token.kind === "any") pieces.push([""]);
    else if (token.kind === "one") piece.push("");
    else {
      const text = token.kind === "variable" ? (resolve(token.key) ?? token.fallback) : token.text;
      if (text === undefined) return undefined;
      piece.push(`${piece.pop()}${text}`);
    }
  }
  return pieces.map((parts) => ({ parts, length: parts.reduce((sum, part) => sum + part.length, parts.length - 1) }));
}

const EMPTY: Piece = { parts: [""], length: 0 };

/** The first piece stands at the beginning, the last at the end, the others between them, each as far left as it can. */
function matches(pieces: readonly Piece[], text: string): boolean {
  const first = pieces[0] ?? EMPTY;
  if (!standsAt(first, text, 0)) return false;
  if (pieces.length === 1) return text.length === first.length;
  const last = pieces[pieces.length - 1] ?? EMPTY;
  const end = text.length - last.length;
  let at = first.length;
  for (let index = 1; index < pieces.length - 1; index++) {
    const piece = pieces[index] ?? EMPTY;
    const found = find(piece, text, at, end);
    if (found === undefined) return false;
    at = found + piece.length;
  }
  return at <= end && standsAt(last, text, end);
}

function standsAt({ parts, length }: Piece, text: string, at: number): boolean {
  if (length === 0) return true;
  if (at < 0 || at + length > text.length) return false;
  let from = at;
  for (const part of parts) {
    if (!text.startsWith(part, from)) return false;
    from += part.length + 1;
  }
  return true;
}

/** Up to so many characters a piece with `?` is compared at every place. For a long one that takes 100 ms and more: it is found by its bits. */
const COMPARED_CHARACTERS_MAX = 8;

/** A literal piece of so many characters is found by the platform, which begins again behind each near miss: a long one is found by its bits. */
const SEARCHED_CHARACTERS_MAX = 1000;

/** Where a piece stands first between two places; undefined where it does not. */
function find(piece: Piece, text: string, from: number, end: number): number | undefined {
  const { parts, length } = piece;
  const [only = ""] = parts;
  if (length > end - from) return undefined;
  if (parts.length === 1 && length <= SEARCHED_CHARACTERS_MAX) {
    const found = text.indexOf(only, from);
    return found < 0 || found + length > end ? undefined : found;
  }
  if (parts.every((part) => part === "")) return from;
  const codes = codesOf(piece);
  return length <= COMPARED_CHARACTERS_MAX ? findByComparing(codes, text, from, end) : findByBits(codes, text, from, end);
}

const ANY = -1;

function codesOf({ parts, length }: Piece): Int32Array {
  const codes = new Int32Array(length).fill(ANY);
  let at = 0;
  for (const part of parts) {
    for (let index = 0; index < part.length; index++) codes[at + index] = part.charCodeAt(index);
    at += part.length + 1;
  }
  return codes;
}

function findByComparing(codes: Int32Array, text: string, from: number, end: number): number | undefined {
  const { length } = codes;
  for (let at = from; at + length <= end; at++) {
    let index = 0;
    while (index < length && (codes[index] === ANY || codes[index] === text.charCodeAt(at + index))) index++;
    if (index === length) return at;
  }
  return undefined;
}

/** Shift-And: bit n is set while the first n + 1 characters have just stood. 32 of them are compared in one step. */
function findByBits(codes: Int32Array, text: string, from: number, end: number): number | undefined {
  const words = Math.ceil(codes.length / 32);
  const others = new Uint32Array(words);
  const masks = new Map<number, Uint32Array>();
  codes.forEach((code, at) => {
    if (code === ANY) others[at >>> 5] = (others[at >>> 5] ?? 0) | (1 << (at & 31));
    else if (!masks.has(code)) masks.set(code, new Uint32Array(words));
  });
  for (const mask of masks.values()) mask.set(others);
  codes.forEach((code, at) => {
    const mask = masks.get(code);
    if (mask !== undefined) mask[at >>> 5] = (mask[at >>> 5] ?? 0) | (1 << (at & 31));
  });
  const state = new Uint32Array(words);
  const last = words - 1;
  const done = 1 << ((codes.length - 1) & 31);
  for (let at = from; at < end; at++) {
    const mask = masks.get(text.charCodeAt(at)) ?? others;
    let carry = 1;
    for (let word = 0; word < words; word++) {
      const before = state[word] as number;
      state[word] = ((before << 1) | carry) & (mask[word] as number);
      carry = before >>> 31;
    }
    if (((state[last] as number) & done) !== 0) return at - codes.length + 1;
  }
  return undefined;
}

const ARN_PARTS = 6;

/** The parts of an ARN: five behind which a colon stands, and the rest. */
export type ArnParts = readonly string[];

/** @returns undefined for what is no ARN. */
export const arnPartsOf = (text: string): ArnParts | undefined => partsOf(text, false);

const IN_BRACES = /\$\{[^{}]*\}/g;

/** `variables`: whether a colon within a policy variable divides nothing. */
function partsOf(text: string, variables: boolean): ArnParts | undefined {
  const divided = variables ? text.replace(IN_BRACES, (variable) => "_".repeat(variable.length)) : text;
  const parts: string[] = [];
  let start = 0;
  while (parts.length < ARN_PARTS - 1) {
    const colon = divided.indexOf(":", start);
    if (colon < 0) return undefined;
    parts.push(text.slice(start, colon));
    start = colon + 1;
  }
  return [...parts, text.slice(start)];
}

/** Whether an ARN, in its parts, matches. */
export type ArnMatcher = (given: ArnParts, resolve: Resolve) => boolean;

/** Where an ARN's pattern may hold policy variables: nowhere in documents of 2008. */
export type ArnVariables = "nowhere" | "in the last part" | "everywhere";

/**
 * Compiles a pattern of an ARN, part by part: a wildcard crosses no colon but in the last part. `*` alone is every ARN.
 * @returns undefined for what has fewer than six parts.
 */
export function arnPatternOf(pattern: string, variables: ArnVariables): ArnMatcher | undefined {
  if (pattern === "*") return () => true;
  const matchers = partsOf(pattern, variables === "everywhere")?.map((part, at) => {
    const hasVariables = variables === "everywhere" || (variables === "in the last part" && at === ARN_PARTS - 1);
    return patternOf(part, { wildcards: true, variables: hasVariables });
  });
  return matchers && ((given, resolve) => matchers.every((matches, at) => matches(given[at] ?? "", resolve)));
}
