// Cross-origin sharing through the whole front: what a page of a listed origin gets, and that nobody else gets any of it.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../../../src/env.ts";
import { Front } from "../../../src/front/front.ts";

const ORIGIN = "http://localhost:5173";
const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);

function setUp(CORS_ORIGINS?: string, LOOPBACK = "off") {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const vars = { ...env, LOOPBACK, ...(CORS_ORIGINS === undefined ? {} : { CORS_ORIGINS }) } as unknown as Env;
  const front = new Front(vars, { now: () => NOW, uuid: () => "a request id", log: (line) => lines.push(line) });
  const ask = async (method: string, headers: Record<string, string>): Promise<Response> => {
    const request = new Request("https://kms.example/", { method, headers });
    return front.finished(request, front.preflight(request) ?? (await front.call(request)));
  };
  return { ask, lines };
}

const preflight = (origin: string, requested = "authorization,content-type,x-amz-target") => ({
  origin,
  "access-control-request-method": "POST",
  "access-control-request-headers": requested,
});

const sharing = ({ headers }: Response): string[] => [...headers.keys()].filter((name) => name.startsWith("access-control-"));

describe("a preflight request", () => {
  it("of a listed origin is answered without a signature", async () => {
    const answer = await setUp(`https://a.example, ${ORIGIN}`).ask("OPTIONS", preflight(ORIGIN));
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    expect(Object.fromEntries(answer.headers)).toEqual({
      "access-control-allow-origin": ORIGIN,
      "access-control-allow-methods": "GET, HEAD, POST",
      "access-control-allow-headers": "authorization, content-type, x-amz-target",
      "access-control-expose-headers": "x-amzn-RequestId, x-amzn-ErrorType, Date",
      "access-control-max-age": "600",
      vary: "Access-Control-Request-Method, Access-Control-Request-Headers, Origin",
    });
  });

  it("is allowed the headers that clients send, and no others", async () => {
    const sent = ["Authorization", "amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent", "x-amz-content-sha256"];
    const others = ["cookie", "x-amz", "x-amz-", "x-api-key", "x-amz-a b", `x-amz-${"a".repeat(65)}`, "*", ""];
    const answer = await setUp(ORIGIN).ask("OPTIONS", preflight(ORIGIN, [...sent, ...others, "AUTHORIZATION"].join(", ")));
    expect(answer.headers.get("access-control-allow-headers")).toBe(sent.join(", ").toLowerCase());
  });

  it("is allowed no endless list", async () => {
    const names = Array.from({ length: 500 }, (_, at) => `x-amz-${at}`);
    const { ask } = setUp(ORIGIN);
    const answer = await ask("OPTIONS", preflight(ORIGIN, names.join(",")));
    expect(answer.headers.get("access-control-allow-headers")).toBe(names.slice(0, 32).join(", "));
    const longer = await ask("OPTIONS", preflight(ORIGIN, names.join(",").repeat(10)));
    expect([longer.status, longer.headers.has("access-control-allow-headers")]).toEqual([204, false]);
  });

  it("that names no header is told of none", async () => {
    const answer = await setUp(ORIGIN).ask("OPTIONS", { origin: ORIGIN, "access-control-request-method": "POST" });
    expect([answer.status, answer.headers.has("access-control-allow-headers")]).toEqual([204, false]);
  });

  it("is one only with its method: OPTIONS without it wants a signature", async () => {
    expect((await setUp(ORIGIN).ask("OPTIONS", { origin: ORIGIN })).status).toBe(400);
  });

  it.each([
    "https://evil.example",
    "null",
    "*",
    `${ORIGIN}/`,
    `${ORIGIN}.evil.example`,
    "HTTP://LOCALHOST:5173",
    "http://localhost",
    "",
  ])("of another origin is the request that it would be without CORS: %j", async (origin) => {
    const answer = await setUp(ORIGIN).ask("OPTIONS", preflight(origin));
    expect([answer.status, sharing(answer)]).toEqual([400, []]);
    expect(await answer.json()).toMatchObject({ __type: "MissingAuthenticationTokenException" });
  });
});

describe("an answer", () => {
  it("divergence: is shared with pages of listed origins: one can read a refusal too", async () => {
    const answer = await setUp(ORIGIN).ask("POST", { origin: ORIGIN });
    expect(answer.status).toBe(400);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "access-control-allow-origin": ORIGIN,
      "access-control-expose-headers": "x-amzn-RequestId, x-amzn-ErrorType, Date",
      vary: "Origin",
    });
    expect(answer.headers.has("access-control-allow-credentials")).toBe(false);
  });

  it("to anybody else is shared with nobody, and caches are told that it might have been", async () => {
    for (const headers of [{}, { origin: "https://evil.example" }, { origin: `${ORIGIN}, ${ORIGIN}` }]) {
      const answer = await setUp(ORIGIN).ask("POST", headers);
      expect([sharing(answer), answer.headers.get("vary")]).toEqual([[], "Origin"]);
    }
  });

  it("divergence: has no header of CORS where no origin is listed", async () => {
    const { ask } = setUp();
    for (const method of ["POST", "OPTIONS"]) {
      const answer = await ask(method, preflight(ORIGIN));
      expect(Object.fromEntries(answer.headers)).toEqual({
        "content-type": "application/x-amz-json-1.1",
        "x-amzn-requestid": "a request id",
      });
    }
  });

  it("is shared with nobody where the list cannot be read, and the log says why", async () => {
    const { ask, lines } = setUp(`${ORIGIN} *`);
    const answer = await ask("POST", { origin: ORIGIN });
    expect([answer.status, sharing(answer)]).toEqual([400, []]);
    expect(lines[0]).toMatchObject({ event: "CORS_ORIGINS refused", message: expect.stringContaining(": *") });
  });

  it("of the loopback server has a Date, by which clients correct their clocks", async () => {
    const request = { origin: ORIGIN };
    expect((await setUp(undefined, "on").ask("POST", request)).headers.get("date")).toBe("Tue, 24 Nov 2026 12:00:00 GMT");
    expect((await setUp(undefined, "off").ask("POST", request)).headers.has("date")).toBe(false);
  });
});
