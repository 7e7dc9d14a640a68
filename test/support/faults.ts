// Faults of what is outside a store: D1 away, a full disk.

import type { Trail } from "../../src/audit/trail.ts";
import { override } from "./override.ts";
import { inStore, type OpenWorld } from "./store.ts";

/** Puts D1 out of a store's reach, so that its outbox keeps everything. @returns what brings it back to this instance. */
export async function putAway(account: string): Promise<() => Promise<void>> {
  const setTrail = (trail: Trail) =>
    inStore(account, (world) => {
      world.trail = trail;
    });
  const d1 = await inStore(account, ({ trail }) => trail);
  await setTrail({ deliver: () => Promise.reject(new Error("away")), answers: async () => false });
  return () => setTrail(d1);
}

/** Lets every commit fail at its very end. @returns what lets them succeed again. */
export function failCommits({ storage }: OpenWorld): () => void {
  let depth = 0;
  return override(storage, "transactionSync", (transactionSync) => (work) => {
    depth++;
    try {
      return transactionSync(() => {
        const result = work();
        if (depth === 1) throw new Error("the disk is full");
        return result;
      });
    } finally {
      depth--;
    }
  });
}
