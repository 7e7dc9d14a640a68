// Gates hold what is in flight, so that a race is forced and not awaited.

import { override } from "./override.ts";
import { inStore } from "./store.ts";

export interface Gate {
  /** Settles when something has arrived at the gate. */
  readonly reached: Promise<void>;
  readonly opened: Promise<void>;
  open(): void;
  /** To be awaited by what is held. */
  pass(): Promise<void>;
}

/** `expected`: how many must have arrived before `reached` settles. */
export function newGate(expected = 1): Gate {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    reached: reached.promise,
    opened: opened.promise,
    open: () => opened.resolve(),
    pass() {
      waiting++;
      if (waiting === expected) reached.resolve();
      return opened.promise;
    },
  };
}

/** Holds every Encrypt of a store after it has computed, before it commits. */
export async function holdEncrypt(account: string, expected = 1): Promise<Gate> {
  const gate = newGate(expected);
  await inStore(account, ({ keyring }) => {
    override(keyring, "encrypt", (encrypt) => async (...given) => {
      const made = await encrypt(...given);
      await gate.pass();
      return made;
    });
  });
  return gate;
}

/** Holds every call of a store where its caller's view is asked for, before it is admitted. */
export async function holdViews(account: string, expected = 1): Promise<Gate> {
  const gate = newGate(expected);
  await inStore(account, (world) => {
    const { callers } = world;
    world.callers = {
      inForce: callers.inForce,
      view: async (who) => {
        await gate.pass();
        return callers.view(who);
      },
    };
  });
  return gate;
}

/** Holds the group of reads that is waiting: its commit comes when the gate opens, or with the next write. Counts who has joined. */
export async function holdGroup(account: string, expected = 1): Promise<Gate> {
  const gate = newGate(expected);
  await inStore(account, ({ storage, ledger }) => {
    override(storage, "sync", () => () => gate.opened);
    override(ledger, "join", (join) => (entry) => {
      const durable = join(entry);
      void gate.pass();
      return durable;
    });
  });
  return gate;
}
