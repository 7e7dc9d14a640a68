// A server whose clock is days ahead, by a library that is put before libc's: what needs days is tried on the real server in seconds.

import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import type { KMSClient } from "@aws-sdk/client-kms";
import { expect, test } from "vitest";
import { CHECKOUT, kmsClient, type Server, startServerWith } from "./edgekeep.ts";

export const MINUTE_MS = 60 * 1000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

const COMPILER = "cc";
export const testWithCompiler = test.skipIf(spawnSync(COMPILER, ["--version"]).status !== 0);

export interface Ahead {
  readonly server: Server;
  readonly kms: KMSClient;
  /** What its clock said before it had a process. */
  readonly startedAt: number;
}

/** Starts a server whose clock is so many days ahead. */
export async function startAhead(state: string, days: number): Promise<Ahead> {
  const aheadMs = days * DAY_MS;
  const library = join(dirname(state), "shifted-clock.so");
  const source = join(CHECKOUT, "test/node/e2e/shifted-clock.c");
  const { status, stderr } = spawnSync(COMPILER, ["-shared", "-fPIC", "-O2", "-o", library, source], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
  const startedAt = Date.now() + aheadMs;
  const env = { LD_PRELOAD: library, EDGEKEEP_CLOCK_AHEAD_SECONDS: String(aheadMs / 1000) };
  const server = await startServerWith(env, state);
  // A signature must be of the server's time.
  return { server, kms: kmsClient(state, { systemClockOffset: aheadMs }), startedAt };
}
