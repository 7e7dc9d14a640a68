// `npm run bench:imports`: what imports of key material cost. How long a wrapping key takes; ImportKeyMaterial by wrapping algorithm; what
// Encrypt keeps of its rate while wrapping keys are made; Encrypt under an imported key beside one under a generated key.
//
// --only times,wrappings,loss,encrypt · --made N: wrapping keys of each size · --rounds N: of imports, and of load beside wrapping keys
// --seconds N: of that load, quiet and busy · --slice MS: of imports and of Encrypt · --pairs N: of slices of Encrypt
// --patience SECONDS: how long a quiet machine is waited for

import { parseArgs } from "node:util";
import { createImported, createPending, symmetric } from "./imported.ts";
import { ACCOUNT, createKey, loadNamed, loadsOf } from "./loads.ts";
import { compare, type Load } from "./pairs.ts";
import { quietMachine } from "./quiet.ts";
import { HEADING, line, refuseBusyClient, rowOf } from "./rows.ts";
import { type Making, printLoss, printTimes } from "./rsa-making.ts";
import { startTarget } from "./target.ts";
import { printWrappings } from "./wrappings.ts";

/** Encrypt under an imported key, of its rate under a generated one. */
const IMPORTED_MIN = 0.97;
const CONNECTIONS = 16;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "times,wrappings,loss,encrypt" },
    made: { type: "string", default: "20" },
    rounds: { type: "string", default: "4" },
    seconds: { type: "string", default: "10" },
    slice: { type: "string", default: "1000" },
    pairs: { type: "string", default: "40" },
    patience: { type: "string", default: "300" },
  },
});
const rounds = Number(values.rounds);
const sliceMs = Number(values.slice);

const target = await startTarget();
const ready = quietMachine(undefined, Number(values.patience) * 1000);
try {
  await ready();
  await measure();
} finally {
  await target.stop();
}

async function measure(): Promise<void> {
  const KeyId = await createPending(target, symmetric());
  const making: Making = {
    what: "wrapping key",
    make: (WrappingKeySpec) =>
      target.call(ACCOUNT, "GetParametersForImport", { KeyId, WrappingAlgorithm: "RSAES_OAEP_SHA_256", WrappingKeySpec }),
  };
  const generated = await encryptUnder(await createKey(target));
  const parts = {
    times: () => printTimes(making, Number(values.made)),
    wrappings: () => printWrappings(target, { rounds, milliseconds: sliceMs }, ready),
    loss: () => printLoss(making, generated, { rounds, milliseconds: Number(values.seconds) * 1000 }),
    encrypt: () => printImported(generated),
  };
  const names = values.only.split(",");
  const unknown = names.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) throw new Error(`there is no ${unknown} to measure`);
  for (const [name, print] of Object.entries(parts)) if (names.includes(name)) await print();
}

async function encryptUnder(keyId: string): Promise<Load> {
  return loadNamed("Encrypt", await loadsOf(target, keyId));
}

async function printImported(generated: Load): Promise<void> {
  const imported = await encryptUnder(await createImported(target));
  const compared = await compare(imported, generated, {
    connections: CONNECTIONS,
    pairs: Number(values.pairs),
    milliseconds: sliceMs,
  });
  const row = rowOf("Encrypt", CONNECTIONS, compared, IMPORTED_MIN);
  console.log("Encrypt under an imported key beside one under a generated key, by paired slices");
  console.log(HEADING);
  console.log(line(row));
  refuseBusyClient([row]);
  if (row.ratio.median < IMPORTED_MIN) process.exitCode = 1;
}
