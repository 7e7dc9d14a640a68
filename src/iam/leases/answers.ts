// What stores are answered: a view and the promise that it holds. The promise is a row, written in the turn that reads the view, so it outlives this
// instance; and an instance that has been replaced cannot write it, so it gives no view.

import { isSameStamp, type Lease, type Pulled, type Stamp } from "../../wire/views.ts";
import type { World } from "../world.ts";

/** `store`: the name of the store that asks. `held`: the stamp under which it holds the view of the subject. @throws Error where the write fails. */
export async function pull(world: World, store: string, subject: string, held: Stamp | undefined): Promise<Pulled> {
  world.ensureSchema();
  const pulled = world.storage.transactionSync((): Pulled => {
    const lease = promise(world, store, world.versions.stamp());
    return isSameStamp(lease.stamp, held) ? lease : { ...lease, view: world.views.of(subject) };
  });
  await world.storage.sync();
  return pulled;
}

/** Where the stamp is another by now, nothing is promised and no row is written. @throws Error where the write fails. */
export async function renew(world: World, store: string, held: Stamp): Promise<Lease> {
  world.ensureSchema();
  const renewed = world.storage.transactionSync((): Lease => {
    const stamp = world.versions.stamp();
    return isSameStamp(stamp, held) ? promise(world, store, stamp) : { stamp, leaseMs: 0 };
  });
  await world.storage.sync();
  return renewed;
}

function promise({ leases, leaseMs }: World, store: string, stamp: Stamp): Lease {
  leases.promise(store, leaseMs, stamp.version);
  return { stamp, leaseMs };
}

/**
 * What follows a restore: who holds leases from before is not known, so a round waits in full. Draws the incarnation, empties the rows and marks the
 * round in one transaction.
 */
export function restored({ storage, leases, versions, rounds }: World): void {
  const version = storage.transactionSync(() => {
    const longestMs = leases.longestMs();
    leases.empty();
    const stamp = versions.redraw();
    rounds.restored(stamp.version, longestMs);
    return stamp.version;
  });
  rounds.begin(version);
}
