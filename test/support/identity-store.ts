// An IdentityStore under test: its world, its instance, its records.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { IdentityStore } from "../../src/iam/identity-store.ts";
import type { World } from "../../src/iam/world.ts";
import { type EventRecord, linksOf, parseRecord, rowsOf } from "./records.ts";

/** A world with the parts that tests exchange. */
export type OpenIdentities = { -readonly [K in keyof World]: World[K] };

export const identitiesStub = (account: string): DurableObjectStub<IdentityStore> =>
  env.IDENTITY_STORE.getByName(account) as unknown as DurableObjectStub<IdentityStore>;

/** Runs within the object. */
export const inIdentities = <R>(
  account: string,
  work: (world: OpenIdentities, state: DurableObjectState, instance: IdentityStore) => R | Promise<R>,
): Promise<R> =>
  runInDurableObject<IdentityStore, R>(identitiesStub(account), (instance, state) => work(instance.world, state, instance));

const TRAIL = `SELECT incarnation, place & 0xFFFFFFFFFF AS sequence, record, hash, time
  FROM trail JOIN chain ON number = place >> 40 WHERE store = ? ORDER BY incarnation, sequence`;

type Placed = ReturnType<typeof linksOf>[number];

/** The events of an account's identities in order, without the one that begins their incarnation. */
export async function identityEventsOf(account: string): Promise<EventRecord[]> {
  // The outbox first: a record leaves it only for the trail, so that none is missed between the two looks.
  const waiting = await inIdentities(account, (_, state) => rowsOf(state).flatMap(linksOf));
  const { results } = await env.AUDIT.prepare(TRAIL).bind(account).all<Placed>();
  const placed = new Map([...waiting, ...results].map((link) => [link.sequence, link]));
  const events = [...placed.values()].sort((one, other) => one.sequence - other.sequence).map(parseRecord);
  return events.filter(({ eventName }) => eventName !== "BeginIncarnation");
}
