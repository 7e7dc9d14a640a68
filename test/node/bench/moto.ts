// moto's server beside Edgekeep: the same requests, signed in the same way. MOTO_PYTHON names a python that has `moto[server]`.

import { join } from "node:path";
import { createKey, loadsOf } from "./loads.ts";
import type { Peer } from "./peer.ts";
import { serviceAt } from "./requests.ts";
import { freePort, spawnServer } from "./spawned.ts";

/** moto looks at neither. */
const ANYBODY = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "any" };

export const moto: Peer = {
  name: "moto",
  async start(folder) {
    const python = process.env["MOTO_PYTHON"];
    if (python === undefined) throw new Error("MOTO_PYTHON names no python that has moto[server]");
    const port = await freePort();
    const server = await spawnServer({
      command: python,
      words: ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)],
      environment: process.env,
      log: join(folder, "moto.log"),
      isReady: async () => (await fetch(`http://127.0.0.1:${port}/moto-api/`)).ok,
    });
    const service = serviceAt(port, async () => ANYBODY);
    return { ...server, loads: async () => loadsOf(service, await createKey(service)) };
  },
};
