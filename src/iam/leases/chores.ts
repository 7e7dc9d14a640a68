// What the alarm does for rounds: an instance that ended before its round had is followed by one that ends it.

import type { Chores } from "../../durable/chores.ts";
import type { World } from "../world.ts";

const KIND = "round";
/** Longer than most rounds take, so that the alarm seldom finds one under way. */
const LOOK_AFTER_MS = 20_000;

/** Marks the round of a change, and sets the time at which the alarm looks after it. Belongs into the transaction of the change. */
export function mark(version: number, { rounds, agenda, now }: World): void {
  rounds.marked(version);
  agenda.set({ kind: KIND, ref: "", at: now() + LOOK_AFTER_MS });
}

export const CHORES: Chores<World, typeof KIND> = {
  kinds: {
    async round({ rounds, agenda, now }) {
      rounds.resume();
      if (rounds.isUnfinished()) agenda.set({ kind: KIND, ref: "", at: now() + LOOK_AFTER_MS });
      else agenda.remove(KIND, "");
    },
  },
};
