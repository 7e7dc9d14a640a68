// What a commit of records costs the disk: bytes of the write-ahead log, and reads.

import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { afterEach, expect, test } from "vitest";
import { OWN_TABLES } from "../../../src/durable/migrate.ts";
import { noAttachments, outbox } from "../../../src/durable/outbox.ts";

const COMMITS = 500;
const PAGE_BYTES = 4096;
/** Of a page in the log. */
const FRAME_BYTES = PAGE_BYTES + 24;

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** How often this process has read anything. */
const reads = (): number => Number(/^syscr: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);

/** An object's tables in a file as workerd has it. */
function newOutbox() {
  const folder = mkdtempSync(join(tmpdir(), "edgekeep-outbox-"));
  folders.push(folder);
  const path = join(folder, "object.sqlite");
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
  database.exec(OWN_TABLES as string);
  const exec = (query: string, ...values: SQLInputValue[]) => {
    const rows = database.prepare(query).all(...values);
    return { toArray: () => rows, one: () => rows[0] };
  };
  return { table: outbox({ exec } as unknown as SqlStorage, noAttachments), path };
}

test.each([
  [1, 2 * FRAME_BYTES],
  [16, 8 * FRAME_BYTES],
  [64, 22 * FRAME_BYTES],
])("a commit of %i records of 1,000 bytes writes hardly more than they have, and reads nothing", (records, bytesMax) => {
  const { table, path } = newOutbox();
  let next = 0;
  const commit = (): void => {
    const link = () => ({ sequence: next++, record: "x".repeat(1000), hash: "0".repeat(64), time: 1_800_000_000_000 });
    table.append("0f8fad5b-d9cb-469f-a165-70867728950e", Array.from({ length: records }, link));
  };
  for (let warm = 0; warm < COMMITS; warm++) commit();
  const [bytesBefore, readsBefore] = [statSync(`${path}-wal`).size, reads()];
  for (let at = 0; at < COMMITS; at++) commit();
  const readsAfter = reads();
  expect((statSync(`${path}-wal`).size - bytesBefore) / COMMITS).toBeLessThanOrEqual(bytesMax);
  expect((readsAfter - readsBefore) / COMMITS).toBeLessThan(0.1);
});
