// The style guide as a test: who imports whom, how long a file is, which words stand nowhere. A guide that is not run is a wish.

import { readdirSync, readFileSync } from "node:fs";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import {
  ambientReads,
  circles,
  defaultExports,
  emptyNames,
  importsOf,
  type Layers,
  layerBreaks,
  longFunctions,
  looseEnds,
  nodeImports,
  openedSecrets,
  opensWithComment,
  pointsOutside,
  type Rooms,
  roomBreaks,
  type Source,
  tooLong,
  untestedFamilies,
} from "./tools/tidy.ts";

/** Floors that services share, then a wing for each service. Data enters at the bottom and sinks to the top; no arrow points down. */
const LAYERS: Layers = {
  values: {
    wire: [],
    crypto: ["wire"],
    keyring: ["crypto", "wire"],
    authz: ["wire"],
    audit: ["crypto", "wire"],
    auth: ["crypto", "wire"],
    limits: ["keyring", "wire"],
    durable: ["audit", "crypto", "wire"],
    kms: ["durable", "limits", "authz", "keyring", "audit", "crypto", "wire"],
    front: ["auth", "crypto", "wire"],
    cli: ["auth", "audit", "crypto", "wire"],
    "worker.ts": "everything",
    "env.ts": "everything",
  },
  types: {
    authz: ["keyring/key.ts"],
    kms: ["env.ts"],
    front: ["durable/call.ts", "env.ts"],
  },
  packages: {
    crypto: ["node:crypto", "@noble/"],
    auth: ["node:crypto"],
    kms: ["cloudflare:workers"],
    cli: ["node:", "miniflare", "wrangler", "esbuild"],
    "worker.ts": ["itty-router"],
  },
};

/** The rooms of the key management service. No family of operations imports another: what two of them need moves down. */
const KMS: Rooms = {
  wing: "kms",
  values: {
    tables: ["itself"],
    conditions: [],
    operation: ["conditions"],
    members: ["operation"],
    pages: ["operation"],
    resources: ["operation"],
    operations: ["operation", "members", "pages"],
    table: ["operations", "operation", "resources", "conditions"],
    records: ["table"],
    callers: ["operation"],
    world: ["operation", "callers"],
    call: ["itself", "table", "records", "operation", "world", "callers"],
    due: ["itself", "operations", "world"],
    wiring: "everything",
    "regional-key-store": "everything",
  },
  types: ["tables"],
};

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
  ["src/kms/regional-key-store.ts", "src/worker.ts", "src/env.ts"].includes(path) || path.startsWith("src/cli/");

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
    expect(sources.flatMap((source) => roomBreaks(source, KMS))).toEqual([]);
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
    expect(sources.flatMap(tooLong)).toEqual([]);
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
  expect(output?.exports.toSorted()).toEqual(["RegionalKeyStore", "default"]);
});

describe("the checks themselves", () => {
  const file = (path: string, ...lines: string[]): Source => ({ path, text: `${lines.join("\n")}\n` });
  const breaks = (path: string, line: string): string[] => layerBreaks(file(path, line), LAYERS);

  it.each([
    ["src/wire/a.ts", 'import { b } from "../crypto/b.ts";'],
    ["src/crypto/a.ts", 'import type { Key } from "../keyring/key.ts";'],
    ["src/durable/a.ts", 'import { keys } from "../kms/tables/keys.ts";'],
    ["src/front/a.ts", 'import { type Reply, call } from "../durable/call.ts";'],
    ["src/front/a.ts", 'export { perform } from "../kms/call/perform.ts";'],
    ["src/authz/a.ts", 'import type { Keyring } from "../keyring/keyring.ts";'],
    ["src/limits/a.ts", 'import "../kms/world.ts";'],
    ["src/audit/a.ts", 'const b = await import("../durable/b.ts");'],
    ["src/keyring/a.ts", 'import {\n  b,\n  c,\n} from "../authz/b.ts";'],
    ["src/durable/a.ts", 'import { createHash } from "node:crypto";'],
    ["src/other/a.ts", "export const a = 1;"],
  ])("an import against the table is found: %s, %s", (path, line) => {
    expect(breaks(path, line)).toHaveLength(1);
  });

  it.each([
    ["src/front/a.ts", 'import type { Reply } from "../durable/call.ts";'],
    ["src/kms/a.ts", 'import { type Reply, type ObjectCall } from "../durable/call.ts";'],
    ["src/authz/a.ts", 'import type { Key } from "../keyring/key.ts";'],
    ["src/crypto/a.ts", 'import { gcm } from "@noble/ciphers/aes.js";'],
    ["src/wire/a.ts", 'import { b } from "./b.ts"; // import { c } from "../crypto/c.ts"'],
  ])("an import that the table allows is not: %s, %s", (path, line) => {
    expect(breaks(path, line)).toEqual([]);
  });

  it("imports are read in every form", () => {
    const source = file(
      "src/wire/a.ts",
      'import a, { b } from "./1.ts";',
      'import "./2.ts";',
      'export * from "./3.ts";',
      "",
      "export const c = 1;",
    );
    expect(importsOf(source).map(({ from }) => from)).toEqual(["./1.ts", "./2.ts", "./3.ts"]);
  });

  it.each([
    ["src/kms/operations/a.ts", 'import { b } from "./b.ts";'],
    ["src/kms/operations/a.ts", 'import { keys } from "../tables/keys.ts";'],
    ["src/kms/tables/a.ts", 'import type { Call } from "../operation.ts";'],
    ["src/kms/call/a.ts", 'import { keys } from "../tables/keys.ts";'],
    ["src/kms/due/a.ts", 'import { perform } from "../call/perform.ts";'],
    ["src/kms/table.ts", 'import { perform } from "./call/perform.ts";'],
    ["src/kms/new-room/a.ts", "export const a = 1;"],
  ])("an import against the rooms is found: %s, %s", (path, line) => {
    expect(roomBreaks(file(path, line), KMS)).toHaveLength(1);
  });

  it.each([
    ["src/kms/operations/a.ts", 'import type { Keys } from "../tables/keys.ts";'],
    ["src/kms/operations/a.ts", 'import { pageOf } from "../pages.ts";'],
    ["src/kms/call/a.ts", 'import { b } from "./b.ts";'],
    ["src/kms/wiring.ts", 'import { keys } from "./tables/keys.ts";'],
    ["src/durable/a.ts", 'import { b } from "./b.ts";'],
  ])("an import that the rooms allow is not: %s, %s", (path, line) => {
    expect(roomBreaks(file(path, line), KMS)).toEqual([]);
  });

  it("a family without tests is found", () => {
    const family = file("src/kms/operations/a.ts", "");
    expect(untestedFamilies([family], [file("test/kms/b.test.ts", "")])).toHaveLength(1);
    expect(untestedFamilies([family], [file("test/kms/a.test.ts", "")])).toEqual([]);
  });

  it.each([
    ["export function a(): void {", "}"],
    ["async function a(b: string): Promise<void> {", "}"],
    ["export const a = (b: string): void => {", "};"],
    ["  async a(): Promise<void> {", "  }"],
    ["  #a(): void {", "  }"],
  ])("a function of 71 lines is found: %s", (head, end) => {
    const body = (lines: number): string[] => Array<string>(lines).fill("    f();");
    expect(longFunctions(file("a", head, ...body(69), end))).toHaveLength(1);
    expect(longFunctions(file("a", head, ...body(68), end))).toEqual([]);
  });

  it("a circle is found, of types too", () => {
    const a = file("src/wire/a.ts", 'import { b } from "./b.ts";');
    const b = file("src/wire/b.ts", 'import type { C } from "./c.ts";');
    expect(circles([a, b, file("src/wire/c.ts", 'import "./a.ts";')])).toEqual([
      "src/wire/a.ts → src/wire/b.ts → src/wire/c.ts → src/wire/a.ts",
    ]);
    expect(circles([a, b, file("src/wire/c.ts", "export {};")])).toEqual([]);
  });

  it("the 301st line is found", () => {
    expect(tooLong(file("a", ...Array<string>(300).fill("")))).toEqual([]);
    expect(tooLong(file("a", ...Array<string>(301).fill("")))).toHaveLength(1);
  });

  it.each(["import a;", "/* a block */", "//", "// short"])("a file that begins with %o is found", (line) => {
    expect(opensWithComment(file("a", line))).toHaveLength(1);
  });

  it.each([
    ["src/wire/text-utils.ts", ""],
    ["src/wire/helper.ts", ""],
    ["src/wire/a.ts", "export const keyManager = 1;"],
    ["src/wire/a.ts", "export function handleCall() {}"],
    ["src/wire/a.ts", "export interface MiscFacts {}"],
    ["src/wire/a.ts", "export { good as someHelper };"],
  ])("an empty name is found: %s %s", (path, line) => {
    expect(emptyNames(file(path, line))).toHaveLength(1);
  });

  it("a handler is not a handle", () => {
    expect(emptyNames(file("src/wire/a.ts", "export interface Handler {}", "export const handed = 1;"))).toEqual([]);
  });

  it.each([
    "Date.now()",
    "new Date()",
    "new Date",
    "Math.random()",
    "crypto.getRandomValues(a)",
    "crypto.randomUUID()",
    "await fetch(url)",
    "globalThis.fetch",
    "process.env",
  ])("%s is found", (code) => {
    expect(ambientReads(file("a", `const a = ${code};`))).not.toEqual([]);
  });

  it.each(["new Date(0)", "stub.fetch(request)", "this.#fetch()", "prefetch(1)"])("%s is not", (code) => {
    expect(ambientReads(file("a", `const a = ${code}; // never Date.now()`))).toEqual([]);
  });

  it("an opened Secret, a default export, a loose end and a name outside are found", () => {
    expect(openedSecrets(file("a", "Secret.open(key)"))).toHaveLength(1);
    expect(defaultExports(file("a", "export default {};"))).toHaveLength(1);
    expect(defaultExports(file("a", "export { a as default };"))).toHaveLength(1);
    expect(looseEnds(file("a", `// ${["TO", "DO"].join("")}: later`))).toHaveLength(1);
    expect(pointsOutside(file("a", `see ${["..", "shared"].join("/")}/x`))).toHaveLength(1);
    expect(nodeImports(file("a", 'import "node:fs";'))).toHaveLength(1);
  });
});
