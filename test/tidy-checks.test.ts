// The checks of the style guide, each seen to find what it looks for.

import { describe, expect, it } from "vitest";
import { KMS, LAYERS } from "./tools/house.ts";
import {
  ambientReads,
  circles,
  defaultExports,
  emptyNames,
  importsOf,
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

describe("the checks themselves", () => {
  const file = (path: string, ...lines: string[]): Source => ({ path, text: `${lines.join("\n")}\n` });
  const breaks = (path: string, line: string): string[] => layerBreaks(file(path, line), LAYERS);

  it.each([
    ["src/wire/a.ts", 'import { b } from "../crypto/b.ts";'],
    ["src/crypto/a.ts", 'import type { Key } from "../keyring/key.ts";'],
    ["src/durable/a.ts", 'import { keys } from "../kms/tables/keys.ts";'],
    ["src/front/a.ts", 'import { type Reply, call } from "../durable/call.ts";'],
    ["src/front/a.ts", 'import { PassportControl } from "../durable/passport-control.ts";'],
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
    ["src/front/a.ts", 'import { PassportOffice } from "../durable/passport-office.ts";'],
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
    expect(namedSpecs(file("a", 'if (spec === "RSA_2048") {}'), ["RSA_2048"])).toHaveLength(1);
    expect(namedSpecs(file("a", 'defaulted(oneOf("A"), "RSA_2048"); row({ spec: "RSA_2048" });'), ["RSA_2048"])).toEqual([]);
    expect(defaultExports(file("a", "export default {};"))).toHaveLength(1);
    expect(defaultExports(file("a", "export { a as default };"))).toHaveLength(1);
    expect(looseEnds(file("a", `// ${["TO", "DO"].join("")}: later`))).toHaveLength(1);
    expect(pointsOutside(file("a", `see ${["..", "shared"].join("/")}/x`))).toHaveLength(1);
    expect(nodeImports(file("a", 'import "node:fs";'))).toHaveLength(1);
  });
});
