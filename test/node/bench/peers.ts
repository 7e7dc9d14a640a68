// `npm run bench -- --peers`: Edgekeep beside what others run for the same purpose, in one run by rounds of a slice each.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../../../src/cli/arguments.ts";
import { interruption } from "./interruption.ts";
import type { Slice } from "./load.ts";
import { createKey, loadNamed, loadsOf } from "./loads.ts";
import { moto } from "./moto.ts";
import { openbao } from "./openbao.ts";
import type { Extent, Load } from "./pairs.ts";
import type { Peer, Serving } from "./peer.ts";
import { quietMachine } from "./quiet.ts";
import { inRounds, ratiosOf, restedSlice } from "./rounds.ts";
import { refuseBusyClient } from "./rows.ts";
import { median, printedQuartiles, type Spread, spreadOf } from "./statistics.ts";
import { startTarget } from "./target.ts";

const edgekeep: Peer = {
  name: "Edgekeep",
  async start() {
    const target = await startTarget();
    return { cpuSeconds: target.cpuSeconds, stop: target.stop, loads: async () => loadsOf(target, await createKey(target)) };
  },
};

interface Measured {
  readonly name: string;
  readonly loads: Readonly<Record<string, Load>>;
  readonly cpuSeconds: () => number;
}

/** A slice, and what it has cost the server up to the end of the rest behind it: what a server puts off is its cost too. */
interface Taken {
  readonly slice: Slice;
  readonly serverSeconds: number;
}

interface PeerRow {
  readonly connections: number;
  readonly operation: string;
  readonly name: string;
  readonly requestsPerSecond: number;
  /** Requests for each second of processor time that the server took. */
  readonly requestsPerCore: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Edgekeep's requests a second over this server's; undefined for Edgekeep itself. */
  readonly ratio: Spread | undefined;
  readonly clientCpu: number;
  /** Whether the server closes each connection after one answer. */
  readonly reopens: boolean;
}

/** @param operations those of KMS. */
export async function measurePeers(extents: readonly Extent[], operations: readonly string[], json: boolean): Promise<void> {
  const interrupted = interruption();
  const folder = mkdtempSync(join(tmpdir(), "edgekeep-peers-"));
  const starting: Promise<Serving>[] = [];
  const start = (peer: Peer): Promise<Serving> => {
    const serving = peer.start(folder);
    starting.push(serving);
    return serving;
  };
  const measure = async (): Promise<void> => {
    const measured = await startAll(start);
    const ready = quietMachine();
    const rows: PeerRow[] = [];
    if (!json) console.log(HEADING);
    for (const extent of extents) {
      for (const operation of operations) {
        const more = await rowsOf(operation, extent, measured, ready);
        rows.push(...more);
        if (!json) for (const row of more) console.log(line(row));
      }
    }
    console.log(json ? JSON.stringify(rows, undefined, 2) : `\n${whatEachDoes()}`);
    refuseBusyClient(rows.map((row) => ({ ...row, name: `${row.name} ${row.operation}` })));
  };
  try {
    await Promise.race([measure(), interrupted]);
  } finally {
    for (const started of await Promise.allSettled(starting)) if (started.status === "fulfilled") await started.value.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns Edgekeep first, then the peers that are installed. */
async function startAll(start: (peer: Peer) => Promise<Serving>): Promise<Measured[]> {
  const withKey = async ({ name }: Peer, serving: Serving): Promise<Measured> => ({
    ...serving,
    name,
    loads: await serving.loads(),
  });
  const measured = [await withKey(edgekeep, await start(edgekeep))];
  for (const peer of [moto, openbao]) {
    const serving = await start(peer).catch(({ message }: Error) => console.error(`${peer.name} is not measured: ${message}`));
    if (serving !== undefined) measured.push(await withKey(peer, serving));
  }
  return measured;
}

async function rowsOf(
  operation: string,
  extent: Extent,
  measured: readonly Measured[],
  ready: () => Promise<void>,
): Promise<PeerRow[]> {
  const measurements = measured.map(({ loads, cpuSeconds }) => async (): Promise<Taken> => {
    const before = cpuSeconds();
    const slice = await restedSlice(loadNamed(operation, loads), extent);
    return { slice, serverSeconds: cpuSeconds() - before };
  });
  const [ours = [], ...others] = await inRounds(measurements, extent.pairs, ready);
  const ourSlices = ours.map(({ slice }) => slice);
  return [ours, ...others].map((taken, at) => {
    const slices = taken.map(({ slice }) => slice);
    return {
      connections: extent.connections,
      operation,
      name: measured[at]?.name ?? "",
      requestsPerSecond: median(slices.map(({ requestsPerSecond }) => requestsPerSecond)),
      requestsPerCore: median(taken.map(({ slice, serverSeconds }) => slice.requests / serverSeconds)),
      p50Ms: median(slices.map(({ p50Ms }) => p50Ms)),
      p99Ms: median(slices.map(({ p99Ms }) => p99Ms)),
      ratio: at === 0 ? undefined : spreadOf(ratiosOf(ourSlices, slices)),
      clientCpu: Math.max(...slices.map(({ clientCpu }) => clientCpu)),
      reopens: slices.some(({ reopened }) => reopened > 0),
    };
  });
}

const HEADING = "conn  what            server     req/s  per core   p50 ms   p99 ms  Edgekeep's ratio  quartiles  client";

function line(row: PeerRow): string {
  const { connections, operation, name, requestsPerSecond, requestsPerCore, p50Ms, p99Ms, ratio, clientCpu, reopens } = row;
  const columns = [
    String(connections).padStart(4),
    operation.padEnd(15),
    name.padEnd(9),
    requestsPerSecond.toFixed(0).padStart(6),
    requestsPerCore.toFixed(0).padStart(9),
    p50Ms.toFixed(2).padStart(8),
    p99Ms.toFixed(2).padStart(8),
    (ratio?.median.toFixed(2) ?? "").padStart(17),
    (ratio === undefined ? "" : printedQuartiles(ratio)).padStart(10),
    `${(clientCpu * 100).toFixed(0)} %`.padStart(7),
    reopens ? " a connection a request" : "",
  ];
  return columns.join(" ").trimEnd();
}

/** The table of docs/performance.md: without it, the figures compare what is not the same. */
function whatEachDoes(): string {
  const text = readFileSync(join(CHECKOUT, "docs/performance.md"), "utf8");
  const table = /\n## What each peer does.*?\n(\|.*?)\n\n/s.exec(text)?.[1];
  if (table === undefined) throw new Error("docs/performance.md has no table of what each peer does");
  return table;
}
