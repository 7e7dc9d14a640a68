// An IdentityStore under test: its world, its instance, its alarm.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { IdentityStore } from "../../src/iam/identity-store.ts";
import type { World } from "../../src/iam/world.ts";
import type { IdentityPeer } from "../../src/wire/views.ts";
import { override } from "./override.ts";

/** A world with the parts that tests exchange. */
export type OpenIdentities = { -readonly [K in keyof World]: World[K] };

const identityStub = (account: string): DurableObjectStub<IdentityStore> & IdentityPeer =>
  env.IDENTITY_STORE.getByName(account) as unknown as DurableObjectStub<IdentityStore> & IdentityPeer;

/** Runs within the object. */
export const inIdentities = <R>(
  account: string,
  work: (world: OpenIdentities, state: DurableObjectState, instance: IdentityStore) => R | Promise<R>,
): Promise<R> =>
  runInDurableObject<IdentityStore, R>(identityStub(account), (instance, state) => work(instance.world, state, instance));

/** Ends the instance; its storage stays. */
export const restartIdentities = (account: string): Promise<void> => evictDurableObject(identityStub(account));

/** Lets the time come at which the next chore is due, and the alarm ring. @returns whether an alarm was set. */
export async function ringIdentities(account: string): Promise<boolean> {
  const restore = await inIdentities(account, (world) => {
    const due = world.agenda.earliest() ?? 0;
    return override(world, "now", (now) => () => Math.max(now(), due));
  });
  const rang = await runDurableObjectAlarm(identityStub(account));
  await inIdentities(account, restore);
  return rang;
}

/** Ends the instance in the middle of its work: calls under way are lost. */
export const abortIdentities = (account: string): Promise<void> =>
  inIdentities(account, (_, state) => state.abort("ended by a test")).catch(() => {});
