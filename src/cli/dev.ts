// `npm run dev`: the service as `npm start` serves it, built anew at every change of its source. Its root keys and its state are its
// own, in a state directory below the other one, so that what is developed with never holds the keys of what is kept.
/// <reference path="./web-crypto.d.ts" />

import { join } from "node:path";
import { devArguments } from "./arguments.ts";
import { greeting } from "./greeting.ts";
import { Refusal, runProgram } from "./refusal.ts";
import { LOCAL_VARIABLES } from "./server/local-variables.ts";
import { QUIET_WRANGLER } from "./server/quiet-wrangler.ts";
import type { Server } from "./server/server.ts";
import { stopOnSignal } from "./server/signals.ts";
import { claimState } from "./state/claim.ts";
import { statOf } from "./state/ownership.ts";
import { dataPath, developmentPath, examineDevelopmentHome } from "./state/state-directory.ts";

Object.assign(process.env, QUIET_WRANGLER);

await runProgram(async () => {
  const { port, state: home, account, region, rates } = devArguments(process.argv.slice(2));
  const state = developmentPath(home);
  examineDevelopmentHome(home);
  const { rootKeys } = await claimState(state, port);
  tellOfFormerFiles(home);

  let server: Server | undefined;
  stopOnSignal(async () => server?.stop());

  const [settings, serving, bundling] = await Promise.all([
    import("./server/settings.ts"),
    import("./server/server.ts"),
    import("./server/bundle.ts"),
  ]);
  const read = settings.readSettings();
  server = new serving.Server(read, dataPath(state));
  const variables = { ...LOCAL_VARIABLES, ROOT_KEYS: rootKeys.text, RATES: rates };
  try {
    const { first, next } = await watched(read.main, bundling.watchWorker);
    const endpoint = await server.start(port, variables, first);
    const about = `State and root keys of development alone: ${state}`;
    console.log(await greeting({ endpoint, state, about, rootKeys: rootKeys.keys, account, region }));
    console.log(`Ready on ${endpoint}`);
    await serveEach(next, endpoint, (script) => server?.reload(script, Number(new URL(endpoint).port), variables));
  } catch (cause) {
    if (!server.isStopping) throw cause; // what failed was cut off, and the signal's listener ends the process
  }
});

type Watch = (main: string, built: (script: string | undefined) => void) => Promise<void>;

/** The first script, which must build, and where to get each later one: the newest that was not taken yet. */
async function watched(main: string, watch: Watch): Promise<{ first: string; next: () => Promise<string> }> {
  let [newest, arrival]: [string | undefined, PromiseWithResolvers<void>] = [undefined, Promise.withResolvers<void>()];
  await watch(main, (script) => {
    newest = script;
    arrival.resolve();
  });
  const take = async (): Promise<string | undefined> => {
    await arrival.promise;
    arrival = Promise.withResolvers<void>();
    return newest;
  };
  const first = await take();
  if (first === undefined) throw new Refusal("the Worker does not build: see above");
  const next = async (): Promise<string> => {
    for (;;) {
      const script = await take();
      if (script !== undefined) return script;
    }
  };
  return { first, next };
}

/** For ever. A script that workerd does not take leaves nothing serving, and is told; the next change may mend it. */
async function serveEach(
  next: () => Promise<string>,
  endpoint: string,
  serve: (script: string) => Promise<void> | undefined,
): Promise<never> {
  for (;;) {
    const script = await next();
    try {
      await serve(script);
      console.log(`Ready on ${endpoint}`);
    } catch (cause) {
      console.error(`edgekeep: the Worker as it is now does not run: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
}

/** Whatever an earlier version kept for development was sealed under the root keys of `npm start`: it is told of, and left alone. */
function tellOfFormerFiles(home: string): void {
  const left = ["dev", "dev.vars"].map((name) => join(home, name)).filter((path) => statOf(path) !== undefined);
  if (left.length > 0)
    console.error(
      `edgekeep: ${left.join(" and ")} of an earlier version are used no longer: delete them when you need them no more`,
    );
}
