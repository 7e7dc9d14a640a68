// The bench's server, a process of its own: the server of `npm start`, on the Worker that test/support/floor.ts wraps.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LOCAL_VARIABLES } from "../../../src/cli/server/local-variables.ts";
import { Server } from "../../../src/cli/server/server.ts";
import { readSettings } from "../../../src/cli/server/settings.ts";

/** Of this run alone, and gone with it. */
const rootKeys = process.env["ROOT_KEYS"] ?? "";
const state = mkdtempSync(join(tmpdir(), "edgekeep-bench-"));
const settings = readSettings();
const main = process.env["BENCH_WORKER"] ?? "test/support/floor.ts";
const server = new Server({ ...settings, main, objects: { ...settings.objects, ECHO: "Echo" } }, state);

const stop = async (): Promise<void> => {
  await server.stop();
  rmSync(state, { recursive: true, force: true });
  process.exit(0);
};
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void stop());
process.on("disconnect", () => void stop());

const endpoint = await server.start(0, { ...LOCAL_VARIABLES, ROOT_KEYS: rootKeys });
process.send?.({ endpoint, state });
