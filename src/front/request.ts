// A request's line, as it stood on the wire.

export interface RequestParts {
  readonly secure: boolean;
  /** Still percent-encoded. */
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
}

/** Takes a URL apart without parsing it: parsed, it would be another than was signed, or none. */
export function partsOf(url: string): RequestParts {
  const mark = url.indexOf("?");
  const end = mark < 0 ? url.length : mark;
  const begin = url.indexOf("/", "https://".length);
  const path = begin < 0 || begin > end ? "/" : url.slice(begin, end);
  return { secure: url.startsWith("https:"), path, query: url.slice(end + 1) };
}
