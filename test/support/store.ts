// A store under test: its world, its instance, its alarm, its log.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import type { ObjectCall, Reply } from "../../src/durable/call.ts";
import type { RegionalKeyStore } from "../../src/kms/regional-key-store.ts";
import type { World } from "../../src/kms/world.ts";
import { REGION } from "./client.ts";
import { override } from "./override.ts";

const A_SECOND_MS = 1000;
const DELIVERED_MS_MAX = 10_000;

/** A world with the parts that tests exchange. */
export type OpenWorld = { -readonly [K in keyof World]: World[K] };

/** The RPC surface, as the front sees it. */
export interface Kms {
  kms(call: ObjectCall): Promise<Reply>;
}

export const stubOf = (account: string, region = REGION): DurableObjectStub<RegionalKeyStore> & Kms =>
  env.REGIONAL_KEY_STORE.getByName(`${account}/${region}`) as unknown as DurableObjectStub<RegionalKeyStore> & Kms;

/** One call over RPC, as a front makes it. */
export const callStore = (account: string, call: ObjectCall): Promise<Reply> => stubOf(account).kms(call);

/** Runs within the object. */
export const inStore = <R>(
  account: string,
  work: (world: OpenWorld, state: DurableObjectState, instance: RegionalKeyStore) => R | Promise<R>,
  region = REGION,
): Promise<R> =>
  runInDurableObject<RegionalKeyStore, R>(stubOf(account, region), (instance, state) => work(instance.world, state, instance));

/** Lets the time come at which the next chore is due and no calls come, and the alarm ring. @returns whether an alarm was set. */
export async function ring(account: string): Promise<boolean> {
  const restore = await inStore(account, (world) => {
    const due = world.agenda.earliest() ?? 0;
    const quiet = world.ledger.callsCome() ? world.now() + A_SECOND_MS : 0;
    return override(world, "now", (now) => () => Math.max(now(), due, quiet));
  });
  const rang = await runDurableObjectAlarm(stubOf(account));
  await inStore(account, restore);
  return rang;
}

/** Rings until every record is in the trail. An alarm that rang by itself meanwhile may still be at it. */
export const deliverAll = (account: string): Promise<void> =>
  vi.waitFor(async () => {
    await ring(account);
    expect(await inStore(account, ({ outbox }) => outbox.isEmpty())).toBe(true);
  }, DELIVERED_MS_MAX);

/** Ends the instance; its storage stays. What it holds of callers goes first: an instance whose lease's timer runs is not evicted. */
export async function restart(account: string): Promise<void> {
  await inStore(account, ({ views }) => views.forget());
  await evictDurableObject(stubOf(account));
}

/** The lines that a store logs from now on, instead of printing them. */
export async function logOf(account: string): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  await inStore(account, (world) => {
    world.log = (line) => lines.push(line);
  });
  return lines;
}

/** From now on a call of the store that yields its turn goes straight on: what rests for others would only lengthen a test of its own. */
export const withoutRests = (account: string): Promise<void> =>
  inStore(account, (world) => {
    world.turn = (work) => work();
  });
