// `npm run bench:tail`: how long the slowest calls take, and how far D1 falls behind, under minutes of load without a pause.
//
// --minutes N · --connections 16,64 · --operation Encrypt,Decrypt,GenerateDataKey

import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { TrailDatabase } from "../../../src/cli/trail/database.ts";
import { deliveredOf, settled, trailOf } from "./backlog.ts";
import { pour } from "./load.ts";
import { createKey, loadNamed, loadsOf } from "./loads.ts";
import type { Load } from "./pairs.ts";
import { foreignLoadFromNow, quietMachine } from "./quiet.ts";
import { columnsOf } from "./rows.ts";
import { quantile, sorted } from "./statistics.ts";
import { onTarget, type Target } from "./target.ts";

/** At most so much of the median, by connections. */
const P99_AIMS: Readonly<Record<number, number>> = { 16: 5, 64: 4 };
const BACKLOG_SECONDS_AIM = 5;
/** Signatures live five minutes: so often, requests are signed anew and sent over new connections. */
const SIGNED_MS = 60_000;
const SAMPLE_MS = 1000;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    connections: { type: "string", default: "16,64" },
    operation: { type: "string", default: "Encrypt,Decrypt,GenerateDataKey" },
  },
});

interface Tail {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Records that D1 did not hold yet, in seconds of this load: the most there ever were, and those at its end. */
  readonly worstSeconds: number;
  readonly lastSeconds: number;
  /** What other processes took meanwhile, of one processor. */
  readonly foreignLoad: number;
}

await onTarget(measure);

async function measure(target: Target): Promise<void> {
  const loads = await loadsOf(target, await createKey(target));
  const trail = trailOf(target);
  const ready = quietMachine();
  console.log(
    "conn  what             req/s   p50 ms   p99 ms  p99/p50  aim           backlog s: worst   last  aim          foreign",
  );
  for (const connections of values.connections.split(",").map(Number)) {
    for (const name of values.operation.split(",")) {
      const load = loadNamed(name, loads);
      const delivered = await settled(trail);
      await ready();
      console.log(line(name, connections, await tailOf(load, connections, trail, delivered)));
    }
  }
}

/** @param before how many records D1 holds before it. */
async function tailOf(load: Load, connections: number, trail: TrailDatabase, before: number): Promise<Tail> {
  const latencies: number[] = [];
  const foreignLoad = foreignLoadFromNow();
  const begin = performance.now();
  const end = begin + Number(values.minutes) * 60_000;
  const backlogs: number[] = [];
  const sample = async (): Promise<void> => {
    const [answered, seconds] = [latencies.length, (performance.now() - begin) / 1000];
    const delivered = (await deliveredOf(trail)) - before;
    if (answered > 0) backlogs.push((Math.max(0, answered - delivered) * seconds) / answered);
  };
  const pourAll = async (): Promise<void> => {
    for (let left = end - begin; left > 0; left = end - performance.now())
      await pour(load.port, await load.prepare(), { connections, milliseconds: Math.min(left, SIGNED_MS), latencies });
  };
  const sampleUntilEnd = async (): Promise<void> => {
    for (; performance.now() < end; await pause(SAMPLE_MS)) await sample();
  };
  await Promise.all([pourAll(), sampleUntilEnd()]);
  const seconds = (performance.now() - begin) / 1000;
  const each = sorted(latencies);
  return {
    requestsPerSecond: each.length / seconds,
    p50Ms: quantile(each, 0.5),
    p99Ms: quantile(each, 0.99),
    worstSeconds: Math.max(...backlogs),
    lastSeconds: backlogs.at(-1) ?? Number.NaN,
    foreignLoad: foreignLoad(),
  };
}

function line(name: string, connections: number, tail: Tail): string {
  const { p50Ms, p99Ms, worstSeconds, lastSeconds, foreignLoad } = tail;
  const aim = P99_AIMS[connections];
  const columns = [
    ...columnsOf({ name, connections, ...tail }),
    (p99Ms / p50Ms).toFixed(1).padStart(8),
    (aim === undefined ? "" : ` ≤ ${aim} ${p99Ms <= aim * p50Ms ? "reached" : "missed"}`).padEnd(13),
    worstSeconds.toFixed(1).padStart(17),
    lastSeconds.toFixed(1).padStart(6),
    ` < ${BACKLOG_SECONDS_AIM} ${worstSeconds < BACKLOG_SECONDS_AIM ? "reached" : "missed"}`.padEnd(12),
    `${(foreignLoad * 100).toFixed(0)} %`.padStart(7),
  ];
  return columns.join(" ");
}
