// `npm run bench`: what each operation costs beside the floor (a Worker that calls an object that echoes), by paired slices: a slice of
// the floor directly before and after each slice of an operation, because such machines change their speed by the minute.
//
// --json: figures as JSON · --pairs N · --slice MS · --connections 1,16,64 · --only Encrypt,Decrypt

import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { type Compared, compare, type Load, median } from "./bench/pairs.ts";
import { plainCall } from "./bench/requests.ts";
import { startTarget, type Target } from "./bench/target.ts";

const CLIENT_CPU_MAX = 0.8;
/** Prepared requests a slice: each is sent many times. */
const PREPARED = 128;
const ACCOUNT = "123456789012";
const BODY = "x".repeat(512);
/** Ratios to the floor that each operation aims at, by connections. */
const AIMS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  Encrypt: { 1: 0.48, 16: 0.6, 64: 0.7 },
  Decrypt: { 1: 0.48, 16: 0.6, 64: 0.7 },
  GenerateDataKey: { 1: 0.48, 16: 0.6, 64: 0.7 },
  DescribeKey: { 64: 0.75 },
};

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    pairs: { type: "string", default: "5" },
    slice: { type: "string", default: "700" },
    connections: { type: "string", default: "1,16,64" },
    only: { type: "string", default: "static,body,DescribeKey,Encrypt,Decrypt,GenerateDataKey,GenerateRandom,ReEncrypt" },
  },
});

interface Row {
  readonly name: string;
  readonly connections: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly ratio: number;
  readonly ratioMin: number;
  readonly ratioMax: number;
  readonly aim: number | undefined;
  readonly clientCpu: number;
}

const target = await startTarget();
try {
  report(await measure());
} finally {
  target.stop();
}

async function measure(): Promise<Row[]> {
  const loads = await loadsOf(target);
  const floor: Load = { port: target.port, prepare: async () => [plainCall(target.port, "/bench/floor", BODY)] };
  const rows: Row[] = [];
  if (!values.json) console.log("conn  what             req/s   p50 ms   p99 ms  ratio  spread     client");
  for (const connections of values.connections.split(",").map(Number)) {
    for (const name of values.only.split(",")) {
      const load = loads[name];
      if (load === undefined) throw new Error(`there is no ${name} to measure`);
      const extent = { connections, pairs: Number(values.pairs), milliseconds: Number(values.slice) };
      const row = rowOf(name, connections, await compare(load, floor, extent));
      rows.push(row);
      if (!values.json) console.log(line(row));
    }
  }
  return rows;
}

async function loadsOf({ port, call, prepare }: Target): Promise<Record<string, Load>> {
  const { KeyMetadata } = await call(ACCOUNT, "CreateKey", {});
  const { KeyId } = KeyMetadata as { KeyId: string };
  const EncryptionContext = { purpose: "bench", tenant: "one" };
  const Plaintext = randomBytes(256).toString("base64");
  const { CiphertextBlob } = await call(ACCOUNT, "Encrypt", { KeyId, Plaintext, EncryptionContext });
  const plain = (path: string): Load => ({ port, prepare: async () => [plainCall(port, path, BODY)] });
  const repeated = (operation: string, input: Record<string, unknown>): Load => ({
    port,
    prepare: () => prepare(ACCOUNT, operation, [input], PREPARED),
  });
  return {
    static: plain("/bench/static"),
    body: plain("/bench/body"),
    DescribeKey: repeated("DescribeKey", { KeyId }),
    Encrypt: repeated("Encrypt", { KeyId, Plaintext, EncryptionContext }),
    Decrypt: repeated("Decrypt", { CiphertextBlob, EncryptionContext }),
    GenerateDataKey: repeated("GenerateDataKey", { KeyId, KeySpec: "AES_256", EncryptionContext }),
    GenerateRandom: repeated("GenerateRandom", { NumberOfBytes: 32 }),
    ReEncrypt: repeated("ReEncrypt", { CiphertextBlob, SourceEncryptionContext: EncryptionContext, DestinationKeyId: KeyId }),
  };
}

function rowOf(name: string, connections: number, { ratios, slices }: Compared): Row {
  return {
    name,
    connections,
    requestsPerSecond: median(slices.map((one) => one.requestsPerSecond)),
    p50Ms: median(slices.map((one) => one.p50Ms)),
    p99Ms: median(slices.map((one) => one.p99Ms)),
    ratio: median(ratios),
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
    aim: AIMS[name]?.[connections],
    clientCpu: Math.max(...slices.map((one) => one.clientCpu)),
  };
}

function line({ name, connections, requestsPerSecond, p50Ms, p99Ms, ratio, ratioMin, ratioMax, aim, clientCpu }: Row): string {
  const columns = [
    String(connections).padStart(4),
    name.padEnd(15),
    requestsPerSecond.toFixed(0).padStart(6),
    p50Ms.toFixed(2).padStart(8),
    p99Ms.toFixed(2).padStart(8),
    ratio.toFixed(2).padStart(6),
    `${ratioMin.toFixed(2)}–${ratioMax.toFixed(2)}`.padEnd(10),
    `${(clientCpu * 100).toFixed(0)} %`.padStart(5),
    aim === undefined ? "" : `aim ${aim.toFixed(2)} ${ratio >= aim ? "reached" : "missed"}`,
  ];
  return columns.join(" ");
}

function report(rows: readonly Row[]): void {
  if (values.json) console.log(JSON.stringify(rows, undefined, 2));
  const busy = rows
    .filter(({ clientCpu }) => clientCpu > CLIENT_CPU_MAX)
    .map(({ name, connections }) => `${name}@${connections}`);
  if (busy.length === 0) return;
  console.error(`the client itself was the limit (more than ${CLIENT_CPU_MAX * 100} % of a processor): ${busy.join(", ")}`);
  process.exitCode = 1;
}
