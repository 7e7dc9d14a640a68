// An IdentityStore made up for the store of an account: what it knows, what it was asked, and how it fails. The store's own parts stand behind the
// port `world.identities` as they are.

import { accessKey } from "../../src/auth/credentials.ts";
import type { Identified, PeerReply, SentView, Standing } from "../../src/wire/views.ts";
import { type Answer, raw, testRootKeys } from "./client.ts";
import { policyOf, type Written } from "./identities.ts";
import { inStore } from "./store.ts";

type Members = Record<string, unknown>;

const LEASE_MS = 10_000;

/** A user as an IdentityStore sends it. */
export const sentUser = (account: string, name: string, uniqueId: string): NonNullable<SentView["holder"]> => ({
  ...{ type: "User", arn: `arn:aws:iam::${account}:user/${name}`, account, uniqueId, userName: name },
});
export const sentRoot = (account: string): NonNullable<SentView["holder"]> => ({
  ...{ type: "Root", arn: `arn:aws:iam::${account}:root`, account, uniqueId: account },
});
/** What binds him: a policy of these statements. */
export const standing = (...statements: readonly Written[]): Standing => ({
  tags: [],
  identity: statements.length === 0 ? [] : [policyOf(...statements)],
});

/** Takes the place of the IdentityStore of an account. Its root's key of serial 0 is active; nobody else is there. */
export async function makeUpIdentities(account: string) {
  const views = new Map<string, SentView>();
  const identified = new Map<string, Identified>();
  const accounts = new Set<string>();
  const asked: string[] = [];
  let version = 1;
  const lease = () => ({ stamp: { incarnation: "made up", version }, leaseMs: LEASE_MS });
  /** What answers in place of each question. */
  const over: { reply?: () => Promise<PeerReply<never>> } = {};
  const told = async <T>(question: string, answer: () => T): Promise<PeerReply<T>> => {
    asked.push(question);
    return over.reply === undefined ? answer() : over.reply();
  };
  const keyId = async (serial: number): Promise<string> => (await accessKey(testRootKeys, account, serial)).accessKeyId;
  views.set(await keyId(0), { holder: sentRoot(account), standing: standing() });
  await inStore(account, (world) => {
    world.identities = {
      pull: (subject) => told(`pull ${subject}`, () => ({ ...lease(), view: views.get(subject) ?? {} })),
      renew: () => told("renew", lease),
      resolve: (names) =>
        told(`resolve ${names.join(" ")}`, () =>
          Object.fromEntries(
            names.flatMap((name) => {
              const found = [...identified.values()].find(({ uniqueId, arn }) => name === uniqueId || name === arn);
              return found === undefined ? [] : [[name, found]];
            }),
          ),
        ),
      exists: (other) => told(`exists ${other}`, () => ({ exists: accounts.has(other) })),
    };
  });
  return {
    ...{ asked, accounts, over, keyId },
    /** Lets an access key be known as this. The version is a higher one. */
    async know(serial: number, view: SentView): Promise<void> {
      views.set(await keyId(serial), view);
      version++;
    },
    /** Lets a user or role be there under this ARN. */
    name(uniqueId: string, arn: string): void {
      identified.set(uniqueId, { uniqueId, arn });
    },
    /** He is gone. */
    remove: (uniqueId: string): boolean => identified.delete(uniqueId),
    /** A call under the access key of a serial. */
    as:
      (serial: number) =>
      (operation: string, input: Members = {}): Promise<Answer> =>
        raw(operation, input, { account, serial }),
  };
}
