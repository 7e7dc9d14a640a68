// `npm run dev`: the service under `wrangler dev`, which builds anew at every change. State of its own beside that of `npm start`,
// under the same root keys.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT, devArguments } from "./arguments.ts";
import { claimState } from "./claim.ts";
import { LOCAL_VARIABLES } from "./local-variables.ts";
import { HOST } from "./port.ts";
import { descendantsOf, endProcesses } from "./processes.ts";
import { Refusal, runProgram } from "./refusal.ts";
import { stopOnSignal } from "./signals.ts";
import { devPath, refusing } from "./state-directory.ts";

const DATABASE_BINDING = "AUDIT";
const FAMILY_POLL_MS = 500;

/** No telemetry, no call to the network, no admin pages over the data, no log files outside the state directory. */
const QUIET = {
  WRANGLER_SEND_METRICS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  X_LOCAL_OBSERVABILITY: "false",
  X_LOCAL_EXPLORER: "false",
  WRANGLER_WRITE_LOGS: "false",
  WRANGLER_HIDE_BANNER: "true",
};

await runProgram(async () => {
  const { port, state } = devArguments(process.argv.slice(2));
  const { run, rootKeys } = await claimState(state, port);
  const variables = join(state, "dev.vars");
  refusing(state, () => writeVariables(variables, { ...LOCAL_VARIABLES, ROOT_KEYS: rootKeys.text }));

  let stopping = false;
  stopOnSignal(async () => {
    stopping = true;
    const family = descendantsOf(process.pid); // wrangler's own workerds too, should it not end them
    wrangler?.kill("SIGTERM");
    await endProcesses(family);
  });
  // What wrangler starts is not seen here as it happens, so it is looked for: it must not outlive a server that was killed.
  setInterval(() => run.add(...descendantsOf(process.pid)), FAMILY_POLL_MS).unref();

  const place = ["--config", join(CHECKOUT, "wrangler.toml"), "--persist-to", devPath(state)];
  let wrangler: ChildProcess | undefined = runWrangler(
    ["d1", "migrations", "apply", DATABASE_BINDING, "--local", ...place],
    "ignore",
  );
  if ((await exitCode(wrangler)) !== 0 && !stopping)
    throw new Refusal("wrangler could not apply the migrations of D1: see above");
  if (stopping) return;
  wrangler = runWrangler(
    [
      "dev",
      ...place,
      "--env-file",
      variables,
      "--ip",
      HOST,
      "--port",
      String(port),
      "--inspector-port",
      "0",
      "--show-interactive-dev-session=false",
    ],
    "inherit",
  );
  const code = await exitCode(wrangler);
  if (!stopping) process.exit(code);
});

/** Without a stdin there is nobody to be asked. */
function runWrangler(args: readonly string[], stdout: "inherit" | "ignore"): ChildProcess {
  const program = join(CHECKOUT, "node_modules", "wrangler", "bin", "wrangler.js");
  return spawn(process.execPath, [program, ...args], {
    cwd: CHECKOUT,
    env: { ...process.env, ...QUIET },
    stdio: ["ignore", stdout, "inherit"],
  });
}

async function exitCode(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

/** Quoted, since JSON has double quotes; it has no single ones here, and no line ends. */
function writeVariables(path: string, variables: Record<string, string>): void {
  const aside = `${path}.${process.pid}`;
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value.replaceAll(/\s+/g, " ")}'\n`);
  writeFileSync(aside, lines.join(""), { mode: 0o600 });
  chmodSync(aside, 0o600);
  renameSync(aside, path);
}
