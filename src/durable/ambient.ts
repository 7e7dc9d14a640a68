// Clock, randomness, timers and the log as the runtime has them. The classes of objects hand them on as arguments; nothing else reads them.

import type { Outside } from "./host.ts";

export const AMBIENT: Pick<Outside, "now" | "random" | "uuid" | "after" | "log"> = {
  now: () => Date.now(),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  uuid: () => crypto.randomUUID(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  log: (line) => console.error(JSON.stringify(line)),
};
