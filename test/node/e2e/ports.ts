// What every port of a server says to whoever connects and knows no secret of it.

import { connect } from "node:net";
import { expect } from "vitest";
import { eventually, familyOf, listeningSockets } from "./processes.ts";

const LOOPBACK_HEX = ["0100007F", "0000000000000000FFFF00000100007F"];
const ANSWER_MS_MAX = 2_000;
/** What follows a head does so at once. */
const BODY_MS = 50;

/** What inspectors serve: Node's, workerd's, wrangler's proxy of it. */
const INSPECTOR = ["/json", "/json/list", "/json/version", "/json/protocol"];
const SOCKETS = ["/", "/ws", "/core:user:edgekeep", "/edgekeep", "/cdn-cgi/InspectorProxyWorker/websocket"];

/** Admin pages of Miniflare and wrangler, as older versions had them and as these do. */
const ADMIN = [
  "",
  "explorer",
  "explorer/",
  "explorer/api",
  "explorer/api/d1/database",
  "explorer/api/storage/kv/namespaces",
  "local/explorer",
  "local/explorer/",
  "local/explorer/api",
  "local/explorer/api/d1/database",
  "local/explorer/api/local/workers",
  "local/explorer/api/workers/durable_objects/namespaces",
  "local/explorer/api/local/observability/query",
  "handler/scheduled",
  "handler/email",
  "local/scheduled",
  "local/email",
  "local/platform-proxy",
  "platform-proxy",
  "local/r2/public",
  "local/r2/s3",
  "mf/scheduled",
  "mf/reload",
  "ProxyWorker/play",
  "trace",
].map((path) => `/cdn-cgi/${path}`);
const LOOPBACK = [
  "/core/public-url",
  "/core/dev-registry",
  "/core/do-storage/edgekeep-RegionalKeyStore",
  "/core/store-temp-file",
];

/** Of each port on which a process of the family listens: loopback alone, no inspector, no admin page, no secret. */
export async function expectPortsToTellNothing(ancestor: number, served: number, secrets: readonly string[]): Promise<void> {
  // A server is found at the port that it names before anything else is asked, so that no port is missed for being late.
  const sockets = await eventually("its port", () => {
    const found = listeningSockets(familyOf(ancestor));
    return found.some((socket) => portOf(socket) === served) ? found : undefined;
  });
  expect(sockets.filter((socket) => !LOOPBACK_HEX.includes(String(socket.split(":")[0])))).toEqual([]);
  for (const port of sockets.map(portOf)) {
    for (const path of [...INSPECTOR, ...ADMIN, ...LOOPBACK])
      for (const method of ["GET", "POST"]) {
        const answer = await raw(
          port,
          `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
        );
        const what = `${method} http://127.0.0.1:${port}${path}`;
        expect(statusOf(answer), `${what}: ${answer.slice(0, 300)}`).toBeOneOf([400, 403, 404, 405]);
        expect(answer, what).not.toMatch(/devtools|webSocketDebuggerUrl|<html|RegionalKeyStore|AUDIT/i);
        expect(
          secrets.filter((secret) => answer.includes(secret)),
          what,
        ).toEqual([]);
      }
    for (const path of SOCKETS) {
      const upgrade = [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, "Connection: Upgrade", "Upgrade: websocket"];
      const key = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Origin: http://evil.example"];
      const answer = await raw(port, `${[...upgrade, ...key].join("\r\n")}\r\n\r\n`);
      expect(statusOf(answer), `a WebSocket at port ${port}${path}: ${answer.slice(0, 300)}`).not.toBe(101);
    }
  }
}

const portOf = (socket: string): number => Number.parseInt(String(socket.split(":")[1]), 16);

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

/** By hand, because fetch forbids an upgrade. A connection that is held open has said by then what it says. */
function raw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect({ host: "127.0.0.1", port }, () => socket.write(request));
    socket.setTimeout(ANSWER_MS_MAX, () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (text.includes("\r\n\r\n")) socket.setTimeout(BODY_MS);
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}
