// The style guide as a test: who imports whom, how long a file is, which words stand nowhere. A guide that is not run is a wish.

import { readdirSync, readFileSync } from "node:fs";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import {
  ENCAPSULATION_ALGORITHMS,
  ENCRYPTION_ALGORITHMS,
  KEY_AGREEMENT_ALGORITHMS,
  KEY_SPECS,
  MAC_ALGORITHMS,
  SIGNING_ALGORITHMS,
} from "../src/keyring/specs.ts";
import { IAM, KMS, LAYERS } from "./tools/house.ts";
import {
  ambientReads,
  circles,
  defaultExports,
  emptyNames,
  layerBreaks,
  longFunctions,
  looseEnds,
  namedSpecs,
  nodeImports,
  openedSecrets,
  opensWithComment,
  pointsOutside,
  roomBreaks,
  type Source,
  tooLong,
  untestedFamilies,
} from "./tools/tidy.ts";

const ROOT = new URL("..", import.meta.url);
const NOT_OURS = new Set(["node_modules", ".git", ".wrangler", ".edgekeep", "package-lock.json"]);
const GENERATED = "src/bindings.d.ts";

function read(folder: URL): Source[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !NOT_OURS.has(name))
    .flatMap((entry) => {
      const url = new URL(entry.isDirectory() ? `${entry.name}/` : entry.name, folder);
      if (entry.isDirectory()) return read(url);
      return [{ path: url.pathname.slice(ROOT.pathname.length), text: readFileSync(url, "utf8") }];
    });
}

const repository = read(ROOT);
const sources = repository.filter(({ path }) => /^src\/.*\.ts$/.test(path) && path !== GENERATED);
const tests = repository.filter(({ path }) => /^test\/.*\.ts$/.test(path));

/** Where clock, randomness, network and environment enter. */
const entersAt = ({ path }: Source): boolean =>
  ["src/durable/ambient.ts", "src/worker.ts", "src/env.ts"].includes(path) || path.startsWith("src/cli/");

describe("the sources", () => {
  it("are found", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(tests.length).toBeGreaterThan(5);
  });

  it("import only what their folder may", () => {
    expect(sources.flatMap((source) => layerBreaks(source, LAYERS))).toEqual([]);
  });

  it("name Node in crypto/, auth/ and cli/ only", () => {
    const elsewhere = sources.filter(({ path }) => !/^src\/(?:crypto|auth|cli)\//.test(path));
    expect(elsewhere.flatMap(nodeImports)).toEqual([]);
  });

  it("import only what their room may, within the service: no family of operations imports another", () => {
    expect(sources.flatMap((source) => [...roomBreaks(source, KMS), ...roomBreaks(source, IAM)])).toEqual([]);
  });

  it("have tests by the name of each family of operations", () => {
    expect(untestedFamilies(sources, tests)).toEqual([]);
  });

  it("have functions of at most 70 lines", () => {
    expect(sources.flatMap(longFunctions)).toEqual([]);
  });

  it("form no circle", () => {
    expect(circles(sources)).toEqual([]);
  });

  it("have at most 300 lines each", () => {
    expect([...sources, ...tests].flatMap(tooLong)).toEqual([]);
  });

  it("begin with a comment that says what the file is for", () => {
    expect(sources.flatMap(opensWithComment)).toEqual([]);
    expect(tests.flatMap(opensWithComment)).toEqual([]);
  });

  it("bear no name that says nothing", () => {
    expect(sources.flatMap(emptyNames)).toEqual([]);
    expect(tests.flatMap(emptyNames)).toEqual([]);
  });

  it("take clock, randomness, network and environment as arguments", () => {
    expect(sources.filter((source) => !entersAt(source)).flatMap(ambientReads)).toEqual([]);
  });

  it("open a Secret in crypto/ only", () => {
    expect(sources.filter(({ path }) => !path.startsWith("src/crypto/")).flatMap(openedSecrets)).toEqual([]);
  });

  it("name key specs and algorithms in their registry only", () => {
    const names = [KEY_SPECS, ENCRYPTION_ALGORITHMS, SIGNING_ALGORITHMS, MAC_ALGORITHMS, KEY_AGREEMENT_ALGORITHMS];
    const elsewhere = sources.filter(
      ({ path }) => !/^src\/keyring\/(?:specs|wrapping)\.ts$/.test(path) && !path.startsWith("src/crypto/"),
    ); // Web Crypto's names
    expect(elsewhere.flatMap((source) => namedSpecs(source, [...names.flat(), ...ENCAPSULATION_ALGORITHMS]))).toEqual([]);
  });

  it("have no default export but the Worker's", () => {
    expect(sources.filter(({ path }) => path !== "src/worker.ts").flatMap(defaultExports)).toEqual([]);
  });

  it("leave no loose ends", () => {
    expect([...sources, ...tests].flatMap(looseEnds)).toEqual([]);
  });
});

it("the repository stands alone", () => {
  expect(repository.filter(({ path }) => path !== ".ci/run").flatMap(pointsOutside)).toEqual([]);
});

it("the bundle exports the default handler and the objects, and nothing else that could be called", async () => {
  const entry = new URL("src/worker.ts", ROOT).pathname;
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    metafile: true,
    external: ["node:*", "cloudflare:*"],
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  expect(output?.exports.toSorted()).toEqual(["IdentityStore", "RegionalKeyStore", "default"]);
});
