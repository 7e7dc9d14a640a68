// Cross-origin resource sharing (Fetch standard, §3.2): pages of listed origins may call the service and read its answers. There are
// no cookies here and no wildcards: a page needs credentials of its own to sign with.

const METHODS = "GET, HEAD, POST";
const EXPOSED = "x-amzn-RequestId, x-amzn-ErrorType, Date";
const MAX_AGE_SECONDS = 600;
const ALLOWED_HEADER = /^(?:authorization|content-type|x-amz-[a-z0-9-]{1,64}|amz-sdk-[a-z0-9-]{1,64})$/;
const ALLOWED_HEADERS_MAX = 32;
const REQUESTED_CHARACTERS_MAX = 8192;

export class Cors {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: ReadonlySet<string>) {
    this.#origins = origins;
  }

  /** @returns the answer to a preflight request of a listed origin; undefined for every other request. */
  preflight({ method, headers }: Request): Response | undefined {
    if (method !== "OPTIONS" || !this.#lists(headers) || !headers.has("access-control-request-method")) return undefined;
    const allowed = allowedHeaders(headers.get("access-control-request-headers") ?? "");
    return new Response(null, {
      status: 204,
      headers: {
        "access-control-allow-methods": METHODS,
        ...(allowed === "" ? {} : { "access-control-allow-headers": allowed }),
        "access-control-max-age": String(MAX_AGE_SECONDS),
        vary: "Access-Control-Request-Method, Access-Control-Request-Headers",
      },
    });
  }

  /** Lets the pages of a listed origin read an answer. Caches are told that answers differ, whoever asks. */
  share({ headers }: Request, answer: Response): void {
    if (this.#origins.size === 0) return;
    answer.headers.append("vary", "Origin");
    if (!this.#lists(headers)) return;
    answer.headers.set("access-control-allow-origin", headers.get("origin") ?? "");
    answer.headers.set("access-control-expose-headers", EXPOSED);
  }

  #lists(headers: Headers): boolean {
    return this.#origins.has(headers.get("origin") ?? "");
  }
}

/** CORS has no wildcard within a name, so those names come back that were asked for and may be sent. */
function allowedHeaders(requested: string): string {
  if (requested.length > REQUESTED_CHARACTERS_MAX) return "";
  const names = requested.split(",").map((name) => name.trim().toLowerCase());
  return [...new Set(names.filter((name) => ALLOWED_HEADER.test(name)))].slice(0, ALLOWED_HEADERS_MAX).join(", ");
}
