// The port to IdentityStores: what a store asks of its account's own, and of another's whether its account is there. Nothing else reaches one.

import type { Peers } from "../durable/peers.ts";
import type { Identified, IdentityPeer, Lease, PeerReply, Pulled, Stamp } from "../wire/views.ts";

/** `IdentityPeer` without its passports. A promise is rejected where the object was not reached. */
export interface Identities {
  pull(subject: string, held: Stamp | undefined): Promise<PeerReply<Pulled>>;
  renew(held: Stamp): Promise<PeerReply<Lease>>;
  resolve(names: readonly string[]): Promise<PeerReply<Readonly<Record<string, Identified>>>>;
  exists(account: string): Promise<PeerReply<{ readonly exists: boolean }>>;
}

/** `stub`: of an account's IdentityStore, made anew for each call. */
export const identitiesOf = (account: string, peers: Peers, stub: (account: string) => IdentityPeer): Identities => ({
  pull: (subject, held) => peers.call(account, (passport) => stub(account).pull(passport, subject, held)),
  renew: (held) => peers.call(account, (passport) => stub(account).renew(passport, held)),
  resolve: (names) => peers.call(account, (passport) => stub(account).resolve(passport, names)),
  exists: (other) => peers.call(other, (passport) => stub(other).exists(passport)),
});
