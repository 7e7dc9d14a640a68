// Which calls an object still takes when its outbox is filling up.

/** Which calls the outbox still has room for. The others fail closed: there is no answer without a record. */
export type Room = "any call" | "what takes away" | "no call";

/** `takeAway`: a write that takes away what somebody may do, which an object takes even when its outbox is full. */
export type Effect = "read" | "write" | "takeAway";

/** `effect`: undefined of a call that names no operation. */
export const isRoomFor = (effect: Effect | undefined, room: Room): boolean =>
  room === "any call" || (room === "what takes away" && effect === "takeAway");
