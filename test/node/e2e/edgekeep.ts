// Edgekeep as a user has it: `npm start`, its printed lines, its state directory, its exit.

import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KMSClient, type KMSClientConfig } from "@aws-sdk/client-kms";
import { afterEach, onTestFailed } from "vitest";
import { eventually, familyOf, killAndWait, lives, statOf } from "./processes.ts";

export const CHECKOUT = fileURLToPath(new URL("../../..", import.meta.url));
const RUN_PATIENCE_MS = 30_000;
/** Two seconds on a machine of its own, many where others share it. */
const START_PATIENCE_MS = 60_000;

const folders: string[] = [];
const children = new Set<ChildProcess>();
const seen = new Map<number, string | undefined>();

/** Whatever a failed test left running was started here, and ends here. */
afterEach(async () => {
  for (const { pid } of children) if (pid !== undefined) remember(pid);
  for (const [pid, startTime] of seen) if (lives(pid) && statOf(pid)?.startTime === startTime) await killAndWait(pid);
  children.clear();
  seen.clear();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function remember(ancestor: number): void {
  for (const pid of familyOf(ancestor)) seen.set(pid, statOf(pid)?.startTime);
}

/** A name for a state directory, in a new folder: nothing is there yet. */
export function newState(): string {
  const folder = mkdtempSync(join(tmpdir(), "edgekeep-e2e-"));
  folders.push(folder);
  return join(folder, "state");
}

export interface Server {
  readonly npm: number;
  readonly node: number;
  readonly endpoint: string;
  readonly port: number;
  /** What npm and the program printed, whole. */
  readonly output: () => string;
  /** Sends a signal to one process of it and returns how npm ended. */
  readonly stop: (to: "npm" | "node", signal?: NodeJS.Signals) => Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** SIGKILL to every process at once. */
  readonly killAll: () => Promise<void>;
}

/** `npm start -- --state STATE --port 0 …`, until it says that it is ready. */
export const startServer = (state: string, ...args: readonly string[]): Promise<Server> => startServerWith({}, state, ...args);

/** The same with more in its environment, which its children inherit. */
export async function startServerWith(
  env: Readonly<Record<string, string>>,
  state: string,
  ...args: readonly string[]
): Promise<Server> {
  const port = args.includes("--port") ? [] : ["--port", "0"];
  return serve("start", /^Edgekeep is ready at (http:\S+)$/m, ["--state", state, ...port, ...args], env);
}

/** Starts a script of package.json that serves, in a process group of its own as a shell does. `ready` captures the endpoint. */
export async function serve(
  script: string,
  ready: RegExp,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  checkout = CHECKOUT,
): Promise<Server> {
  const npm = spawn("npm", ["run", script, "--", ...args], {
    cwd: checkout,
    env: { ...process.env, npm_config_update_notifier: "false", NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  children.add(npm);
  const ended = exitOf(npm);
  let text = "";
  for (const stream of [npm.stdout, npm.stderr]) stream.on("data", (chunk) => (text += chunk));
  onTestFailed(() => console.error(text)); // the server's own words on what went wrong
  const isReady = () => {
    if (npm.exitCode !== null) throw new Error(`npm run ${script} ended with ${npm.exitCode}:\n${text}`);
    return ready.exec(text);
  };
  const [, endpoint = ""] = await eventually(`${script} to be ready`, isReady, START_PATIENCE_MS);
  const pid = Number(npm.pid);
  remember(pid);
  const node = Number(familyOf(pid)[1]); // sh and .run have become node by exec
  return {
    npm: pid,
    node,
    endpoint,
    port: Number(new URL(endpoint).port),
    output: () => text,
    stop: (to, signal = "SIGTERM") => {
      process.kill(to === "npm" ? pid : node, signal);
      return ended;
    },
    killAll: async () => {
      const all = familyOf(pid);
      process.kill(-pid, "SIGKILL"); // the group that was made for it
      await eventually("the end of all", () => !all.some(lives));
    },
  };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `src/cli/PROGRAM.ts` to its end. */
export async function run(program: string, args: readonly string[], stdin = ""): Promise<Finished> {
  const child = spawn("sh", [".run", "node", `src/cli/${program}.ts`, ...args], {
    cwd: CHECKOUT,
    stdio: ["pipe", "pipe", "pipe"],
  });
  children.add(child);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  child.stdin.on("error", () => {}); // it may end without reading
  child.stdin.end(stdin);
  const limit = setTimeout(() => child.kill("SIGKILL"), RUN_PATIENCE_MS);
  const { code } = await exitOf(child);
  clearTimeout(limit);
  return { code, stdout, stderr };
}

function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve) =>
    child.once("close", (code, signal) => {
      children.delete(child);
      resolve({ code, signal });
    }),
  );
}

/** Every path under a folder, with its mode, its time of change and the hash of what is in it. */
export function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const stats = statSync(path);
      const hash = stats.isFile() ? createHash("sha256").update(readFileSync(path)).digest("hex") : "directory";
      return `${name} ${(stats.mode & 0o777).toString(8)} ${stats.isFile() ? stats.mtimeMs : ""} ${hash}`;
    });
}

export const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Reads a value of DIR/aws, as the SDK would. */
export function profileValue(state: string, file: "credentials" | "config", name: string): string {
  const value = new RegExp(`^ *${name} = (.+)$`, "m").exec(readFileSync(join(state, "aws", file), "utf8"))?.[1];
  if (value === undefined) throw new Error(`no ${name} in aws/${file}`);
  return value;
}

/** The environment of a user who has pasted the printed lines, and nothing of this machine's own AWS settings. */
export const clientEnvironment = (state: string): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"))),
  AWS_SHARED_CREDENTIALS_FILE: `${state}/aws/credentials`,
  AWS_CONFIG_FILE: `${state}/aws/config`,
  AWS_PROFILE: "edgekeep",
});

/** A client with the credentials that the server has written; it does not try again, unless it is told to. */
export function kmsClient(state: string, config: KMSClientConfig = {}): KMSClient {
  return new KMSClient({
    endpoint: profileValue(state, "config", "endpoint_url"),
    region: profileValue(state, "config", "region"),
    credentials: {
      accessKeyId: profileValue(state, "credentials", "aws_access_key_id"),
      secretAccessKey: profileValue(state, "credentials", "aws_secret_access_key"),
    },
    maxAttempts: 1,
    ...config,
  });
}
