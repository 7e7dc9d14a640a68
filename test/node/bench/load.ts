// Load on raw sockets: requests written as they were prepared, answers read as far as their length. A client that signs or parses
// would itself be what is measured.

import { connect, type Socket } from "node:net";

export interface Slice {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one processor that this client took. */
  readonly clientCpu: number;
}

const HEADER_END = Buffer.from("\r\n\r\n");

/** Sends `requests` in turn over so many connections, one at a time each. @throws Error on any answer but 200. */
export async function slice(
  port: number,
  requests: readonly Buffer[],
  connections: number,
  milliseconds: number,
): Promise<Slice> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const begin = performance.now();
  const end = begin + milliseconds;
  let next = 0;
  const request = (): Buffer => requests[next++ % requests.length] ?? Buffer.alloc(0);
  await Promise.all(sockets.map((socket) => exchange(socket, request, end, latencies)));
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  for (const socket of sockets) socket.destroy();
  latencies.sort((left, right) => left - right);
  const quantile = (share: number): number => latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN;
  return {
    requestsPerSecond: latencies.length / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    clientCpu: (user + system) / 1e6 / seconds,
  };
}

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true }, () => resolve(socket));
    socket.once("error", reject);
  });

function exchange(socket: Socket, request: () => Buffer, end: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    let sentAt = 0;
    const send = (): void => {
      sentAt = performance.now();
      socket.write(request());
    };
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the server closed the connection")));
    socket.on("data", (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const length = lengthOf(received);
      if (length === undefined || received.length < length) return;
      if (received.toString("latin1", 9, 12) !== "200") return reject(new Error(received.toString("utf8")));
      received = received.subarray(length);
      const now = performance.now();
      latencies.push(now - sentAt);
      if (now < end) send();
      else resolve();
    });
    send();
  });
}

/** Bytes of a whole answer, once its header is there. */
function lengthOf(received: Buffer): number | undefined {
  const at = received.indexOf(HEADER_END);
  if (at < 0) return undefined;
  const length = /content-length: (\d+)/i.exec(received.toString("latin1", 0, at))?.[1];
  if (length === undefined) throw new Error("an answer without its length");
  return at + HEADER_END.length + Number(length);
}
