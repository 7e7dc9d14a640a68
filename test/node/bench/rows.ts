// What a bench prints: a line for each load and count of connections.

import type { Compared } from "./pairs.ts";
import { median, printedQuartiles, type Spread, spreadOf } from "./statistics.ts";

const CLIENT_CPU_MAX = 0.8;

export interface Row {
  readonly name: string;
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly ratio: Spread;
  readonly aim: number | undefined;
  readonly clientCpu: number;
}

export const HEADING = "conn  what             req/s   p50 ms   p99 ms  ratio  quartiles  client";

export function rowOf(name: string, connections: number, { ratios, slices }: Compared, aim: number | undefined): Row {
  return {
    name,
    connections,
    requestsPerSecond: median(slices.map((one) => one.requestsPerSecond)),
    p50Ms: median(slices.map((one) => one.p50Ms)),
    p99Ms: median(slices.map((one) => one.p99Ms)),
    ratio: spreadOf(ratios),
    aim,
    clientCpu: Math.max(...slices.map((one) => one.clientCpu)),
  };
}

type Measured = Pick<Row, "name" | "connections" | "requestsPerSecond" | "p50Ms" | "p99Ms">;

/** The first columns of each bench's lines. */
export const columnsOf = ({ name, connections, requestsPerSecond, p50Ms, p99Ms }: Measured): string[] => [
  String(connections).padStart(4),
  name.padEnd(15),
  requestsPerSecond.toFixed(0).padStart(6),
  p50Ms.toFixed(2).padStart(8),
  p99Ms.toFixed(2).padStart(8),
];

export function line(row: Row): string {
  const { ratio, aim, clientCpu } = row;
  const columns = [
    ...columnsOf(row),
    ratio.median.toFixed(2).padStart(6),
    printedQuartiles(ratio).padEnd(10),
    `${(clientCpu * 100).toFixed(0)} %`.padStart(5),
    aim === undefined ? "" : `aim ${aim.toFixed(2)} ${ratio.median >= aim ? "reached" : "missed"}`,
  ];
  return columns.join(" ");
}

/** Where the client itself was the limit, nothing was measured: says so, and lets the run fail. */
export function refuseBusyClient(rows: readonly Pick<Row, "name" | "connections" | "clientCpu">[]): void {
  const busy = rows
    .filter(({ clientCpu }) => clientCpu > CLIENT_CPU_MAX)
    .map(({ name, connections }) => `${name}@${connections}`);
  if (busy.length === 0) return;
  console.error(`the client itself was the limit (more than ${CLIENT_CPU_MAX * 100} % of a processor): ${busy.join(", ")}`);
  process.exitCode = 1;
}
