// Making a state directory ours: everything is checked first, and only then is anything made.

import { subscribe } from "node:diagnostics_channel";
import { setTimeout as pause } from "node:timers/promises";
import { requireFreePort } from "../server/port.ts";
import { type Lock, lockPath, tryLock } from "./lock.ts";
import { isPrivateDirectory, requirePrivateFile, statOf } from "./ownership.ts";
import { markOf } from "./processes.ts";
import type { RootKeyText } from "./root-key-file.ts";
import { inUse, RunFile, readFormerRun, readServer } from "./run-file.ts";
import { examineState, makeDirectory, prepareState, refusing } from "./state-directory.ts";

const HOLDER_PATIENCE_MS = 2_000;
const HOLDER_POLL_MS = 20;

export interface ClaimedState {
  readonly run: RunFile;
  readonly rootKeys: RootKeyText;
}

/**
 * Takes the directory for this process, until it ends, and completes it.
 * @throws Refusal with nothing of the state changed: all is checked before anything is made, and before Miniflare starts.
 */
export async function claimState(directory: string, port: number): Promise<ClaimedState> {
  process.umask(0o077); // workerd inherits it: what it writes is the owner's alone
  process.on("SIGUSR1", () => {}); // without a listener, node would open its inspector
  const lock = await lockState(directory, port);
  examineState(directory);
  const former = readFormerRun(directory);
  const run = refusing(directory, () => RunFile.claim(former));
  process.on("exit", () => leave(run, lock));
  rememberChildren(run);
  await run.endFormerChildren(); // the port may be theirs
  await requireFreePort(port);
  return { run, rootKeys: prepareState(directory) };
}

/** The lock comes before a look at what another start may be making just now; where there is none yet, the look comes first too. */
async function lockState(directory: string, port: number): Promise<Lock> {
  if (isPrivateDirectory(directory)) {
    requirePrivateFile(lockPath(directory), "may be absent");
    if (!isLockThere(directory)) unlessLocked(directory, () => examineState(directory));
  } else {
    examineState(directory);
    await requireFreePort(port).catch((refused: unknown) => unlessLocked(directory, () => rethrow(refused)));
    makeDirectory(directory);
  }
  return takeLock(directory);
}

const isLockThere = (directory: string): boolean => statOf(lockPath(directory)) !== undefined;

/** Another start that was quicker makes a check fail of what it is making: then the lock decides. */
function unlessLocked<T>(directory: string, check: () => T): T | undefined {
  try {
    return check();
  } catch (cause) {
    if (!isLockThere(directory)) throw cause;
    return undefined;
  }
}

function rethrow(cause: unknown): never {
  throw cause;
}

/** The holder of the lock is named once its run file is there; one that is just ending lets go of the lock. */
async function takeLock(directory: string): Promise<Lock> {
  const end = performance.now() + HOLDER_PATIENCE_MS;
  for (;;) {
    const lock = refusing(directory, () => tryLock(directory));
    if (lock !== undefined) return lock;
    const holder = readServer(directory);
    if (holder !== undefined || performance.now() > end) throw inUse(directory, holder);
    await pause(HOLDER_POLL_MS);
  }
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

/** An orderly stop leaves no child; after anything else this makes up for it. The lock goes last. */
function leave(run: RunFile, lock: Lock): void {
  run.endChildrenNow();
  run.remove();
  lock.close();
}
