// The port to IdentityStores: what a store asks of its account's own, and of another's whether its account is there. Nothing else reaches one.

import type { Peers } from "../durable/peers.ts";
import { ApiError } from "../wire/api-error.ts";
import { described } from "../wire/unknown-error.ts";
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

/** What waiting for an answer needs of its store. */
export interface Waiting {
  after(ms: number, then: () => void): () => void;
  log(line: Readonly<Record<string, unknown>>): void;
}

/** @returns an answer; undefined too where the object was not reached, which is logged. */
export const reached = <T>(asking: Promise<PeerReply<T>>, { log }: Pick<Waiting, "log">): Promise<PeerReply<T>> =>
  asking.catch((cause: unknown) => {
    log({ event: "identities not reached", ...described(cause) });
    return undefined;
  });

/** Whoever waits is answered within five seconds, and something is left of them for his record. */
const ANSWER_MS_MAX = 4500;

/** @throws ApiError DependencyTimeoutException where no answer comes, or none in time. */
export async function answered<T>(asking: Promise<PeerReply<T>>, waiting: Waiting): Promise<T> {
  const late = Promise.withResolvers<undefined>();
  const callOff = waiting.after(ANSWER_MS_MAX, () => late.resolve(undefined));
  const answer = await Promise.race([reached(asking, waiting), late.promise]);
  callOff();
  if (answer === undefined) throw new ApiError("DependencyTimeoutException");
  return answer;
}
