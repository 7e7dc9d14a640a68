// A server under measurement, in a process of its own, with what is needed to call it.

import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rootCredentials } from "../../../src/auth/credentials.ts";
import { CHECKOUT } from "../../../src/cli/arguments.ts";
import { parseRootKeys } from "../../../src/crypto/root-keys.ts";
import { workerdsOf } from "../e2e/processes.ts";
import { interruption } from "./interruption.ts";
import { cpuSecondsOf } from "./processor.ts";
import { type Credentials, type Service, serviceAt } from "./requests.ts";

export interface Target extends Service {
  /** Of an account's root. */
  credentials(account: string): Promise<Credentials>;
  /** Where Miniflare keeps what the server stores. */
  readonly data: string;
  /** Seconds of processor time that the server has taken. */
  cpuSeconds(): number;
  /** Resident memory of workerd, in MiB. */
  memory(): number;
  stop(): Promise<void>;
}

/** A server of ours under these root keys, wherever it runs. */
export function edgekeepAt(port: number, rootKeys: string): Service {
  const held = new Map<string, Promise<Credentials>>();
  return serviceAt(port, (account) => {
    const known = held.get(account) ?? rootCredentials(parseRootKeys(rootKeys), account);
    held.set(account, known);
    return known;
  });
}

/** @param checkout whose server it is. */
export async function startTarget(checkout = CHECKOUT): Promise<Target> {
  const rootKeys = randomBytes(32).toString("base64");
  const child = fork(join(checkout, "test/node/bench/serve.ts"), { cwd: checkout, env: { ...process.env, ROOT_KEYS: rootKeys } });
  const { endpoint, state } = await new Promise<{ endpoint: string; state: string }>((resolve, reject) => {
    child.once("message", (message) => resolve(message as { endpoint: string; state: string }));
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const pid = child.pid ?? 0;
  return {
    ...edgekeepAt(Number(new URL(endpoint).port), rootKeys),
    credentials: (account) => rootCredentials(parseRootKeys(rootKeys), account),
    data: state,
    cpuSeconds: () => cpuSecondsOf(pid),
    memory: () => Math.max(...workerdsOf(pid).map(residentMiB)),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** Measures a server of this checkout, which is stopped however that ends, a signal included. */
export async function onTarget(measure: (target: Target) => Promise<void>): Promise<void> {
  const interrupted = interruption();
  const target = await startTarget();
  try {
    await Promise.race([measure(target), interrupted]);
  } finally {
    await target.stop();
  }
}

const residentMiB = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
