// `npm run trail -- --follow`, while it runs.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { CHECKOUT } from "./edgekeep.ts";

/** Records of a state as they come, in JSON. Whoever starts it ends it. */
export function follow(state: string, ...args: readonly string[]) {
  const child: ChildProcess = spawn("sh", [".run", "node", "src/cli/trail.ts", "--state", state, "--follow", "--json", ...args], {
    cwd: CHECKOUT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [text, errors] = ["", ""];
  child.stdout?.on("data", (chunk) => (text += chunk));
  child.stderr?.on("data", (chunk) => (errors += chunk));
  return { child, text: () => text, errors: () => errors, ended: once(child, "exit") };
}
