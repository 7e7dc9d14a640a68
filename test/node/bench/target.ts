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
import { type Credentials, signedCalls } from "./requests.ts";

export interface Target {
  readonly port: number;
  credentials(account: string): Promise<Credentials>;
  /** One call, read to its end. @throws Error on any answer but 200. */
  call(account: string, operation: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** So many signed calls of one operation, `inputs` in turn. A signature lives five minutes. */
  prepare(
    account: string,
    operation: string,
    inputs: readonly Readonly<Record<string, unknown>>[],
    count: number,
  ): Promise<Buffer[]>;
  /** Where Miniflare keeps what the server stores. */
  readonly data: string;
  /** Resident memory of workerd, in MiB. */
  memory(): number;
  stop(): Promise<void>;
}

/** What calls a server needs, wherever it comes from. */
export type Called = Pick<Target, "port" | "credentials" | "call" | "prepare">;

/** A server on loopback, under these root keys. */
export function targetAt(port: number, rootKeys: string): Called {
  const held = new Map<string, Promise<Credentials>>();
  const credentials = (account: string): Promise<Credentials> => {
    const known = held.get(account) ?? rootCredentials(parseRootKeys(rootKeys), account);
    held.set(account, known);
    return known;
  };
  return {
    port,
    credentials,
    async call(account, operation, input) {
      const [request = Buffer.alloc(0)] = await signedCalls(port, await credentials(account), operation, [input]);
      const [head = "", body = ""] = request.toString().split("\r\n\r\n");
      const fields = head.split("\r\n").slice(1);
      const headers = Object.fromEntries(
        fields.map((field) => [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 2)]),
      );
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body });
      const text = await response.text();
      if (response.status !== 200) throw new Error(text);
      return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    },
    prepare: async (account, operation, inputs, count) =>
      signedCalls(
        port,
        await credentials(account),
        operation,
        Array.from({ length: count }, (_, at) => inputs[at % inputs.length] ?? {}),
      ),
  };
}

/** @param checkout whose server it is. */
export async function startTarget(checkout = CHECKOUT): Promise<Target> {
  const rootKeys = randomBytes(32).toString("base64");
  const child = fork(join(checkout, "test/node/bench/serve.ts"), { cwd: checkout, env: { ...process.env, ROOT_KEYS: rootKeys } });
  const { endpoint, state } = await new Promise<{ endpoint: string; state: string }>((resolve, reject) => {
    child.once("message", (message) => resolve(message as { endpoint: string; state: string }));
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return {
    ...targetAt(Number(new URL(endpoint).port), rootKeys),
    data: state,
    memory: () => Math.max(...workerdsOf(child.pid ?? 0).map(residentMiB)),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

const residentMiB = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
