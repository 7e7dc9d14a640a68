// Making a state directory ours: everything is checked first, and only then is anything made.

import { subscribe } from "node:diagnostics_channel";
import { requireFreePort } from "./port.ts";
import { markOf } from "./processes.ts";
import type { RootKeyText } from "./root-key-file.ts";
import { endFormerChildren, RunFile, readFormerRun } from "./run-file.ts";
import { examineState, makeDirectory, prepareState, refusing } from "./state-directory.ts";

export interface ClaimedState {
  readonly run: RunFile;
  readonly rootKeys: RootKeyText;
}

/**
 * Takes the directory for this process, until it ends, and completes it.
 * @throws Refusal with nothing changed: directory and port are checked before anything is made, and before Miniflare starts.
 */
export async function claimState(directory: string, port: number): Promise<ClaimedState> {
  process.umask(0o077); // workerd and wrangler inherit it: what they write is the owner's alone
  examineState(directory);
  const former = readFormerRun(directory);
  await endFormerChildren(former); // the port may be theirs
  await requireFreePort(port);
  makeDirectory(directory);
  const run = refusing(directory, () => RunFile.claim(directory, former));
  process.on("exit", () => leave(run));
  rememberChildren(run);
  return { run, rootKeys: prepareState(directory) };
}

/** This process may be killed at any moment, so a child is written down in the very turn in which it is spawned. */
function rememberChildren(run: RunFile): void {
  subscribe("child_process", (message) => {
    const { process: child } = message as { process: { readonly pid?: number } };
    queueMicrotask(() => {
      const mark = child.pid === undefined ? undefined : markOf(child.pid);
      if (mark !== undefined) run.add(mark);
    });
  });
}

/** An orderly stop leaves no child; after anything else this makes up for it. */
function leave(run: RunFile): void {
  run.endChildrenNow();
  run.remove();
}
