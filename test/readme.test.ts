// What README says of the operations is what the table says.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { IAM_OPERATIONS, STS_OPERATIONS } from "../src/iam/table.ts";
import { OPERATIONS } from "../src/kms/table.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const all = Object.entries(OPERATIONS);
const built = all.filter(([, { read }]) => read !== undefined).map(([name]) => name);
const planned = all.filter(([, { read }]) => read === undefined).map(([name]) => name);

it("README lists what is built and what is not", () => {
  const [, section] = /<!-- operations: .* -->\n([\s\S]*?)\n<!-- \/operations -->/.exec(README) ?? [];
  expect(section).toBe(`Built, ${built.length} of ${all.length}: ${built.join(", ")}.\n\nNot yet: ${planned.join(", ")}.`);
});

it("README counts the operations of IAM and STS", () => {
  const [iam, sts] = [IAM_OPERATIONS, STS_OPERATIONS].map((table) => Object.keys(table).length);
  expect(README).toContain(`\n**IAM and STS**, ${iam} and ${sts} operations: `);
});

it("a session with the CLI begins within the first thirty lines", () => {
  expect(README.split("\n").slice(0, 30).join("\n")).toContain("aws kms decrypt");
});
