// Load on raw sockets: requests written as they were prepared, answers read as far as their length. A client that signs or parses
// would itself be what is measured.

import { connect, type Socket } from "node:net";
import { quantile, sorted } from "./statistics.ts";

export interface Slice {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one processor that this client took. */
  readonly clientCpu: number;
  /** How often a connection was opened anew because the server had closed it after an answer. */
  readonly reopened: number;
}

const HEADER_END = Buffer.from("\r\n\r\n");
const NOTHING = Buffer.alloc(0);

/** Sends `requests` in turn over so many connections, one at a time each. @throws Error on any answer but 200. */
export async function slice(
  port: number,
  requests: readonly Buffer[],
  connections: number,
  milliseconds: number,
): Promise<Slice> {
  const latencies: number[] = [];
  const { seconds, clientCpu, reopened } = await pour(port, requests, { connections, milliseconds, latencies });
  const each = sorted(latencies);
  return {
    requests: each.length,
    requestsPerSecond: each.length / seconds,
    p50Ms: quantile(each, 0.5),
    p99Ms: quantile(each, 0.99),
    clientCpu,
    reopened,
  };
}

export interface Pouring {
  readonly connections: number;
  readonly milliseconds: number;
  /** Each answer adds its latency here as it comes: whoever holds the list can count them meanwhile. */
  readonly latencies: number[];
}

/** The load itself, as `slice` describes it. @returns what it took, all connections closed. */
export async function pour(
  port: number,
  requests: readonly Buffer[],
  { connections, milliseconds, latencies }: Pouring,
): Promise<{ seconds: number; clientCpu: number; reopened: number }> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
  const cpu = process.cpuUsage();
  const begin = performance.now();
  let sent = 0;
  const stream: Stream = {
    port,
    next: () => requests[sent++ % requests.length] ?? NOTHING,
    end: begin + milliseconds,
    latencies,
    sockets: new Set(sockets),
    reopened: 0,
  };
  try {
    await Promise.all(sockets.map((socket) => exchange(socket, stream)));
  } finally {
    for (const socket of stream.sockets) socket.destroy();
  }
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, clientCpu: (user + system) / 1e6 / seconds, reopened: stream.reopened };
}

/** What the connections of a load share. */
interface Stream {
  readonly port: number;
  readonly next: () => Buffer;
  readonly end: number;
  readonly latencies: number[];
  /** Those that are open. */
  readonly sockets: Set<Socket>;
  reopened: number;
}

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = open(port, () => resolve(socket));
    socket.once("error", reject);
  });

const open = (port: number, connected: () => void): Socket => connect({ host: "127.0.0.1", port, noDelay: true }, connected);

/**
 * One connection: a request, its answer, the next request. Where the server closes it after each answer, the next request opens another,
 * as any client of that server must: the time for that is part of the request's latency.
 */
function exchange(first: Socket, stream: Stream): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = NOTHING;
    let sentAt = 0;
    const send = (socket: Socket): void => void socket.write(stream.next());
    const reopen = (): void => {
      stream.reopened++;
      const socket = open(stream.port, () => send(socket));
      stream.sockets.add(socket);
      use(socket);
    };
    const use = (socket: Socket): void => {
      socket.on("error", reject);
      // Where the answer has announced it, the socket is no longer among those that are open.
      socket.on("close", () => {
        if (stream.sockets.has(socket)) reject(new Error("the server closed the connection"));
      });
      socket.on("data", (chunk) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        const answer = answerIn(received);
        if (answer === undefined) return;
        if (!answer.isGood) return reject(new Error(received.toString("utf8")));
        received = received.subarray(answer.length);
        const now = performance.now();
        stream.latencies.push(now - sentAt);
        if (now >= stream.end) return resolve();
        sentAt = now;
        if (!answer.closes) return send(socket);
        stream.sockets.delete(socket);
        socket.destroy();
        reopen();
      });
    };
    use(first);
    sentAt = performance.now();
    send(first);
  });
}

interface Answer {
  /** Whether it is a 200 that tells its length: this client reads no other. */
  readonly isGood: boolean;
  /** Of all of it, in bytes. */
  readonly length: number;
  /** Whether the server closes the connection behind it. */
  readonly closes: boolean;
}

/** @returns undefined until all of the answer is there. */
function answerIn(received: Buffer): Answer | undefined {
  const at = received.indexOf(HEADER_END);
  if (at < 0) return undefined;
  const header = received.toString("latin1", 0, at);
  const body = /\r\ncontent-length: (\d+)/i.exec(header)?.[1];
  const length = at + HEADER_END.length + Number(body ?? 0);
  if (received.length < length) return undefined;
  const isGood = header.slice("HTTP/1.1 ".length).startsWith("200") && body !== undefined;
  return { isGood, length, closes: /\r\nconnection: close/i.test(header) };
}
