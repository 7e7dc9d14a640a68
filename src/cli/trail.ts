// `npm run trail`: the audit trail, newest first, of a local state directory or of a deployment; and whether its chain holds.

import { setTimeout as pause } from "node:timers/promises";
import { trailArguments } from "./arguments.ts";
import { runProgram } from "./refusal.ts";
import { dataPath, requireState } from "./state/state-directory.ts";
import { localDatabase, wranglerDatabase } from "./trail/database.ts";
import { TrailLines } from "./trail/line.ts";
import { type Found, TrailReader } from "./trail/reader.ts";

const LOCAL_POLL_MS = 500;
const REMOTE_POLL_MS = 5_000;
/** A deployment's rows come over the network, a few at a time: what is checked there is bounded. */
const LOCAL_CHECKED_RECORDS_MAX = 1_000_000;
const REMOTE_CHECKED_RECORDS_MAX = 5_000;

await runProgram(async () => {
  const { source, filter, limit, follow, json } = trailArguments(process.argv.slice(2), Date.now());
  const isLocal = "state" in source;
  if (isLocal) requireState(source.state);
  const database = isLocal ? localDatabase(dataPath(source.state)) : wranglerDatabase(["--remote"]);
  const end = (): void => {
    database.close();
    process.exit(process.exitCode);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  // Whoever reads us may have read enough.
  process.stdout.on("error", (cause: NodeJS.ErrnoException) => {
    if (cause.code !== "EPIPE") throw cause;
    end();
  });

  const lines = new TrailLines();
  const show = ({ records, faults, notes }: Found): void => {
    for (const line of json ? records : lines.print(records)) process.stdout.write(`${line}\n`);
    for (const line of [...faults, ...notes]) console.error(`edgekeep: ${line}`);
    if (faults.length > 0) process.exitCode = 1;
  };
  const reader = new TrailReader(database, filter);
  const newest = await reader.newest(limit);
  show({ records: follow ? newest.toReversed() : newest, faults: [], notes: [] });
  show(await reader.check(isLocal ? LOCAL_CHECKED_RECORDS_MAX : REMOTE_CHECKED_RECORDS_MAX));
  while (follow) {
    await pause(isLocal ? LOCAL_POLL_MS : REMOTE_POLL_MS);
    for await (const found of reader.newer()) show(found);
  }
});
