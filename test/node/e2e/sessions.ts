// Sessions that a page shows, run in a shell beside a server, as whoever copies them runs them.

import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { newState, type Server, startServer } from "./edgekeep.ts";

const PATIENCE_MS = 60_000;

export function has(program: string, asked = "--version"): boolean {
  try {
    execFileSync(program, [asked], { stdio: "ignore", timeout: PATIENCE_MS });
    return true;
  } catch {
    return false;
  }
}

/** None of this machine's own settings of AWS. */
const ownEnvironment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|TF)_/.test(name)));

/** A folder in which `.edgekeep` is the server's state, and in which `npm run` runs ours. */
export async function withServer(
  session: (shell: (text: string, patienceMs?: number) => Promise<string>, server: Server) => Promise<void>,
) {
  const state = newState();
  const server = await startServer(state);
  const place = mkdtempSync(join(tmpdir(), "edgekeep-readme-"));
  try {
    const cwd = join(place, "checkout");
    mkdirSync(cwd);
    symlinkSync(state, join(cwd, ".edgekeep"));
    await session(async (text, patienceMs = PATIENCE_MS) => {
      const { stdout } = await promisify(execFile)("bash", ["-ec", text], {
        cwd,
        env: ownEnvironment(),
        timeout: patienceMs,
      });
      return stdout;
    }, server);
  } finally {
    rmSync(place, { recursive: true, force: true });
    await server.stop("npm");
  }
}
