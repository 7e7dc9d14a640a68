// A change that the service makes by itself: committed with its record, like a caller's.

import type { Entry } from "./ledger.ts";
import type { World } from "./world.ts";

/** @throws whatever `change` throws, and an Error where it could not be committed: nothing of it is done then, and it may be tried again. */
export function byItself(world: World, change: () => Entry): void {
  let trouble: unknown = new Error("the commit failed");
  const written = world.ledger.write(
    () => {
      const entry = change();
      world.changed();
      return { entry };
    },
    (cause) => {
      trouble = cause;
      world.store.keys.undo();
      return undefined;
    },
  );
  if (written === undefined) throw trouble;
}
