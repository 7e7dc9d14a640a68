// The frame in which an alarm's chores run: whatever is due by the clock, each on its own, so that one that fails or waits delays no
// other; the flush first. Each object brings chores of its own kinds.

import { described } from "../wire/unknown-error.ts";
import { type Deadline, type OwnKind, RETRY_MS_MAX } from "./agenda.ts";
import { drain } from "./drain.ts";
import type { Host } from "./host.ts";

const TROUBLE_MS = 1000;
const DUE_MAX = 100;
const MEANWHILE_MS = 1000;

/** Does what a deadline is about. It is called again where it fails, or where the process ends before it has removed its deadline. */
export type Chore<W> = (world: W, ref: string, at: number) => Promise<void>;

export interface Chores<W, Kind extends string> {
  /** Looks over the deadlines, with each start and each alarm, before any chore runs. */
  readonly prepare?: (world: W) => void;
  readonly kinds: Readonly<Record<Kind, Chore<W>>>;
}

const OWN: Readonly<Record<OwnKind, Chore<Host>>> = {
  flush,
  throttled: (host) => host.throttled.record(),
};

/** With each start of an object: if it has a deadline, it has an alarm. */
export async function startChores<W extends Host>(world: W, { prepare }: Pick<Chores<W, string>, "prepare">): Promise<void> {
  if (!hasDeadlines(world)) return;
  prepare?.(world);
  await world.agenda.wakeIfAsleep();
}

const hasDeadlines = (host: Host): boolean => host.hasSchema() && host.agenda.earliest() !== undefined;

/** Sets the next alarm whatever happens. Throws where not even that can be done: the platform calls again then, a few times. */
export async function doChores<W extends Host>(world: W, chores: Chores<W, string>): Promise<void> {
  if (!hasDeadlines(world)) return; // nor may there be any table
  const kinds: Readonly<Record<string, Chore<W>>> = { ...OWN, ...chores.kinds };
  const { agenda } = world;

  const doAll = async (due: readonly Deadline[]): Promise<boolean> => {
    let settled = true;
    for (const deadline of due) if (deadline.kind !== "flush") settled = (await doChore(deadline, kinds, world)) && settled;
    return settled;
  };

  /** Does whatever else comes due while the flush waits for D1: no other alarm rings before this one has ended. */
  const doMeanwhile = async (flushing: Promise<boolean>): Promise<boolean> => {
    let settled = true;
    for (;;) {
      const flushed = await Promise.race([flushing, pause(MEANWHILE_MS, flushing, world)]);
      if (flushed !== undefined) return flushed && settled;
      settled = (await doAll(agenda.due(DUE_MAX))) && settled;
    }
  };

  let settled = false;
  try {
    chores.prepare?.(world);
    const due = agenda.due(DUE_MAX);
    const flush = due.find(({ kind }) => kind === "flush");
    const flushing = flush === undefined ? undefined : doChore(flush, kinds, world); // D1 may take its time
    settled = await doAll(due);
    if (flushing !== undefined) settled = (await doMeanwhile(flushing)) && settled;
  } catch (cause) {
    world.log({ event: "chores failed", ...described(cause) });
  } finally {
    agenda.wake(settled ? 0 : TROUBLE_MS); // a chore that could not even be put off is still due
  }
}

/** Waits, at most until `work` has ended. */
function pause(ms: number, work: Promise<unknown>, host: Host): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const cancel = host.after(ms, () => resolve(undefined));
  void work.finally(cancel);
  return promise;
}

/** A chore that fails is rescheduled: retrying it at once would loop for ever. @returns false where it could not be rescheduled either. */
async function doChore<W extends Host>(
  { kind, ref, at }: Deadline,
  kinds: Readonly<Record<string, Chore<W>>>,
  world: W,
): Promise<boolean> {
  try {
    const chore = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (chore === undefined) throw new Error("only a newer version of this service knows this kind of chore");
    await chore(world, ref, at);
    return true;
  } catch (cause) {
    world.log({ event: "chore failed", kind, ...described(cause) });
    return putOff({ kind, ref }, world);
  }
}

function putOff({ kind, ref }: Pick<Deadline, "kind" | "ref">, { agenda, now, log }: Host): boolean {
  try {
    agenda.set({ kind, ref, at: now() + RETRY_MS_MAX });
    return true;
  } catch (cause) {
    log({ event: "chore not put off", kind, ...described(cause) });
    return false;
  }
}

async function flush(host: Host): Promise<void> {
  host.measure(); // with D1 away, the outbox grows
  if (host.ledger.callsCome() && host.agenda.putOffFlush()) return; // a burst is over before its records are in the way
  const delivered = await drain(host);
  host.agenda.flushed({ delivered, emptied: host.outbox.isEmpty() });
}
