// Nothing that was answered is lost to kill -9, and nothing that must not leave is written.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { kmsClient, newState, profileValue, startServer } from "./edgekeep.ts";
import { type Load, startLoad } from "./load.ts";
import { eventually, killAndWait, lives, workerdsOf } from "./processes.ts";
import { CANARY, everyAnswerIsRecordedOnce, open, seal, trailIsSound } from "./survivors.ts";

const LOAD_MS = 1_500;
test("after SIGKILL to every process under load, each answered request has one record, the chain holds and what was sealed opens", async () => {
  const state = newState();
  const first = await startServer(state);
  const sealed = await seal(kmsClient(state));
  const load = startLoad(kmsClient(state), sealed.KeyId, CANARY);
  await pause(LOAD_MS);
  await first.killAll();
  await load.stop();
  expect(load.answered.size).toBeGreaterThan(100);
  expect(load.faults).toEqual([]);

  const second = await startServer(state);
  expect(await open(kmsClient(state), sealed)).toBe(CANARY.toString());
  await everyAnswerIsRecordedOnce(state, load.answered);
  await second.stop("npm");
  trailIsSound(state, load.answered);
});

test("after SIGKILL to node alone, the next start ends the workerd that lived on, and nothing is lost", async () => {
  const state = newState();
  const first = await startServer(state);
  const sealed = await seal(kmsClient(state));
  const [orphan = 0] = workerdsOf(first.node);
  const load = startLoad(kmsClient(state), sealed.KeyId, CANARY);
  await pause(LOAD_MS);
  await killAndWait(first.node);
  expect(lives(orphan)).toBe(true);
  expect((await fetch(`${first.endpoint}/health`)).status).toBe(200); // it serves on, and holds the port

  const second = await startServer(state, "--port", String(first.port));
  expect(lives(orphan)).toBe(false);
  await load.stop();
  expect(load.faults).toEqual([]);
  expect(await open(kmsClient(state), sealed)).toBe(CANARY.toString());
  await everyAnswerIsRecordedOnce(state, load.answered);
  await second.stop("npm");
  trailIsSound(state, load.answered);
});

test("after SIGKILL to workerd alone, the same server goes on, and nothing is lost", async () => {
  const state = newState();
  const server = await startServer(state);
  const sealed = await seal(kmsClient(state));
  const loads: Load[] = [startLoad(kmsClient(state), sealed.KeyId, CANARY)];
  await pause(LOAD_MS / 2);
  await killAndWait(workerdsOf(server.node)[0] ?? 0);
  await eventually("an answer", () =>
    fetch(`${server.endpoint}/health`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  loads.push(startLoad(kmsClient(state), sealed.KeyId, CANARY));
  await pause(LOAD_MS / 2);
  for (const load of loads) await load.stop();
  expect(loads.flatMap(({ faults }) => faults)).toEqual([]);
  const answered = new Set(loads.flatMap((load) => [...load.answered]));
  expect(await open(kmsClient(state), sealed)).toBe(CANARY.toString());
  await everyAnswerIsRecordedOnce(state, answered);
  await server.stop("npm");
  trailIsSound(state, answered);
});

test("no file of the state holds a plaintext, a data key, the root key or a secret access key", async () => {
  const state = newState();
  const server = await startServer(state);
  const kms = kmsClient(state);
  const sealed = await seal(kms);
  const load = startLoad(kms, sealed.KeyId, CANARY);
  await pause(LOAD_MS);
  await load.stop();
  expect(load.dataKeys.length).toBeGreaterThan(10);
  await everyAnswerIsRecordedOnce(state, load.answered);

  const secrets = canaries(state, load.dataKeys);
  expect(found(state, secrets)).toEqual([]); // with its write-ahead logs, as a thief of a running machine's disk has it
  await server.stop("npm");
  expect(found(state, secrets)).toEqual([]);

  // The search itself finds what is there: the key's id stands in the trail.
  expect(found(state, new Map([["the key's id", Buffer.from(sealed.KeyId)]]))).not.toEqual([]);
  expect(server.output()).not.toContain(profileValue(state, "credentials", "aws_secret_access_key"));
});

function canaries(state: string, dataKeys: readonly Uint8Array[]): Map<string, Buffer> {
  const rootKeys = JSON.parse(readFileSync(join(state, "root-keys.json"), "utf8")) as { keys: Record<string, string> };
  const rootKey = Buffer.from(String(rootKeys.keys["1"]), "base64");
  const secretKey = profileValue(state, "credentials", "aws_secret_access_key");
  return new Map([
    ["the plaintext", CANARY],
    ["the root key", rootKey],
    ["the secret access key", Buffer.from(secretKey)],
    ["the secret access key's bytes", Buffer.from(secretKey, "base64")],
    ...dataKeys.map((key, index) => [`data key ${index}`, Buffer.from(key)] as const),
  ]);
}

/** Which secret stands in which file, raw, in base64 at each of its three phases, or in hex. */
function found(state: string, secrets: ReadonlyMap<string, Buffer>): string[] {
  const needles = [...secrets].flatMap(([name, bytes]) => spellings(bytes).map((spelling) => [name, spelling] as const));
  const files = readdirSync(state, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(state, name)).isFile());
  return files
    .filter((name) => name !== "root-keys.json" && name !== join("aws", "credentials"))
    .flatMap((name) => {
      const content = readFileSync(join(state, name));
      return needles.filter(([, spelling]) => content.includes(spelling)).map(([secret]) => `${secret} in ${name}`);
    });
}

function spellings(bytes: Buffer): Buffer[] {
  // In a longer run of base64 the same bytes have three spellings; the characters at the edges mix with their neighbours.
  const phases = [0, 1, 2].map((skipped) => {
    const rest = bytes.subarray(skipped);
    return Buffer.from(rest.subarray(0, rest.length - (rest.length % 3)).toString("base64"));
  });
  return [bytes, ...phases, Buffer.from(bytes.toString("hex")), Buffer.from(bytes.toString("hex").toUpperCase())];
}
