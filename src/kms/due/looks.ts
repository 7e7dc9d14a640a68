// Whatever is destroyed in time is looked at twice, a minute apart, so that a clock that jumps ahead cannot destroy it.

/** How long after the first look the second one is due. */
export const CONFIRM_MS = 60_000;
const LATE_MS_MAX = 60_000;

/** Whether a second look runs so long after it was due that it counts as a first one. */
export const isLate = (dueAt: number, now: number): boolean => now - dueAt > LATE_MS_MAX;
