// The benches' load generator, against servers that answer as those under measurement do.

import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { slice } from "../bench/load.ts";
import { plainCall } from "../bench/requests.ts";

const CONNECTIONS = 2;
const MILLISECONDS = 100;
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function loadOn(listener: RequestListener): Promise<ReturnType<typeof slice>> {
  server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return slice(port, [plainCall(port, "/", "a body")], CONNECTIONS, MILLISECONDS);
}

it("every answer is counted, also one that comes in pieces", async () => {
  let answers = 0;
  const { requests, reopened, p50Ms } = await loadOn((_, response) => {
    answers++;
    response.writeHead(200, { "content-length": 6 });
    response.write("abc");
    setTimeout(() => response.end("def"), 2);
  });
  expect(requests).toBe(answers);
  expect(p50Ms).toBeGreaterThan(1);
  expect((p50Ms * requests) / CONNECTIONS).toBeLessThan(3 * MILLISECONDS); // one after the other, each timed from its own beginning
  expect(reopened).toBe(0);
});

it("a server that closes after each answer gets a new connection for each request", async () => {
  const connections = new Set<Socket>();
  const { requests, reopened } = await loadOn(({ socket }, response) => {
    connections.add(socket);
    response.writeHead(200, { connection: "close", "content-length": 2 }).end("ok");
  });
  expect(requests).toBe(connections.size);
  expect(requests).toBeGreaterThan(CONNECTIONS);
  expect(reopened).toBe(requests - CONNECTIONS);
});

it.each<[string, RequestListener, RegExp]>([
  ["a refusal", (_, response) => void response.writeHead(400, { "content-length": 2 }).end("no"), /^HTTP\/1\.1 400/],
  ["an answer that does not tell its length", (_, response) => void response.writeHead(200).end("ok"), /^HTTP\/1\.1 200/],
  ["an end without an answer", (request) => void request.socket.destroy(), /^the server closed the connection$/],
])("%s ends the load", async (_, listener, message) => {
  await expect(loadOn(listener)).rejects.toThrow(message);
});
