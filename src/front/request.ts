// A request as it came over the wire: its line, its source, and whether it came by TLS.

import type { ObjectCall } from "../durable/call.ts";
import type { Env } from "../env.ts";
import { ApiError } from "../wire/api-error.ts";

/** What a front is given from outside. */
export interface Effects {
  now(): number;
  /** A random UUID. */
  uuid(): string;
  log(line: Readonly<Record<string, unknown>>): void;
}

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

/** Plain http is served on the loopback server alone. @throws ApiError AccessDeniedException. */
export function requireSecure({ secure }: RequestParts, { LOOPBACK }: Env): void {
  if (!secure && LOOPBACK !== "on") throw new ApiError("AccessDeniedException", "Requests must be made over HTTPS.");
}

/** Whether a request says that its body is a form, as those of Query services are. */
export const isForm = (headers: Headers): boolean =>
  /^application\/x-www-form-urlencoded[\t ]*(?:;|$)/i.test(headers.get("content-type") ?? "");

type Source = Pick<ObjectCall, "sourceAddress" | "userAgent" | "secure" | "tlsVersion" | "cipherSuite">;

/**
 * Where a request came from, and by what way. Whether it is secure is told by its scheme: Miniflare shows a TLS version of requests over plain http,
 * and a Worker that calls over a service binding shows none.
 */
export function sourceOf(request: Request, { secure }: RequestParts, { LOOPBACK }: Env): Source {
  const { headers } = request;
  const userAgent = headers.get("user-agent") ?? "";
  // On the loopback server a header that names an address is the caller's own word, and there is no TLS.
  if (LOOPBACK === "on") return { sourceAddress: "127.0.0.1", userAgent, secure: false };
  const { tlsVersion, tlsCipher } = (request.cf ?? {}) as { tlsVersion?: string; tlsCipher?: string };
  return { sourceAddress: headers.get("cf-connecting-ip") ?? "", userAgent, secure, tlsVersion, cipherSuite: tlsCipher };
}
