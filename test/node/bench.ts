// `npm run bench`: what each operation costs beside the floor (a Worker that calls an object that echoes), by paired slices: a slice of
// the floor directly before and after each slice of an operation, because such machines change their speed by the minute.
//
// First, what a decision takes by itself: bench/decisions.ts.
//
// With --algorithms, each algorithm of keys that are not symmetric, with what its primitive costs by itself: bench/algorithms.ts.
//
// With --peers, what each operation costs beside moto and OpenBao, where these are installed: bench/peers.ts.
//
// --algorithms · --peers · --json: figures as JSON · --pairs N · --slice MS · --connections 1,16,64 · --only Encrypt,Decrypt

import { parseArgs } from "node:util";
import { measureAlgorithms } from "./bench/algorithms.ts";
import { printDecisions } from "./bench/decisions.ts";
import { createKey, loadNamed, loadsOf, plainLoad } from "./bench/loads.ts";
import { compare, type Extent, extentsOf } from "./bench/pairs.ts";
import { measurePeers } from "./bench/peers.ts";
import { DRAINED_SLICE_MS } from "./bench/rounds.ts";
import { HEADING, line, type Row, refuseBusyClient, rowOf } from "./bench/rows.ts";
import { startTarget, type Target } from "./bench/target.ts";

/** Ratios to the floor that each operation aims at, by connections. */
const AIMS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  Encrypt: { 1: 0.48, 16: 0.6, 64: 0.7 },
  Decrypt: { 1: 0.48, 16: 0.6, 64: 0.7 },
  GenerateDataKey: { 1: 0.48, 16: 0.6, 64: 0.7 },
  DescribeKey: { 64: 0.75 },
};

const FLOOR = {
  connections: "1,16,64",
  pairs: "5",
  slice: "700",
  only: "static,body,DescribeKey,Encrypt,Decrypt,GenerateDataKey,GenerateRandom,ReEncrypt",
};
/** What all of them can do. */
const PEERS = { connections: "1,16,64", pairs: "6", slice: String(DRAINED_SLICE_MS), only: "Encrypt,Decrypt,GenerateDataKey" };

const { values } = parseArgs({
  options: {
    pairs: { type: "string" },
    slice: { type: "string" },
    connections: { type: "string" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
    peers: { type: "boolean", default: false },
    algorithms: { type: "boolean", default: false },
  },
});
const ALGORITHMS = { ...FLOOR, connections: "16", only: "" };
const given = { ...(values.peers ? PEERS : values.algorithms ? ALGORITHMS : FLOOR), ...values };
const [extents, names] = [extentsOf(given), given.only.split(",")];
if (values.peers) await measurePeers(extents, names, values.json);
else if (values.algorithms) await withTarget((target) => measureAlgorithms(target, extents, names));
else await withTarget((target) => measureFloor(target, extents, names));

async function withTarget(measure: (target: Target) => Promise<void>): Promise<void> {
  const target = await startTarget();
  try {
    await measure(target);
  } finally {
    await target.stop();
  }
}

async function measureFloor(target: Target, extents: readonly Extent[], names: readonly string[]): Promise<void> {
  if (!values.json) await printDecisions(target.port);
  const loads = await loadsOf(target, await createKey(target));
  const floor = plainLoad(target.port, "/bench/floor");
  const rows: Row[] = [];
  if (!values.json) console.log(HEADING);
  for (const extent of extents) {
    for (const name of names) {
      const compared = await compare(loadNamed(name, loads), floor, extent);
      const row = rowOf(name, extent.connections, compared, AIMS[name]?.[extent.connections]);
      rows.push(row);
      if (!values.json) console.log(line(row));
    }
  }
  if (values.json) console.log(JSON.stringify(rows, undefined, 2));
  refuseBusyClient(rows);
}
