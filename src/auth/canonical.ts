// The canonical request of Signature Version 4: what was signed, rebuilt. Source: AWS, "Create a signed AWS API request", step 1.

import { utf8 } from "../wire/bytes.ts";

/** A request's headers, as `Headers` gives them: by their names, the values of a repeated one joined with a comma. */
export interface NamedHeaders {
  get(name: string): string | null;
}

/** What stands before a request's body, as it was on the wire. */
export interface RequestHead {
  readonly method: string;
  /** As on the request line, still percent-encoded, without the query. */
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
  readonly headers: NamedHeaders;
}

export interface SignedRequest extends RequestHead {
  readonly body: string;
}

/** Which headers a request says were signed, and those of them that are there. */
export interface SignedHeaders {
  readonly signedHeaders: readonly string[];
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/** A proxy may leave it out of a body that is sent in chunks. */
export const CONTENT_LENGTH = "content-length";

/** The canonical request. `normalize` is false for S3 alone. */
export function canonicalRequest(request: SignedRequest, claim: SignedHeaders, payloadHash: string, normalize = true): string {
  const headers = claim.signedHeaders.map((name) => `${name}:${signedValue(name, claim, request)}\n`).join("");
  return `${request.method}\n${canonicalPath(request.path, normalize)}\n${canonicalQuery(request.query)}\n${headers}\n${claim.signedHeaders.join(";")}\n${payloadHash}`;
}

function signedValue(name: string, { headers }: SignedHeaders, { body }: SignedRequest): string {
  const value = headers.get(name) ?? "";
  // A body sent in chunks has lost its length on the way here; what was signed is what it has.
  return name === CONTENT_LENGTH && value === "" ? String(utf8(body).byteLength) : value;
}

/** Percent-encoding of all but RFC 3986's unreserved characters. */
const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The path as it is signed. `normalize` is false for S3 alone. */
export function canonicalPath(path: string, normalize = true): string {
  if (path === "/") return path;
  if (!normalize) return path.split("/").map(encode).join("/");
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(encode(segment));
  }
  const trailing = kept.length > 0 && path.endsWith("/") ? "/" : ""; // as signers do: "/a/." has none
  return `/${kept.join("/")}${trailing}`;
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  const pairs = query.split("&").map((pair) => {
    const at = pair.indexOf("=");
    return at < 0 ? ([recode(pair), ""] as const) : ([recode(pair.slice(0, at)), recode(pair.slice(at + 1))] as const);
  });
  const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  pairs.sort(([a, x], [b, y]) => byText(a, b) || byText(x, y));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

function recode(text: string): string {
  try {
    return encode(decodeURIComponent(text));
  } catch {
    return encode(text); // a stray % stands for itself
  }
}
