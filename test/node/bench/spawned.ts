// A server of somebody else's, in a process of its own, on this machine's loopback.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { cpuSecondsOf } from "./processor.ts";

const READY_MS_MAX = 30_000;
const POLL_MS = 100;
const END_MS_MAX = 5_000;

export interface Spawned {
  /** Seconds of processor time that it has taken, with all that it has started. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

export interface Program {
  readonly command: string;
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Takes what it prints. */
  readonly log: string;
  readonly isReady: () => Promise<boolean>;
}

/** @throws Error, with the end of what it has printed, where it does not become ready. */
export async function spawnServer({ command, words, environment, log, isReady }: Program): Promise<Spawned> {
  const output = openSync(log, "w");
  const child = spawn(command, words, { env: environment, stdio: ["ignore", output, output] });
  process.once("exit", () => child.kill("SIGKILL")); // where this run itself ends by an error
  const failed = new Promise<string>((resolve) => child.once("error", ({ message }) => resolve(message)));
  const ended = Promise.race([failed, once(child, "exit").then(([code]) => `it ended with ${code}`)]);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    if ((await Promise.race([ended, pause(END_MS_MAX)])) === undefined) child.kill("SIGKILL");
    await ended;
  };
  const end = performance.now() + READY_MS_MAX;
  while (!(await isReady().catch(() => false))) {
    const why = await Promise.race([ended, pause(POLL_MS)]);
    if (why === undefined && performance.now() < end) continue;
    await stop();
    throw new Error([why ?? `it was not ready after ${READY_MS_MAX / 1000} s`, ...lastLine(log)].join(": "));
  }
  return { cpuSeconds: () => cpuSecondsOf(child.pid ?? 0), stop };
}

/** @returns none where nothing was printed. */
const lastLine = (log: string): string[] => readFileSync(log, "utf8").trim().split("\n").slice(-1).filter(Boolean);

export async function freePort(): Promise<number> {
  const probe = createServer();
  await once(probe.listen(0, "127.0.0.1"), "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}
