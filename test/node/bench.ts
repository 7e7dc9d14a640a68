// `npm run bench`: what each operation costs beside the floor (a Worker that calls an object that echoes), by paired slices: a slice of
// the floor directly before and after each slice of an operation, because such machines change their speed by the minute.
//
// --json: figures as JSON · --pairs N · --slice MS · --connections 1,16,64 · --only Encrypt,Decrypt

import { parseArgs } from "node:util";
import { createKey, loadNamed, loadsOf, plainLoad } from "./bench/loads.ts";
import { compare, EXTENT_OPTIONS, extentsOf } from "./bench/pairs.ts";
import { HEADING, line, type Row, refuseBusyClient, rowOf } from "./bench/rows.ts";
import { startTarget } from "./bench/target.ts";

/** Ratios to the floor that each operation aims at, by connections. */
const AIMS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  Encrypt: { 1: 0.48, 16: 0.6, 64: 0.7 },
  Decrypt: { 1: 0.48, 16: 0.6, 64: 0.7 },
  GenerateDataKey: { 1: 0.48, 16: 0.6, 64: 0.7 },
  DescribeKey: { 64: 0.75 },
};

const { values } = parseArgs({
  options: {
    ...EXTENT_OPTIONS,
    json: { type: "boolean", default: false },
    only: { type: "string", default: "static,body,DescribeKey,Encrypt,Decrypt,GenerateDataKey,GenerateRandom,ReEncrypt" },
  },
});

const target = await startTarget();
try {
  const rows = await measure();
  if (values.json) console.log(JSON.stringify(rows, undefined, 2));
  refuseBusyClient(rows);
} finally {
  await target.stop();
}

async function measure(): Promise<Row[]> {
  const loads = await loadsOf(target, await createKey(target));
  const floor = plainLoad(target.port, "/bench/floor");
  const rows: Row[] = [];
  if (!values.json) console.log(HEADING);
  for (const extent of extentsOf(values)) {
    for (const name of values.only.split(",")) {
      const compared = await compare(loadNamed(name, loads), floor, extent);
      const row = rowOf(name, extent.connections, compared, AIMS[name]?.[extent.connections]);
      rows.push(row);
      if (!values.json) console.log(line(row));
    }
  }
  return rows;
}
