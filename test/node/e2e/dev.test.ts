// `npm run dev`: the same service under wrangler, with a state of its own.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { modeOf, newState, run, serve, startServer } from "./edgekeep.ts";
import { eventually, familyOf, killAndWait, lives, workerdsOf } from "./processes.ts";

const startDev = (state: string) => serve("dev", /Ready on (http:\S+)/, ["--state", state, "--port", "0"]);

test("serves /health on loopback, keeps its secrets to itself, and ends with all its children", async () => {
  const state = newState();
  const server = await startDev(state);
  expect(server.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:[0-9]+$/);
  expect((await fetch(`${server.endpoint}/health`)).status).toBe(200);
  for (const file of ["dev.vars", "root-keys.json", "run.json"]) expect(modeOf(join(state, file)), file).toBe("600");
  expect(modeOf(join(state, "dev"))).toBe("700");
  expect((await fetch(`${server.endpoint}/cdn-cgi/explorer`)).status).not.toBe(200);

  const refused = await run("start", ["--state", state, "--port", "0"]);
  expect(refused).toEqual({ code: 1, stdout: "", stderr: `edgekeep: ${state} is in use by process ${server.node}\n` });

  const family = familyOf(server.npm);
  await server.stop("npm");
  expect(family.filter(lives)).toEqual([]);
  expect(() => statSync(join(state, "run.json"))).toThrow("ENOENT");
});

test("after SIGKILL to it alone, the next one ends what it left", async () => {
  const state = newState();
  const first = await startDev(state);
  const family = familyOf(first.node);
  const workerds = workerdsOf(first.node);
  await eventually("the children to be written down", () => statSync(join(state, "run.json")).size > 100 * workerds.length);
  await killAndWait(first.node);
  expect(workerds.filter(lives)).toEqual(workerds);
  const second = await startDev(state);
  expect(family.filter(lives)).toEqual([]);
  await second.stop("npm");
});

test("what `npm start` notes of the migrations it applied is what wrangler notes", async () => {
  const state = newState();
  await (await startServer(state)).stop("npm");
  await (await startDev(state)).stop("npm");
  const ours = migrationNotes(join(state, "data"));
  expect(ours.names).toContain("0001_trail.sql");
  expect(migrationNotes(join(state, "dev"))).toEqual(ours);
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
