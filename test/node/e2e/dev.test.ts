// `npm run dev`: the same service, built anew at each change, with root keys and a state of its own beside those of `npm start`.

import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CreateKeyCommand, DecryptCommand, DescribeKeyCommand, EncryptCommand } from "@aws-sdk/client-kms";
import { expect, test } from "vitest";
import { CHECKOUT, kmsClient, listing, modeOf, newState, profileValue, run, serve, startServer } from "./edgekeep.ts";
import { expectPortsToTellNothing } from "./ports.ts";
import { eventually, familyOf, killAndWait, lives, workerdsOf } from "./processes.ts";

const READY = /^Ready on (http:\S+)$/m;
const startDev = (state: string, ...args: readonly string[]) => serve("dev", READY, ["--state", state, ...args]);
const below = (state: string) => join(state, "development");
const rootKeyOf = (state: string): string => JSON.parse(readFileSync(join(state, "root-keys.json"), "utf8")).keys["1"];

test("serves on loopback, keeps its secrets to itself, leaves no variables about, and ends with all its children", async () => {
  const state = newState();
  const server = await startDev(state);
  expect(server.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:[0-9]+$/);
  expect((await fetch(`${server.endpoint}/health`)).status).toBe(200);
  for (const folder of [state, below(state), join(below(state), "data")]) expect(modeOf(folder), folder).toBe("700");
  for (const file of ["root-keys.json", "run.json", "lock", "format", "aws/credentials"])
    expect(modeOf(join(below(state), file)), file).toBe("600");
  expect(readdirSync(state)).toEqual(["development"]);
  expect(filesWith(state, rootKeyOf(below(state)))).toEqual(["development/root-keys.json"]);
  expect(server.output()).toContain(`AWS_CONFIG_FILE=${below(state)}/aws/config`);

  const refused = await run("dev", ["--state", state]);
  expect(refused).toEqual({ code: 1, stdout: "", stderr: `edgekeep: ${below(state)} is in use by process ${server.node}\n` });

  const family = familyOf(server.npm);
  expect(await server.stop("npm")).toEqual({ code: 0, signal: null });
  expect(family.filter(lives)).toEqual([]);
  expect(() => statSync(join(below(state), "run.json"))).toThrow("ENOENT");
});

test("no port of it is an inspector, an admin page, or tells a secret; no process of it has an inspector or keys in its environment", async () => {
  const state = newState();
  const server = await startDev(state);
  const key = rootKeyOf(below(state));
  await expectPortsToTellNothing(server.npm, server.port, [
    key,
    profileValue(below(state), "credentials", "aws_secret_access_key"),
  ]);
  for (const pid of familyOf(server.npm)) {
    const [line, environment] = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${pid}/${name}`, "utf8"));
    expect(line).not.toMatch(/inspect/);
    expect([line?.includes(key), environment?.includes(key)]).toEqual([false, false]);
  }
  process.kill(server.node, "SIGUSR1"); // node's own way to open an inspector
  await new Promise((later) => setTimeout(later, 300));
  await expectPortsToTellNothing(server.npm, server.port, [key]);
  await server.stop("npm");
});

test("runs beside `npm start` on one state directory, on a free port, and neither knows the other's keys", async () => {
  const state = newState();
  const kept = await startServer(state);
  const before = listing(state).filter((line) => !line.startsWith("data"));
  const dev = await startDev(state);
  expect(dev.port).not.toBe(kept.port);
  expect(listing(state).filter((line) => !/^(data|development)/.test(line))).toEqual(before);
  expect(rootKeyOf(below(state))).not.toBe(rootKeyOf(state));
  expect(profileValue(below(state), "config", "endpoint_url")).toBe(dev.endpoint);

  const [own, other] = [kmsClient(below(state)), kmsClient(state)];
  const { KeyMetadata } = await own.send(new CreateKeyCommand({}));
  const { CiphertextBlob } = await own.send(new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from("x") }));
  await expect(other.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  const across = kmsClient(state, { endpoint: dev.endpoint });
  await expect(across.send(new CreateKeyCommand({}))).rejects.toMatchObject({ name: /UnrecognizedClient|InvalidSignature/ });
  await dev.stop("npm");
  expect((await fetch(`${kept.endpoint}/health`)).status).toBe(200);
  await kept.stop("npm");

  const again = await startServer(state); // the development state is nothing that `npm start` takes for its own
  await again.stop("npm");
});

test("what an earlier version kept for development is told of, and stays as it is", async () => {
  const state = newState();
  await (await startServer(state)).stop("npm");
  mkdirSync(join(state, "dev"), { mode: 0o700 });
  writeFileSync(join(state, "dev", "old.sqlite"), "old");
  writeFileSync(join(state, "dev.vars"), "ROOT_KEYS=''", { mode: 0o600 });
  const before = listing(state);
  const server = await startDev(state);
  expect(server.output()).toContain(
    `${join(state, "dev")} and ${join(state, "dev.vars")} of an earlier version are used no longer`,
  );
  await server.stop("npm");
  expect(listing(state).filter((line) => !line.startsWith("development"))).toEqual(before);
});

test("a directory of something else, or one that others may read, gets no state below it", async () => {
  const state = newState();
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(join(state, "thesis.txt"), "work of years");
  expect((await run("dev", ["--state", state])).stderr).toContain("is not empty and holds no state");
  chmodSync(state, 0o755);
  expect((await run("dev", ["--state", state])).stderr).toContain(`${state} has mode 0755, not 0700`);
  expect(readdirSync(state)).toEqual(["thesis.txt"]);
});

test("a change of the source is served at the same port; one that does not build or run is told, and the next one mends it", async () => {
  const state = newState();
  const copy = join(dirname(state), "checkout");
  mkdirSync(copy);
  for (const name of ["src", "migrations", "package.json", "wrangler.toml", ".run", "tsconfig.json"])
    cpSync(join(CHECKOUT, name), join(copy, name), { recursive: true });
  symlinkSync(join(CHECKOUT, "node_modules"), join(copy, "node_modules"));
  const server = await serve("dev", READY, ["--state", state], {}, copy);
  const [entry, source] = [join(copy, "src/worker.ts"), readFileSync(join(copy, "src/worker.ts"), "utf8")];
  const { KeyMetadata } = await kmsClient(below(state)).send(new CreateKeyCommand({}));
  appendFileSync(entry, "\nconst x = ;\n");
  await eventually("esbuild's words", () => /worker\.ts:\d+:\d+/.test(server.output()));
  expect((await fetch(`${server.endpoint}/health`)).status).toBe(200); // the last one that was good
  writeFileSync(entry, `${source}\nthrow new Error("broken");\n`);
  await eventually("workerd's words", () => server.output().includes("does not run"));
  writeFileSync(entry, source);
  await eventually("the good one", () => server.output().match(/^Ready on /gm)?.length === 2);
  const { KeyMetadata: same } = await kmsClient(below(state)).send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }));
  expect(same).toEqual(KeyMetadata);
  expect(workerdsOf(server.node)).toHaveLength(1);
  await server.stop("npm");
});

test("after SIGKILL to it alone, the next one ends what it left", async () => {
  const state = newState();
  const first = await startDev(state);
  const family = familyOf(first.node);
  const workerds = workerdsOf(first.node);
  await killAndWait(first.node);
  expect(workerds.filter(lives)).toEqual(workerds);
  const second = await startDev(state);
  expect(family.filter(lives)).toEqual([]);
  await second.stop("npm");
});

test("what a server notes of the migrations it applied is what wrangler notes", async () => {
  const state = newState();
  const server = await startDev(state);
  await server.stop("npm");
  const folder = join(dirname(state), "wrangler");
  const wrangler = ["wrangler", "d1", "migrations", "apply", "AUDIT", "--local", "--persist-to", folder];
  const { status } = spawnSync("sh", [".run", ...wrangler], {
    cwd: CHECKOUT,
    env: { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false", WRANGLER_WRITE_LOGS: "false" },
    stdio: "ignore",
  });
  expect(status).toBe(0);
  const ours = migrationNotes(join(below(state), "data"));
  expect(ours.names).toContain("0002_lean_trail.sql");
  expect(migrationNotes(folder)).toEqual(ours);
});

/** Every file that holds the text. */
const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });

/** The table and the names in it, from the one database under a folder that has it. */
function migrationNotes(folder: string): { columns: string[]; names: string[] } {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /d1\/.*\.sqlite$/.test(name));
  for (const file of files) {
    const database = new DatabaseSync(join(folder, file), { readOnly: true });
    try {
      const columns = database
        .prepare("SELECT name || ' ' || type || ' ' || [notnull] || ' ' || pk AS text FROM pragma_table_info('d1_migrations')")
        .all();
      if (columns.length === 0) continue;
      const names = database.prepare("SELECT name AS text FROM d1_migrations ORDER BY id").all();
      return { columns: columns.map(({ text }) => String(text)), names: names.map(({ text }) => String(text)) };
    } finally {
      database.close();
    }
  }
  throw new Error(`no d1_migrations under ${folder}`);
}
