// `npm start`: the whole service on this machine, at 127.0.0.1 only, with its state in one directory.
/// <reference path="./web-crypto.d.ts" />

import { startArguments } from "./arguments.ts";
import { greeting } from "./greeting.ts";
import { runProgram } from "./refusal.ts";
import { LOCAL_VARIABLES } from "./server/local-variables.ts";
import { QUIET_WRANGLER } from "./server/quiet-wrangler.ts";
import type { Server } from "./server/server.ts";
import { stopOnSignal } from "./server/signals.ts";
import { claimState } from "./state/claim.ts";
import { dataPath } from "./state/state-directory.ts";

Object.assign(process.env, QUIET_WRANGLER);

await runProgram(async () => {
  const { port, state, account, region, rates, corsOrigins } = startArguments(process.argv.slice(2));
  const { rootKeys } = await claimState(state, port);

  let server: Server | undefined;
  stopOnSignal(async () => server?.stop());

  // These two take a second to load: a refusal should not have to wait for them.
  const [settings, serving] = await Promise.all([import("./server/settings.ts"), import("./server/server.ts")]);
  server = new serving.Server(settings.readSettings(), dataPath(state));
  try {
    const endpoint = await server.start(port, { ...LOCAL_VARIABLES, ROOT_KEYS: rootKeys.text, RATES: rates, ...corsOrigins });
    const about = `State, with the root key without which nothing opens: ${state}`;
    console.log(await greeting({ endpoint, state, about, rootKeys: rootKeys.keys, account, region }));
  } catch (cause) {
    if (!server.isStopping) throw cause; // what failed was cut off: the signal's listener ends the process
  }
});
