// `npm run bench:growth`: does it grow slower, or larger? Encrypt and Decrypt with 10 and with 1,000 keys; on a fresh server and on one with
// 200,000 records behind it; and workerd's memory over minutes of load. By rounds of a slice each; fails past a tenth.
//
// --records N · --minutes N · --pairs N · --slice MS

import { parseArgs } from "node:util";
import { settled, trailOf } from "./backlog.ts";
import { slice } from "./load.ts";
import type { Load } from "./pairs.ts";
import { quietMachine } from "./quiet.ts";
import { compareInRounds } from "./rounds.ts";
import { printedQuartiles, spreadOf } from "./statistics.ts";
import { startTarget, type Target } from "./target.ts";

const SLOWER_MAX = 0.1;
const CONNECTIONS = 64;
const PREPARED = 1000;
/** Far below the five minutes that a signature lives: each slice has its requests signed anew. */
const SLICE_MS = 10_000;
const [FEW, MANY] = [10, 1000];
const [FEW_ACCOUNT, MANY_ACCOUNT] = ["111122223333", "444455556666"];

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "200000" },
    minutes: { type: "string", default: "5" },
    pairs: { type: "string", default: "5" },
    slice: { type: "string", default: "700" },
  },
});
const extent = { connections: CONNECTIONS, pairs: Number(values.pairs), milliseconds: Number(values.slice) };

/** Makes keys, and loads that use each of them in turn. */
async function withKeys(target: Target, account: string, count: number): Promise<Record<"Encrypt" | "Decrypt", Load>> {
  const keys: string[] = [];
  const blobs: unknown[] = [];
  for (let made = 0; made < count; made++) {
    const { KeyMetadata } = await target.call(account, "CreateKey", {});
    const { KeyId } = KeyMetadata as { KeyId: string };
    keys.push(KeyId);
    blobs.push((await target.call(account, "Encrypt", { KeyId, Plaintext: "AAAA" }))["CiphertextBlob"]);
  }
  const encrypts = keys.map((KeyId) => ({ KeyId, Plaintext: "AAAA" }));
  const decrypts = blobs.map((CiphertextBlob) => ({ CiphertextBlob }));
  return {
    Encrypt: { port: target.port, prepare: () => target.prepare(account, "Encrypt", encrypts, PREPARED) },
    Decrypt: { port: target.port, prepare: () => target.prepare(account, "Decrypt", decrypts, PREPARED) },
  };
}

const ready = quietMachine();
let failed = false;

async function atMostATenthSlower(what: string, measured: Load, against: Load): Promise<void> {
  const { ratios } = await compareInRounds(measured, against, extent, ready);
  const ratio = spreadOf(ratios);
  const verdict = ratio.median >= 1 - SLOWER_MAX ? "" : "  slower by more than a tenth";
  if (verdict !== "") failed = true;
  console.log(`${what.padEnd(40)} ${ratio.median.toFixed(2)}  ${printedQuartiles(ratio)}${verdict}`);
}

/** Fills a store with at least so many records, and waits until all of them are in D1. @returns how many it has. */
async function fill(target: Target, load: Load, records: number): Promise<number> {
  const begin = performance.now();
  const secondsSince = (): string => ((performance.now() - begin) / 1000).toFixed(0);
  let written = 0;
  while (written < records) written += (await slice(target.port, await load.prepare(), CONNECTIONS, SLICE_MS)).requests;
  console.log(`${written} records written in ${secondsSince()} s`);
  const delivered = await settled(trailOf(target));
  console.log(`${delivered} records in D1 after ${secondsSince()} s`);
  return delivered;
}

const [fresh, aged] = await Promise.all([startTarget(), startTarget()]);
try {
  const few = await withKeys(fresh, FEW_ACCOUNT, FEW);
  const many = await withKeys(fresh, MANY_ACCOUNT, MANY);
  for (const operation of ["Encrypt", "Decrypt"] as const) {
    await atMostATenthSlower(`${operation}, ${MANY} keys to ${FEW}`, many[operation], few[operation]);
  }

  const old = await withKeys(aged, FEW_ACCOUNT, FEW);
  const begin = aged.memory();
  const records = await fill(aged, old.Encrypt, Number(values.records));
  for (const operation of ["Encrypt", "Decrypt"] as const) {
    await atMostATenthSlower(`${operation}, ${records} records to few`, old[operation], few[operation]);
  }

  const filled = aged.memory();
  const end = performance.now() + Number(values.minutes) * 60_000;
  let last = filled;
  while (performance.now() < end) {
    await slice(aged.port, await old.Encrypt.prepare(), CONNECTIONS, SLICE_MS);
    last = aged.memory();
  }
  const flat = last <= filled * (1 + SLOWER_MAX);
  if (!flat) failed = true;
  console.log(
    `workerd's memory, MiB: ${begin.toFixed(0)} at first, ${filled.toFixed(0)} after the records, ${last.toFixed(0)} after ${values.minutes} minutes more${flat ? "" : "  not flat"}`,
  );
} finally {
  await Promise.all([fresh.stop(), aged.stop()]);
}
if (failed) process.exitCode = 1;
