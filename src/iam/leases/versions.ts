// The stamp of what an IdentityStore answers. It stands in `meta` and is read there each time: so no memory can be ahead of a transaction
// that has been undone.

import type { Meta } from "../../durable/meta.ts";
import type { Stamp } from "../../wire/views.ts";

/** `INCARNATION:VERSION`. The incarnation is of the views: the chain of records has another. */
const NAME = "views";

/** Each is to be called in a transaction: any of them may be the first to draw an incarnation. */
export interface Versions {
  stamp(): Stamp;
  /** Belongs into every transaction that changes what a view shows or could show. @returns the stamp from then on. */
  raise(): Stamp;
  /** Belongs into a restore. The version rises too, so that nothing that is under way here takes a new row for an old one. */
  redraw(): Stamp;
}

export function versions(meta: Meta, uuid: () => string): Versions {
  const put = (stamp: Stamp): Stamp => {
    meta.put(NAME, `${stamp.incarnation}:${stamp.version}`);
    return stamp;
  };
  const stamp = (): Stamp => {
    const [incarnation, version] = meta.find(NAME)?.split(":") ?? [];
    if (incarnation === undefined) return put({ incarnation: uuid(), version: 1 });
    return { incarnation, version: Number(version) };
  };
  return {
    stamp,
    raise() {
      const { incarnation, version } = stamp();
      return put({ incarnation, version: version + 1 });
    },
    redraw: () => put({ incarnation: uuid(), version: stamp().version + 1 }),
  };
}
