// `npm run bench:profile`: which functions make the garbage of a call, and which take its time, by workerd's inspector. The server is this
// program's own, without what `npm start` has around it, and with the inspector that no server of ours ever opens.
//
// --operation Encrypt · --connections 16 · --seconds 5 · --rows 25 · --checkout DIR: whose Worker it is · --time: time instead of garbage

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { CHECKOUT } from "../../../src/cli/arguments.ts";
import { bundleWorker } from "../../../src/cli/server/bundle.ts";
import { LOCAL_VARIABLES } from "../../../src/cli/server/local-variables.ts";
import { applyMigrations } from "../../../src/cli/server/migrations.ts";
import { HOST } from "../../../src/cli/server/port.ts";
import { readSettings } from "../../../src/cli/server/settings.ts";
import { Inspector } from "./inspector.ts";
import { slice } from "./load.ts";
import { createKey, loadNamed, loadsOf } from "./loads.ts";
import { bytesByFunction, type Costs, microsecondsByFunction } from "./profiles.ts";
import { edgekeepAt } from "./target.ts";

/** A sample each so many bytes, on average: fine enough for what a call makes of one object. */
const SAMPLING_BYTES = 512;
const SAMPLING_MICROSECONDS = 100;

const { values } = parseArgs({
  options: {
    operation: { type: "string", default: "Encrypt" },
    connections: { type: "string", default: "16" },
    seconds: { type: "string", default: "5" },
    rows: { type: "string", default: "25" },
    checkout: { type: "string", default: CHECKOUT },
    time: { type: "boolean", default: false },
  },
});

const state = mkdtempSync(join(tmpdir(), "edgekeep-profile-"));
const rootKeys = randomBytes(32).toString("base64");
const miniflare = await startWorker();
try {
  await profile();
} finally {
  await miniflare.dispose();
  rmSync(state, { recursive: true, force: true });
}

async function startWorker(): Promise<Miniflare> {
  const { name, compatibilityDate, compatibilityFlags, vars, objects, database } = readSettings();
  const classes = Object.entries(objects).map(([binding, className]) => [binding, { className, useSQLite: true }] as const);
  const options = {
    ...{ name, compatibilityDate, compatibilityFlags, modules: true, cf: false, host: HOST, logRequests: false },
    script: await bundleWorker(join(values.checkout, "src/worker.ts")),
    bindings: { ...vars, ...LOCAL_VARIABLES, ROOT_KEYS: rootKeys },
    durableObjects: Object.fromEntries(classes),
    d1Databases: { [database.binding]: database.id },
    unsafeDirectSockets: [{ host: HOST, port: 0 }],
    inspectorPort: 0,
    resourcePersistencePath: state,
  };
  const started = new Miniflare(convertV4MiniflareOptions(options as Parameters<typeof convertV4MiniflareOptions>[0]));
  await applyMigrations(await started.getD1Database(database.binding), join(values.checkout, "migrations"));
  return started;
}

async function profile(): Promise<void> {
  const target = edgekeepAt(Number((await miniflare.unsafeGetDirectURL()).port), rootKeys);
  const load = loadNamed(values.operation, await loadsOf(target, await createKey(target)));
  const [connections, milliseconds] = [Number(values.connections), Number(values.seconds) * 1000];
  const run = async () => slice(load.port, await load.prepare(), connections, milliseconds);
  await run(); // what is compiled, and made once, is no part of it
  const inspector = await Inspector.open(String(await miniflare.getInspectorURL()));
  try {
    const requests = (requestsPerSecond: number) => (requestsPerSecond * milliseconds) / 1000;
    const costs = values.time ? await timeOf(inspector, run) : await garbageOf(inspector, run);
    print(costs.byFunction, requests(costs.requestsPerSecond), values.time ? "µs" : "bytes");
  } finally {
    inspector.close();
  }
}

type Measured = { readonly byFunction: Costs; readonly requestsPerSecond: number };
type Run = () => Promise<{ readonly requestsPerSecond: number }>;

async function garbageOf(inspector: Inspector, run: Run): Promise<Measured> {
  const whole = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
  await inspector.ask("HeapProfiler.startSampling", { samplingInterval: SAMPLING_BYTES, ...whole });
  const { requestsPerSecond } = await run();
  const answer = await inspector.ask("HeapProfiler.stopSampling");
  return { byFunction: bytesByFunction(answer), requestsPerSecond };
}

async function timeOf(inspector: Inspector, run: Run): Promise<Measured> {
  await inspector.ask("Profiler.enable");
  await inspector.ask("Profiler.setSamplingInterval", { interval: SAMPLING_MICROSECONDS });
  await inspector.ask("Profiler.start");
  const { requestsPerSecond } = await run();
  const answer = await inspector.ask("Profiler.stop");
  return { byFunction: microsecondsByFunction(answer), requestsPerSecond };
}

function print(costs: Costs, requests: number, unit: string): void {
  const all = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  const sorted = [...costs].toSorted(([, left], [, right]) => right - left).slice(0, Number(values.rows));
  console.log(`${(all / requests).toFixed(0)} ${unit} a call of ${values.operation}, of ${requests.toFixed(0)} calls:`);
  for (const [name, cost] of sorted) console.log(`${(cost / requests).toFixed(1).padStart(9)}  ${name}`);
}
