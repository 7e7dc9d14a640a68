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

type Source = Pick<ObjectCall, "sourceAddress" | "userAgent" | "tlsVersion" | "cipherSuite">;

export function sourceOf({ headers, cf }: Request, { LOOPBACK }: Env): Source {
  const { tlsVersion, tlsCipher } = (cf ?? {}) as { tlsVersion?: string; tlsCipher?: string };
  const loopback = LOOPBACK === "on";
  return {
    // On the loopback server a header of that name is the caller's own word.
    sourceAddress: loopback ? "127.0.0.1" : (headers.get("cf-connecting-ip") ?? ""),
    userAgent: headers.get("user-agent") ?? "",
    ...(loopback || tlsVersion === undefined ? {} : { tlsVersion }),
    ...(loopback || tlsCipher === undefined ? {} : { cipherSuite: tlsCipher }),
  };
}
