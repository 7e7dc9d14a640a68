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
}

const VARIABLE = /^\$\{\s*([^\s,{}']+)\s*(?:,\s*'([^'{}]*)'\s*)?\}/;
const ESCAPED = /^\$\{([*?$])\}/;

/** @throws ApiError MalformedPolicyDocumentException for a variable that is not closed, or that names nothing. */
function tokensOf(pattern: string, { wildcards, variables }: Reading): Token[] {
  const tokens: Token[] = [];
  let text = "";
  const push = (token: Token): void => {
    if (text !== "") tokens.push({ kind: "text", text });
    text = "";
    tokens.push(token);
  };
  for (let at = 0; at < pattern.length; ) {
    const character = pattern.charAt(at);
    if (variables && pattern.startsWith("${", at)) {
      const rest = pattern.slice(at, at + VARIABLE_CHARACTERS_MAX);
      const [whole, escaped] = ESCAPED.exec(rest) ?? [];
      const [variable, key, fallback] = VARIABLE.exec(rest) ?? [];
      if (whole !== undefined) text += escaped;
      else if (variable !== undefined && key !== undefined) push({ kind: "variable", key, fallback });
      else throw malformed("A policy variable is not well formed.");
      at += (whole ?? variable ?? "").length;
    } else {
      if (wildcards && character === "*") push({ kind: "any" });
      else if (wildcards && character === "?") push({ kind: "one" });
      else text += character;
      at++;
    }
  }
  if (text !== "") tokens.push({ kind: "text", text });
  return tokens;
}

const VARIABLE_CHARACTERS_MAX = 1024;

/** A stretch without `*`: its literal parts, with one character of any kind between two of them. */
type Piece = readonly string[];

/** Compiles a pattern that is matched whole. */
export function patternOf(pattern: string, reading: Reading): Matcher {
  return matcherOf(tokensOf(pattern, reading));
}

function matcherOf(tokens: readonly Token[]): Matcher {
  if (tokens.some(({ kind }) => kind === "variable")) {
    return (text, resolve) => {
      const pieces = piecesOf(tokens, resolve);
      return pieces !== undefined && matches(pieces, text);
    };
  }
  const pieces = piecesOf(tokens, () => undefined) ?? [];
  const [only = []] = pieces;
  const [literal = ""] = only;
  if (pieces.length === 1 && only.length === 1) return (text) => text === literal;
  if (pieces.length === 2 && pieces.every((piece) => piece.length === 1 && piece[0] === "")) return () => true;
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
  return pieces;
}

const lengthOf = (piece: Piece): number => piece.reduce((sum, part) => sum + part.length, piece.length - 1);

/** The first piece stands at the beginning, the last at the end, the others between them, each as far left as it can. */
function matches(pieces: readonly Piece[], text: string): boolean {
  const [first = [""], ...others] = pieces;
  const last = others.pop();
  if (!standsAt(first, text, 0)) return false;
  if (last === undefined) return text.length === lengthOf(first);
  const end = text.length - lengthOf(last);
  let at = lengthOf(first);
  for (const piece of others) {
    const found = find(piece, text, at, end);
    if (found === undefined) return false;
    at = found + lengthOf(piece);
  }
  return at <= end && standsAt(last, text, end);
}

function standsAt(piece: Piece, text: string, at: number): boolean {
  if (at < 0 || at + lengthOf(piece) > text.length) return false;
  let from = at;
  return piece.every((part) => {
    const stands = text.startsWith(part, from);
    from += part.length + 1;
    return stands;
  });
}

/** Looks for the longest part of a piece, and only where it stands for the others. */
function find(piece: Piece, text: string, from: number, end: number): number | undefined {
  const longest = piece.reduce((best, part, index) => (part.length > (piece[best] ?? "").length ? index : best), 0);
  const part = piece[longest] ?? "";
  const before = piece.slice(0, longest).reduce((sum, each) => sum + each.length + 1, 0);
  const latest = end - lengthOf(piece);
  for (let at = from; at <= latest; at++) {
    const found = text.indexOf(part, at + before) - before;
    if (found < at || found > latest) return undefined;
    if (standsAt(piece, text, found)) return found;
    at = found;
  }
  return undefined;
}

const ARN_PARTS = 6;

/** The parts of an ARN: five behind which a colon stands, and the rest. Undefined where there are fewer. */
function partsOf(text: string): readonly string[] | undefined {
  const parts = text.split(":");
  if (parts.length < ARN_PARTS) return undefined;
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(":")];
}

/** Compiles a pattern of an ARN, part by part: a wildcard crosses no colon but in the last part. `"*"` alone matches everything. */
export function arnPatternOf(pattern: string, { variables }: Pick<Reading, "variables">): Matcher | undefined {
  if (pattern === "*") return () => true;
  const parts = arnTokensOf(pattern, variables);
  if (parts === undefined) return undefined;
  const matchers = parts.map(matcherOf);
  return (text, resolve) => {
    const given = partsOf(text);
    return given !== undefined && matchers.every((matcher, at) => matcher(given[at] ?? "", resolve));
  };
}

/** A colon within a variable divides nothing. */
function arnTokensOf(pattern: string, variables: boolean): Token[][] | undefined {
  const parts: Token[][] = [[]];
  for (const token of tokensOf(pattern, { wildcards: true, variables })) {
    if (token.kind !== "text") {
      parts.at(-1)?.push(token);
      continue;
    }
    const texts = token.text.split(":");
    const cut = Math.min(texts.length - 1, ARN_PARTS - parts.length);
    const whole = [...texts.slice(0, cut), texts.slice(cut).join(":")];
    for (const [at, text] of whole.entries()) {
      if (at > 0) parts.push([]);
      if (text !== "") parts.at(-1)?.push({ kind: "text", text });
    }
  }
  return parts.length === ARN_PARTS ? parts : undefined;
}
