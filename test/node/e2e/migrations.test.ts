// A trail that an earlier version has filled, brought up to date.

import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, expect, test } from "vitest";
import { CHECKOUT } from "../../../src/cli/arguments.ts";
import { applyMigrations } from "../../../src/cli/server/migrations.ts";

const folder = mkdtempSync(join(tmpdir(), "edgekeep-migrations-"));
const miniflare = new Miniflare(
  convertV4MiniflareOptions({ cf: false, modules: true, script: "export default {}", d1Databases: ["AUDIT"] }),
);

afterAll(async () => {
  await miniflare.dispose();
  rmSync(folder, { recursive: true, force: true });
});

test("a trail of the first layout keeps each record at its place, and the rest is where it belongs", async () => {
  const database = await miniflare.getD1Database("AUDIT");
  const all = join(CHECKOUT, "migrations");
  copyFileSync(join(all, "0001_trail.sql"), join(folder, "0001_trail.sql"));
  await applyMigrations(database, folder);
  const rows = ["111122223333/eu-west-1", "111122223333/us-east-1"].flatMap((store) =>
    ["one", "two"].flatMap((incarnation) =>
      Array.from({ length: 50 }, (_, sequence) => {
        const [account, region] = store.split("/");
        const place = `${store} ${incarnation} ${sequence}`;
        return { store, incarnation, sequence, account, region, time: 1000 + sequence, hash: `hash of ${place}`, record: place };
      }),
    ),
  );
  const insert = database.prepare("INSERT INTO trail VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  await database.batch(rows.toReversed().map((row) => insert.bind(...Object.values(row))));

  await applyMigrations(database, all);
  const columns = "store, incarnation, place & 0xFFFFFFFFFF AS sequence, account, region, time, hash, record";
  const query = `SELECT ${columns} FROM trail JOIN chain ON number = place >> 40 ORDER BY store, incarnation, sequence`;
  expect((await database.prepare(query).all()).results).toEqual(rows);
  expect(await database.prepare("SELECT count(*) AS chains, max(number) AS last FROM chain").first()).toEqual({
    chains: 4,
    last: 4,
  });
  await applyMigrations(database, all); // nothing is left to do
});
