// `npm run bench`: what each operation costs beside the floor (a Worker that calls an object that echoes), by paired slices: a slice of
// the floor directly before and after each slice of an operation, because such machines change their speed by the minute.
//
// --json: figures as JSON · --pairs N · --slice MS · --connections 1,16,64 · --only Encrypt,Decrypt

import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { rootCredentials } from "../../src/auth/credentials.ts";
import { parseRootKeys } from "../../src/crypto/root-keys.ts";
import { type Slice, slice } from "./bench/load.ts";
import { type Credentials, plainCall, signedCalls } from "./bench/requests.ts";

const CLIENT_CPU_MAX = 0.8;
/** Prepared requests a slice: each is sent many times. */
const PREPARED = 128;
const ACCOUNT = "123456789012";
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
const pairs = Number(values.pairs);
const milliseconds = Number(values.slice);

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

const rootKeys = randomBytes(32).toString("base64");
const child = fork(fileURLToPath(new URL("bench/serve.ts", import.meta.url)), { env: { ...process.env, ROOT_KEYS: rootKeys } });
const [message] = await new Promise<[{ endpoint: string }]>((resolve, reject) => {
  child.once("message", (value) => resolve([value as { endpoint: string }]));
  child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
});
try {
  const port = Number(new URL(message.endpoint).port);
  const credentials = await rootCredentials(parseRootKeys(rootKeys), ACCOUNT);
  report(await measure(port, credentials));
} finally {
  child.removeAllListeners("exit");
  child.kill("SIGTERM");
}

async function measure(port: number, credentials: Credentials): Promise<Row[]> {
  const calls = await operations(port, credentials);
  const floor = [plainCall(port, "/bench/floor", "x".repeat(512))];
  const rows: Row[] = [];
  for (const connections of values.connections.split(",").map(Number)) {
    for (const name of values.only.split(",")) {
      const prepare = calls[name];
      if (prepare === undefined) throw new Error(`there is no ${name} to measure`);
      await slice(port, await prepare(), connections, milliseconds); // warm
      const measured: { slice: Slice; ratio: number }[] = [];
      let before = await slice(port, floor, connections, milliseconds);
      for (let pair = 0; pair < pairs; pair++) {
        const during = await slice(port, await prepare(), connections, milliseconds);
        const after = await slice(port, floor, connections, milliseconds);
        measured.push({
          slice: during,
          ratio: (2 * during.requestsPerSecond) / (before.requestsPerSecond + after.requestsPerSecond),
        });
        before = after;
      }
      rows.push(rowOf(name, connections, measured));
      if (!values.json) console.log(line(rows.at(-1)));
    }
  }
  return rows;
}

/** How to prepare each thing that is measured: signed anew for each slice, because a signature lives five minutes. */
async function operations(port: number, credentials: Credentials): Promise<Record<string, () => Promise<Buffer[]>>> {
  const call = async (operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const [request = Buffer.alloc(0)] = await signedCalls(port, credentials, operation, [input]);
    const [head = "", body = ""] = request.toString().split("\r\n\r\n");
    const headers = Object.fromEntries(
      head
        .split("\r\n")
        .slice(1)
        .map((field) => [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 2)]),
    );
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body });
    if (response.status !== 200) throw new Error(await response.text());
    return (await response.json()) as Record<string, unknown>;
  };
  const { KeyMetadata } = await call("CreateKey", {});
  const { KeyId } = KeyMetadata as { KeyId: string };
  const context = { EncryptionContext: { purpose: "bench", tenant: "one" } };
  const Plaintext = randomBytes(256).toString("base64");
  const { CiphertextBlob } = await call("Encrypt", { KeyId, Plaintext, ...context });
  const repeated = (operation: string, input: Record<string, unknown>) => () =>
    signedCalls(
      port,
      credentials,
      operation,
      Array.from({ length: PREPARED }, () => input),
    );
  const plain = (path: string) => async () => [plainCall(port, path, "x".repeat(512))];
  return {
    static: plain("/bench/static"),
    body: plain("/bench/body"),
    DescribeKey: repeated("DescribeKey", { KeyId }),
    Encrypt: repeated("Encrypt", { KeyId, Plaintext, ...context }),
    Decrypt: repeated("Decrypt", { CiphertextBlob, ...context }),
    GenerateDataKey: repeated("GenerateDataKey", { KeyId, KeySpec: "AES_256", ...context }),
    GenerateRandom: repeated("GenerateRandom", { NumberOfBytes: 32 }),
    ReEncrypt: repeated("ReEncrypt", {
      CiphertextBlob,
      SourceEncryptionContext: context.EncryptionContext,
      DestinationKeyId: KeyId,
    }),
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function rowOf(name: string, connections: number, measured: readonly { slice: Slice; ratio: number }[]): Row {
  const of = (pick: (slice: Slice) => number): number => median(measured.map(({ slice: one }) => pick(one)));
  const ratios = measured.map(({ ratio }) => ratio);
  return {
    name,
    connections,
    requestsPerSecond: of((one) => one.requestsPerSecond),
    p50Ms: of((one) => one.p50Ms),
    p99Ms: of((one) => one.p99Ms),
    ratio: median(ratios),
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
    aim: AIMS[name]?.[connections],
    clientCpu: Math.max(...measured.map(({ slice: one }) => one.clientCpu)),
  };
}

function line(row: Row | undefined): string {
  if (row === undefined) return "";
  const { name, connections, requestsPerSecond, p50Ms, p99Ms, ratio, ratioMin, ratioMax, aim, clientCpu } = row;
  const figures = [
    requestsPerSecond.toFixed(0).padStart(7),
    p50Ms.toFixed(2).padStart(8),
    p99Ms.toFixed(2).padStart(8),
    ratio.toFixed(2).padStart(6),
  ];
  const spread = `${ratioMin.toFixed(2)}–${ratioMax.toFixed(2)}`;
  const verdict = aim === undefined ? "" : `aim ${aim.toFixed(2)} ${ratio >= aim ? "reached" : "missed"}`;
  return `${String(connections).padStart(3)}  ${name.padEnd(16)} ${figures.join(" ")}  ${spread.padEnd(10)} ${(clientCpu * 100).toFixed(0).padStart(4)} %  ${verdict}`;
}

function report(rows: readonly Row[]): void {
  if (values.json) console.log(JSON.stringify(rows, undefined, 2));
  const busy = rows.filter(({ clientCpu }) => clientCpu > CLIENT_CPU_MAX);
  if (busy.length === 0) return;
  console.error(
    `the client itself was the limit (more than ${CLIENT_CPU_MAX * 100} % of a processor): ${busy.map(({ name, connections }) => `${name}@${connections}`).join(", ")}`,
  );
  process.exitCode = 1;
}
