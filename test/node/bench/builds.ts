// `npm run bench:builds -- --before GITREF`: one operation on two builds, GITREF's and this checkout's as it stands, in one run by paired
// slices. Both run with the packages of this checkout. With HEAD, and nothing changed since, the ratio is the noise.
//
// --pairs N · --slice MS · --connections 1,16,64 · --operation Encrypt

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CHECKOUT } from "../../../src/cli/arguments.ts";
import { slice } from "./load.ts";
import { ACCOUNT, createKey, loadNamed, loadsOf } from "./loads.ts";
import { compare, EXTENT_OPTIONS, extentsOf, type Load } from "./pairs.ts";
import { HEADING, line, refuseBusyClient, rowOf } from "./rows.ts";
import { startTarget, type Target } from "./target.ts";

/** At most a twentieth slower. */
const AIM = 0.95;
/** What a server has left for D1 begins within a second of its load, and takes a few tenths. */
const REST_MS = 1500;
const WARM_UP_CONNECTIONS = 64;

const { values } = parseArgs({
  options: {
    ...EXTENT_OPTIONS,
    // Longer than records wait for the drain, so that a slice has its own drain in it.
    slice: { type: "string", default: "2000" },
    before: { type: "string" },
    operation: { type: "string", default: "Encrypt" },
  },
});
if (values.before === undefined) throw new Error("--before is missing: the commit to compare this checkout with");
const { before: ref, operation } = values;

const git = (...words: string[]): string => execFileSync("git", ["-C", CHECKOUT, ...words], { encoding: "utf8" }).trim();

const ended = new Promise<never>((_, reject) => {
  // Each as often as it comes: from a terminal, npm sends it a second time.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => reject(new Error(`ended by ${signal}`)));
});
const commit = git("rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`);
const folder = mkdtempSync(join(tmpdir(), "edgekeep-builds-"));
const earlier = join(folder, "checkout");
process.env["TMPDIR"] = folder; // so that the servers' state goes with it, however they end
const starting: Promise<Target>[] = [];
try {
  await Promise.race([measure(), ended]);
} finally {
  for (const started of await Promise.allSettled(starting)) if (started.status === "fulfilled") await started.value.stop();
  if (existsSync(earlier)) git("worktree", "remove", "--force", earlier);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

async function measure(): Promise<void> {
  git("worktree", "add", "--quiet", "--detach", earlier, commit);
  symlinkSync(join(CHECKOUT, "node_modules"), join(earlier, "node_modules"));
  const [before, after] = await Promise.all([loadOn(start(earlier)), loadOn(start(CHECKOUT))]);
  console.log(`before: ${git("describe", "--always", commit)}, ${before.rotation}`);
  console.log(`after: ${git("describe", "--always", "--dirty")}, ${after.rotation}`);
  const milliseconds = Number(values.slice);
  for (const { load } of [before, after]) await slice(load.port, await load.prepare(), WARM_UP_CONNECTIONS, milliseconds);
  console.log(HEADING);
  const rows = [];
  for (const extent of extentsOf(values)) {
    const compared = await compare(after.load, before.load, { ...extent, restMs: REST_MS });
    const row = rowOf(operation, extent.connections, compared, AIM);
    rows.push(row);
    console.log(line(row));
  }
  refuseBusyClient(rows);
}

function start(checkout: string): Promise<Target> {
  const target = startTarget(checkout);
  starting.push(target);
  return target;
}

/** On a key that rotates by the calendar, where the build can do that. */
async function loadOn(started: Promise<Target>): Promise<{ load: Load; rotation: string }> {
  const target = await started;
  const KeyId = await createKey(target);
  const rotates = await target.call(ACCOUNT, "EnableKeyRotation", { KeyId }).then(
    () => true,
    (cause: Error) => {
      if (!cause.message.includes("UnsupportedOperationException")) throw cause;
      return false;
    },
  );
  const load = loadNamed(operation, await loadsOf(target, KeyId));
  return { load, rotation: rotates ? "with automatic rotation" : "without automatic rotation, which it does not have" };
}
