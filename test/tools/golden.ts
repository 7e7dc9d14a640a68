// Adds what is missing to test/vectors/golden.json: `node test/tools/golden.ts`. What is there stays as it is: an entry that comes out
// otherwise means that a format has changed, and that what was written in the old one no longer opens.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Entries, goldenEntries } from "./golden-entries.ts";

const FILE = new URL("../vectors/golden.json", import.meta.url);

const there: Entries = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Entries) : {};
const made = await goldenEntries();

const otherwise = Object.entries(there).filter(([name, entry]) => {
  const now = made[name];
  return now !== undefined && JSON.stringify(now) !== JSON.stringify(entry);
});
if (otherwise.length > 0) {
  for (const [name] of otherwise) console.error(`${name} comes out otherwise; nothing was written`);
  process.exitCode = 1;
} else {
  writeFileSync(FILE, `${JSON.stringify({ ...made, ...there }, undefined, 1)}\n`);
}
