// README's sessions, as they stand there: whoever copies them must see them work.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { CHECKOUT, newState, startServer } from "./edgekeep.ts";

const PATIENCE_MS = 60_000;
const README = readFileSync(join(CHECKOUT, "README.md"), "utf8");
const blocks = [...README.matchAll(/^```(sh|js)\n([\s\S]*?)^```$/gm)].map(([, language, text = ""]) => ({ language, text }));
const [commands, cli, sdk] = blocks;

function hasCli(): boolean {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore", timeout: PATIENCE_MS });
    return true;
  } catch {
    return false;
  }
}

test("README has three blocks to run; the first is what CI begins and ends with", () => {
  expect(blocks.map(({ language }) => language)).toEqual(["sh", "sh", "js"]);
  const scripts = [...(commands?.text ?? "").matchAll(/^npm ci && npm (\w+)/gm)].map(([, script]) => script);
  expect(scripts).toEqual(["start", "test"]);
  const ci = readFileSync(join(CHECKOUT, ".ci/run"), "utf8");
  for (const command of ["npm ci", "npm test", '"$npm" start']) expect(ci).toContain(command);
});

test.skipIf(!hasCli())(
  "the sessions of the CLI and of the SDK, in one shell (skipped where no `aws` CLI is installed)",
  async () => {
    const state = newState();
    const server = await startServer(state);
    const folder = mkdtempSync(join(tmpdir(), "edgekeep-readme-"));
    const script = join(CHECKOUT, "node_modules", `.readme-${process.pid}.mjs`); // where its import is found
    try {
      symlinkSync(state, join(folder, ".edgekeep"));
      writeFileSync(script, sdk?.text ?? "");
      const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
      const shell = `set -e\n${cli?.text ?? ""}\necho\nnode ${script}`;
      const { stdout } = await promisify(execFile)("bash", ["-c", shell], { cwd: folder, env, timeout: PATIENCE_MS });
      expect(stdout).toBe("hello\ntrue\n");
    } finally {
      rmSync(script, { force: true });
      rmSync(folder, { recursive: true, force: true });
      await server.stop("npm");
    }
  },
);
