// The front of the real server, by HTTP: bodies held back, URLs of any shape and length, the Date that clients go by.

import { existsSync } from "node:fs";
import { CreateKeyCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { expect, test, vi } from "vitest";
import { kmsClient, newState, run, startServer } from "./edgekeep.ts";
import { ask, exchange } from "./raw-http.ts";

const HELD_CONNECTIONS = 100;
const AT_ONCE_MS = 3_000;
const URL_PATIENCE_MS = 1_000;
const CLAIM_OF_NOBODY =
  "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261124/us-east-1/kms/aws4_request, SignedHeaders=host;x-amz-date, Signature=00\r\nX-Amz-Date: 20261124T120000Z\r\n";

test(`${HELD_CONNECTIONS} connections that hold back their bodies without a good claim are answered at once, and hold back nobody`, async () => {
  const state = newState();
  const server = await startServer(state);
  const heads = ["", CLAIM_OF_NOBODY];
  const lengths = ["Content-Length: 1000\r\n", "Content-Length: 1048577\r\n", "Transfer-Encoding: chunked\r\n"];
  const begin = performance.now();
  const held = Array.from({ length: HELD_CONNECTIONS }, (_, at) =>
    exchange(server.port, `POST / HTTP/1.1\r\nHost: a\r\n${heads[at % 2]}${lengths[at % 3]}\r\n`),
  );
  const { KeyMetadata } = await kmsClient(state).send(new CreateKeyCommand({}));
  expect(KeyMetadata?.KeyId).toBeDefined();
  const answers = await Promise.all(held);
  expect(performance.now() - begin).toBeLessThan(AT_ONCE_MS);
  for (const [at, { status, body, socket }] of answers.entries()) {
    expect(status).toBe(400);
    expect(JSON.parse(body).__type).toBe(at % 2 === 0 ? "MissingAuthenticationTokenException" : "UnrecognizedClientException");
    socket.destroy();
  }
  await server.stop("npm");
});

test("a URL of any length or shape takes little time and is no fault of the server's, on every route", async () => {
  const server = await startServer(newState());
  const fill = (unit: string, characters = 60_000) => unit.repeat(Math.floor(characters / unit.length));
  const numbered = Array.from({ length: 8_000 }, (_, at) => `${at}=`).join("&");
  const tails = ["", "?", "?a", "?%", "#x", "//", "/..", "/%2e%2e", "/\\", "?__proto__=1&__proto__=2"];
  const longs = [
    `?${fill("a&")}`,
    `?${fill("a=1&")}`,
    `?${fill("&")}`,
    `?${fill("%")}`,
    `?${numbered}`,
    fill("/"),
    fill("/a"),
    fill("/.."),
    fill("%2f"),
  ];
  for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
    for (const path of ["/", "/health", "/cdn-cgi/"]) {
      for (const tail of [...tails, ...longs]) {
        const begin = performance.now();
        const { status } = await ask(server.port, `${method} ${path}${tail} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`);
        const shown = `${method} ${path}${tail.slice(0, 20)} (${tail.length})`;
        expect(status, shown).toBeLessThan(500);
        expect(performance.now() - begin, shown).toBeLessThan(URL_PATIENCE_MS);
      }
    }
  }
  for (const target of ["*", "foo:bar", "http://other", "http://other?x/y", "https://kms.example/", "//a//b"])
    expect((await ask(server.port, `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)).status, target).toBe(400);
  for (const host of ["", "a, b", "a/b", "a?b", "[::1", "a:99999"])
    expect((await ask(server.port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).status, host).toBe(400);
  await server.stop("npm");
});

test("HEAD /health is GET /health without its body", async () => {
  const server = await startServer(newState());
  const [get, head] = await Promise.all(
    ["GET", "HEAD"].map((method) => ask(server.port, `${method} /health?x HTTP/1.1\r\nHost: a\r\n\r\n`)),
  );
  expect([get?.status, get?.body]).toEqual([200, '{"status":"ok"}']);
  expect([head?.status, head?.body, head?.headers.get("content-type")]).toEqual([200, "", "application/json"]);
  await server.stop("npm");
});

test("every answer has a Date", async () => {
  const server = await startServer(newState(), "--cors-origins", "http://localhost:5173");
  const preflight = "Origin: http://localhost:5173\r\nAccess-Control-Request-Method: POST\r\n";
  const other = CLAIM_OF_NOBODY.replace("/kms/", "/s3/");
  for (const [request, status] of [
    ["GET /health", 200],
    ["HEAD /health", 200],
    ["GET /cdn-cgi/x", 404],
    ["GET /", 400],
    ["GET /nowhere?x", 400],
    [`POST /\r\n${CLAIM_OF_NOBODY}`, 400],
    [`GET /\r\n${other}`, 400],
    [`OPTIONS /\r\n${preflight}`, 204],
  ] as const) {
    const [line = "", ...headers] = request.split("\r\n");
    const sent = `${line} HTTP/1.1\r\n${headers
      .filter((header) => header !== "")
      .map((header) => `${header}\r\n`)
      .join("")}Host: a\r\n\r\n`;
    const answer = await ask(server.port, sent);
    expect(answer.status, request).toBe(status);
    const date = answer.headers.get("date") ?? "";
    expect(new Date(date).toUTCString(), request).toBe(date);
    expect(Math.abs(Date.parse(date) - Date.now()), request).toBeLessThan(5_000);
  }
  await server.stop("npm");
});

test.each([20, -20])("an SDK whose clock is %i minutes off puts itself right by the Date of a refusal", async (minutes) => {
  const state = newState();
  const server = await startServer(state);
  const kms = kmsClient(state, { maxAttempts: 3 });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + minutes * 60_000 });
  try {
    const { Keys, $metadata } = await kms.send(new ListKeysCommand({}));
    expect([Keys, $metadata.attempts]).toEqual([[], 2]);
    expect((await kms.send(new ListKeysCommand({}))).$metadata.attempts).toBe(1);
  } finally {
    vi.useRealTimers();
  }
  kms.destroy();
  await server.stop("npm");
});

test.each(["*", "null", "http://localhost:5173/", "localhost:5173"])(
  "npm start refuses the origin %s, and makes nothing",
  async (origin) => {
    const state = newState();
    const { code, stdout, stderr } = await run("start", ["--state", state, "--cors-origins", origin]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(
      "edgekeep: --cors-origins takes exact origins with commas between them, such as http://localhost:5173: no path, no *\n",
    );
    expect(existsSync(state)).toBe(false);
  },
);
