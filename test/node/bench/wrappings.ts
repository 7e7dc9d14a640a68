// ImportKeyMaterial by wrapping algorithm and size, one request at a time; and what its parts cost by themselves in the same workerd, directly
// after each slice, because such machines change their speed by the minute.

import { generateKeyPairSync } from "node:crypto";
import { createPending, hashOf, hasInnerWrap, type Owned, symmetric, type Wrapping, wrappedFor } from "./imported.ts";
import type { Slice } from "./load.ts";
import { createKey, repeated } from "./loads.ts";
import { run } from "./pairs.ts";
import { primitiveOf } from "./primitive.ts";
import type { Service } from "./requests.ts";
import { inRounds } from "./rounds.ts";
import { refuseBusyClient } from "./rows.ts";
import { median, spreadOf } from "./statistics.ts";

const CONNECTIONS = 1;
const WRAPPING_SPECS = ["RSA_2048", "RSA_4096"];
const HASHES = ["SHA_1", "SHA_256"];
/** What OAEP carries: an AES key, or a symmetric key. */
const CARRIED_BYTES = 32;

const PKCS8 = { format: "der", type: "pkcs8" } as const;

interface Import {
  readonly owned: Owned;
  readonly wrapping: Wrapping;
}

function imports(): Import[] {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export(PKCS8);
  const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export(PKCS8);
  const carried = [
    { family: "RSAES_OAEP", owned: symmetric() },
    { family: "RSA_AES_KEY_WRAP", owned: { spec: "RSA_2048", usage: "SIGN_VERIFY", material: rsa } },
    { family: "RSA_AES_KEY_WRAP", owned: { spec: "ECC_NIST_P256", usage: "SIGN_VERIFY", material: p256 } },
  ];
  return carried.flatMap(({ family, owned }) =>
    WRAPPING_SPECS.flatMap((spec) => HASHES.map((hash) => ({ owned, wrapping: { algorithm: `${family}_${hash}`, spec } }))),
  );
}

/** Microseconds that a request takes, and its parts by themselves. */
interface Parts {
  /** The private operation by a key that is open. */
  readonly oaep: number;
  /** The same by a key that is opened for it, as each import opens its wrapping key. */
  readonly oaepOnce: number;
  /** AES key wrap with padding: KWP. */
  readonly innerWrap: number;
  /** Checking that what has come is a key of the spec. */
  readonly reading: number;
}

async function partsOf(port: number, { owned, wrapping }: Import): Promise<Parts> {
  const type = "RAW";
  const underOaep = { spec: wrapping.spec, algorithm: `RSAES_OAEP_${hashOf(wrapping).replace("sha", "SHA_")}`, type } as const;
  const bytes = owned.material.byteLength;
  const inner = { spec: "SYMMETRIC_DEFAULT", what: "unwrap", algorithm: "", type, bytes } as const;
  return {
    oaep: await primitiveOf(port, { ...underOaep, what: "decrypt", bytes: CARRIED_BYTES }),
    oaepOnce: await primitiveOf(port, { ...underOaep, what: "decryptOnce", bytes: CARRIED_BYTES }),
    innerWrap: hasInnerWrap(wrapping) ? await primitiveOf(port, inner) : 0,
    reading: await primitiveOf(port, { spec: owned.spec, what: "read", algorithm: "", type, bytes }),
  };
}

interface Measured extends Parts {
  readonly slice: Slice;
}

const NOTHING: Parts = { oaep: 0, oaepOnce: 0, innerWrap: 0, reading: 0 };

/** A row to be. */
interface Measurement {
  /** Material, wrapping algorithm, wrapping key. */
  readonly labels: readonly [string, string, string];
  readonly take: () => Promise<Measured>;
}

/** Makes a key. @returns what imports one material into it, over and over. */
async function importing(service: Service, each: Import, milliseconds: number): Promise<Measurement> {
  const { owned, wrapping } = each;
  const KeyId = await createPending(service, owned);
  const load = repeated(service, "ImportKeyMaterial", await wrappedFor(service, KeyId, wrapping, owned));
  return {
    labels: [owned.spec, wrapping.algorithm, wrapping.spec],
    async take() {
      const slice = await run(load, { connections: CONNECTIONS, milliseconds });
      return { slice, ...(await partsOf(service.port, each)) };
    },
  };
}

/** What a change costs that has no cryptography of its own: the rest of an import is to be seen beside it. */
async function describing(service: Service, milliseconds: number): Promise<Measurement> {
  const load = repeated(service, "UpdateKeyDescription", { KeyId: await createKey(service), Description: "bench" });
  return {
    labels: ["", "(UpdateKeyDescription)", ""],
    take: async () => ({ slice: await run(load, { connections: CONNECTIONS, milliseconds }), ...NOTHING }),
  };
}

const HEADING = [
  "material".padEnd(17),
  "wrapped by".padEnd(24),
  "under".padEnd(8),
  "  req/s  quartiles  p50 ms",
  "  OAEP µs      ",
  " opened µs     ",
  "   KWP µs      ",
  "reading µs     ",
  "  rest µs",
].join(" ");

/** Prints a row for each. */
export async function printWrappings(
  service: Service,
  { rounds, milliseconds }: { readonly rounds: number; readonly milliseconds: number },
  ready: () => Promise<void>,
): Promise<void> {
  const measurements = [await describing(service, milliseconds)];
  // One after the other: the store refuses whoever is the tenth to wait for a wrapping key.
  for (const each of imports()) measurements.push(await importing(service, each, milliseconds));
  const results = await inRounds(
    measurements.map(({ take }) => take),
    rounds,
    ready,
  );
  console.log(`ImportKeyMaterial at ${CONNECTIONS} connection; in brackets a part's share of the request`);
  console.log(HEADING);
  for (const [at, { labels }] of measurements.entries()) console.log(line(labels, results[at] ?? []));
  const slices = results.flatMap((measured) => measured.map(({ slice }) => slice));
  refuseBusyClient(slices.map(({ clientCpu }) => ({ name: "ImportKeyMaterial", connections: CONNECTIONS, clientCpu })));
}

function line([material, wrappedBy, under]: Measurement["labels"], measured: readonly Measured[]): string {
  const whole = ({ slice }: Measured): number => 1e6 / slice.requestsPerSecond;
  const part = (microsecondsOf: (one: Measured) => number): string => {
    const share = median(measured.map((one) => microsecondsOf(one) / whole(one)));
    return `${median(measured.map(microsecondsOf)).toFixed(0).padStart(7)} (${share.toFixed(2)})`;
  };
  const perSecond = spreadOf(measured.map(({ slice }) => slice.requestsPerSecond));
  const { lowerQuartile, upperQuartile } = perSecond;
  return [
    material.padEnd(17),
    wrappedBy.padEnd(24),
    under.padEnd(8),
    perSecond.median.toFixed(0).padStart(7),
    `${lowerQuartile.toFixed(0)}–${upperQuartile.toFixed(0)}`.padStart(10),
    median(measured.map(({ slice }) => slice.p50Ms))
      .toFixed(2)
      .padStart(7),
    part(({ oaep }) => oaep),
    part(({ oaepOnce }) => oaepOnce),
    part(({ innerWrap }) => innerWrap),
    part(({ reading }) => reading),
    part((one) => whole(one) - one.oaepOnce - one.innerWrap - one.reading),
  ].join(" ");
}
