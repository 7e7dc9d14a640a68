// `npm run trail -- --remote`: the whole way of a deployment's trail. wrangler is the real one; what answers it is Cloudflare's API
// for D1 in miniature, on loopback, with SQLite behind it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Chain, FIRST_PREDECESSOR } from "../../../src/audit/chain.ts";
import { CHECKOUT } from "./edgekeep.ts";

const STORE = "111122223333/eu-west-1";
const INCARNATION = "0b8b9c1e-0000-4000-8000-000000000001";
const RECORDS = 1_200; // several pages

let database: DatabaseSync;
let api: ReturnType<typeof createServer>;
const asked: string[] = [];

beforeEach(async () => {
  asked.length = 0;
  database = new DatabaseSync(":memory:");
  const folder = join(CHECKOUT, "migrations");
  for (const name of readdirSync(folder).sort()) database.exec(readFileSync(join(folder, name), "utf8"));
  database.prepare("INSERT INTO chain VALUES (1, ?, ?)").run(STORE, INCARNATION);
  const insert = database.prepare("INSERT INTO trail VALUES ((1 << 40) + ?, ?, ?, ?, ?, ?)");
  const chain = new Chain(STORE, INCARNATION);
  let hash = FIRST_PREDECESSOR;
  for (let sequence = 0; sequence < RECORDS; sequence++) {
    const time = Date.UTC(2026, 0, 1) + sequence * 1000;
    const record = JSON.stringify({
      eventTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
      eventName: ["BeginIncarnation", "CreateKey"][sequence] ?? "Encrypt",
      awsRegion: "eu-west-1",
      recipientAccountId: "111122223333",
      ...(sequence === 0 ? { serviceEventDetails: { follows: null } } : {}),
    });
    hash = chain.hash({ next: sequence, hash }, record);
    insert.run(sequence, "111122223333", "eu-west-1", time, hash, record);
  }
  api = createServer((request, response) => void serve(request, response));
  await new Promise<void>((listening) => api.listen(0, "127.0.0.1", listening));
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { sql } = JSON.parse((await text(request)) || "{}") as { sql?: string };
  const answer = sql === undefined ? undefined : answerOf(`${request.method} ${request.url}`, sql);
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify(answer ?? { success: false, errors: [{ code: 7404, message: "not \u001b[2Jserved here" }], result: null }),
  );
}

afterEach(() => {
  api.close();
  database.close();
});

/** What D1 answers to several statements at once: a result each. */
function answerOf(path: string, sql: string): object | undefined {
  if (!/^POST \/accounts\/an-account\/d1\/database\/[0-9a-f-]{36}\/query$/.test(path)) return undefined;
  asked.push(sql);
  const result = sql
    .split(";")
    .map((statement) => ({ results: database.prepare(statement).all(), success: true, meta: { duration: 1 } }));
  return { success: true, errors: [], messages: [], result };
}

async function trail(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { port } = api.address() as AddressInfo;
  const child = spawn("sh", [".run", "node", "src/cli/trail.ts", "--remote", ...args], {
    cwd: CHECKOUT,
    env: {
      ...process.env,
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}`,
      CLOUDFLARE_API_TOKEN: "a-token",
      CLOUDFLARE_ACCOUNT_ID: "an-account",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number];
  return { code, stdout, stderr };
}

test("the newest records come over wrangler, and a filter that leaves out most is no false alarm", async () => {
  const newest = await trail("--limit", "3", "--json");
  expect([newest.code, newest.stderr]).toEqual([0, ""]);
  expect(
    newest.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).eventTime),
  ).toEqual(["2026-01-01T00:19:59Z", "2026-01-01T00:19:58Z", "2026-01-01T00:19:57Z"]);
  const { code, stdout, stderr } = await trail("--event", "CreateKey", "--account", "111122223333", "--region", "eu-west-1");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toBe("2026-01-01T00:00:01Z  111122223333/eu-west-1  CreateKey  -  -\n");
  expect(asked.join("\n")).not.toMatch(/INSERT|UPDATE|DELETE/);
});

test("a record that is gone is told, and what the API refuses is one line that steers no terminal", async () => {
  database.exec("DELETE FROM trail WHERE place = (1 << 40) + 700");
  const { code, stdout, stderr } = await trail("--event", "CreateKey");
  expect([code, stdout.includes("CreateKey")]).toEqual([1, true]);
  expect(stderr).toBe(`edgekeep: the chain of ${STORE}, incarnation ${INCARNATION}, does not hold: record 700 is missing\n`);

  database.exec("ALTER TABLE trail RENAME TO elsewhere");
  api.removeAllListeners("request").on("request", (_, response) => {
    response.statusCode = 403;
    response.end(JSON.stringify({ success: false, errors: [{ code: 10000, message: "no \u001b[2Jentry" }], result: null }));
  });
  const refused = await trail();
  expect([refused.code, refused.stdout]).toEqual([1, ""]);
  expect(refused.stderr).toMatch(/^edgekeep: wrangler could not read the trail: [ -~]+\n$/);
});
