// Several starts at once over what a killed server left: one serves, each other one says in one line that the directory is in use.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { CHECKOUT, newState } from "./edgekeep.ts";
import { eventually, familyOf, killAndWait, lives, workerdsOf } from "./processes.ts";

const ROUNDS = 20;
const ROUND_MS_MAX = 30_000;

interface Start {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly output: { stdout: string; stderr: string };
  readonly isReady: () => boolean;
}

const started: Start[] = [];
afterEach(async () => {
  for (const { pid } of started.splice(0)) for (const member of familyOf(pid)) await killAndWait(member);
});

function start(state: string, port = 0): Start {
  const args = ["src/cli/start.ts", "--state", state, "--port", String(port)];
  const child = spawn(process.execPath, args, { cwd: CHECKOUT, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += chunk));
  child.stderr.on("data", (chunk) => (output.stderr += chunk));
  const one = { child, pid: Number(child.pid), output, isReady: () => output.stdout.includes("Edgekeep is ready at ") };
  started.push(one);
  return one;
}

/** Waits until one serves and all others have ended. @returns the one. */
async function onlyOne(state: string, starts: readonly Start[]): Promise<Start> {
  await eventually(
    "one to serve and the others to end",
    () => starts.every(({ child, isReady }) => isReady() || child.exitCode !== null),
    ROUND_MS_MAX,
  );
  const [serving, ...more] = starts.filter(({ isReady }) => isReady());
  expect([serving === undefined, more.length]).toEqual([false, 0]);
  for (const { child, output, pid } of starts.filter((one) => one !== serving)) {
    await eventually("its output", () => output.stderr !== "");
    expect([child.exitCode, output], `process ${pid}`).toEqual([
      1,
      { stdout: "", stderr: `edgekeep: ${state} is in use by process ${serving?.pid}\n` },
    ]);
  }
  return serving as Start;
}

test(`${ROUNDS} times two or three starts over a server that was killed, whose workerd lives`, {
  timeout: ROUNDS * ROUND_MS_MAX,
}, async () => {
  const state = newState();
  let before = await onlyOne(state, [start(state)]);
  const { ino } = statSync(join(state, "lock"));
  for (let round = 0; round < ROUNDS; round++) {
    const orphans = workerdsOf(before.pid);
    expect(orphans).toHaveLength(1);
    await killAndWait(before.pid);
    expect(orphans.filter(lives)).toEqual(orphans);
    before = await onlyOne(
      state,
      Array.from({ length: 2 + (round % 2) }, () => start(state)),
    );
    expect(orphans.filter(lives)).toEqual([]);
    expect(workerdsOf(before.pid)).toHaveLength(1);
  }
  expect(statSync(join(state, "lock")).ino).toBe(ino);
});

test("two starts at once at one port: on a state without a lock yet, and where there is no directory", async () => {
  const probe = createServer();
  await once(probe.listen(0, "127.0.0.1"), "listening");
  const { port } = probe.address() as { port: number };
  await new Promise((closed) => probe.close(closed));

  const fresh = newState();
  const first = await onlyOne(fresh, [start(fresh, port), start(fresh, port)]);
  await killAndWait(first.pid, "SIGTERM");

  await eventually("its end", () => !lives(first.pid));
  const older = newState();
  cpSync(fresh, older, { recursive: true });
  chmodSync(older, 0o700); // files keep their mode in a copy, folders do not
  rmSync(join(older, "lock"));
  await onlyOne(older, [start(older, port), start(older, port)]);
});
