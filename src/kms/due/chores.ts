// What the alarm of a regional key store does, by kind of deadline.

import type { Chores } from "../../durable/chores.ts";
import type { KeyDeadline } from "../tables/tables.ts";
import type { World } from "../world.ts";
import { confirmDeletion, lookAtDeletion, putBackDeletions } from "./deletion.ts";
import { confirmExpiry, endWrappingKey, lookAtExpiry, putBackExpiries } from "./expiry.ts";
import { rotate } from "./rotation.ts";

export const CHORES: Chores<World, KeyDeadline> = {
  prepare(world) {
    putBackDeletions(world);
    putBackExpiries(world);
  },
  kinds: {
    delete: lookAtDeletion,
    "delete-confirm": confirmDeletion,
    expire: lookAtExpiry,
    "expire-confirm": confirmExpiry,
    rotate,
    "wrapping-key": endWrappingKey,
  },
};
