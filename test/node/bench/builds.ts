// `npm run bench:builds -- --before GITREF`: operations on two builds, GITREF's and this checkout's as it stands, in one run by rounds of a
// slice each. Both run with the packages of this checkout. With HEAD, and nothing changed since, the ratio is the noise.
//
// --pairs N · --slice MS · --connections 1,16,64 · --operation Encrypt,Decrypt · --statements N: of the key's policy, in place of the default one

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CHECKOUT } from "../../../src/cli/arguments.ts";
import { printComparison } from "./comparison.ts";
import { interruption } from "./interruption.ts";
import { ACCOUNT, createKey, loadsOf } from "./loads.ts";
import type { Load } from "./pairs.ts";
import { DRAINED_SLICE_MS } from "./rounds.ts";
import { startTarget, type Target } from "./target.ts";

/** At most a twentieth slower. */
const AIM = 0.95;

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "15" },
    connections: { type: "string", default: "1,16,64" },
    slice: { type: "string", default: String(DRAINED_SLICE_MS) },
    before: { type: "string" },
    operation: { type: "string", default: "Encrypt" },
    statements: { type: "string", default: "0" },
  },
});
if (values.before === undefined) throw new Error("--before is missing: the commit to compare this checkout with");
const { before: ref } = values;

const git = (...words: string[]): string => execFileSync("git", ["-C", CHECKOUT, ...words], { encoding: "utf8" }).trim();

const interrupted = interruption();
const commit = git("rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`);
const folder = mkdtempSync(join(tmpdir(), "edgekeep-builds-"));
const earlier = join(folder, "checkout");
process.env["TMPDIR"] = folder; // so that the servers' state goes with it, however they end
const starting: Promise<Target>[] = [];
try {
  await Promise.race([measure(), interrupted]);
} finally {
  for (const started of await Promise.allSettled(starting)) if (started.status === "fulfilled") await started.value.stop();
  if (existsSync(earlier)) git("worktree", "remove", "--force", earlier);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

async function measure(): Promise<void> {
  git("worktree", "add", "--quiet", "--detach", earlier, commit);
  symlinkSync(join(CHECKOUT, "node_modules"), join(earlier, "node_modules"));
  const [before, after] = await Promise.all([buildOn(start(earlier)), buildOn(start(CHECKOUT))]);
  console.log(`before: ${git("describe", "--always", commit)}, ${before.rotation}`);
  console.log(`after: ${git("describe", "--always", "--dirty")}, ${after.rotation}`);
  await printComparison({ against: before.loads, measured: after.loads, aim: AIM }, values);
}

function start(checkout: string): Promise<Target> {
  const target = startTarget(checkout);
  starting.push(target);
  return target;
}

/** Statements that speak of the call and whose condition fails at its end, before the one that lets the root in. */
function policyOf(statements: number): string {
  const Principal = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
  const everything = { Effect: "Allow", Principal, Action: "kms:*", Resource: "*" };
  const nearly = Array.from({ length: statements - 1 }, (_, at) => ({
    ...everything,
    Effect: at % 2 === 0 ? "Allow" : "Deny",
    Action: ["kms:Decrypt", "kms:Encrypt"],
    Condition: { StringLike: { "kms:EncryptionContext:tenant": `two-${at}-*` } },
  }));
  return JSON.stringify({ Version: "2012-10-17", Statement: [...nearly, everything] });
}

/** On a key that rotates by the calendar, where the build can do that. */
async function buildOn(started: Promise<Target>): Promise<{ loads: Readonly<Record<string, Load>>; rotation: string }> {
  const target = await started;
  const KeyId = await createKey(target);
  const statements = Number(values.statements);
  if (statements > 0) await target.call(ACCOUNT, "PutKeyPolicy", { KeyId, Policy: policyOf(statements) });
  const rotates = await target.call(ACCOUNT, "EnableKeyRotation", { KeyId }).then(
    () => true,
    (cause: Error) => {
      if (!cause.message.includes("UnsupportedOperationException")) throw cause;
      return false;
    },
  );
  const rotation = rotates ? "with automatic rotation" : "without automatic rotation, which it does not have";
  return { loads: await loadsOf(target, KeyId), rotation };
}
