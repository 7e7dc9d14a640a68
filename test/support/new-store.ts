// A store with a key, whose log a test reads, and the trail that stands between it and D1.

import type { Trail } from "../../src/audit/trail.ts";
import { newAccount, raw } from "./client.ts";
import { newKey } from "./new-key.ts";
import { override } from "./override.ts";
import { parseRecord, summaryOf } from "./records.ts";
import { inStore, logOf, ring } from "./store.ts";

export const describeKey = (account: string, KeyId: string) => raw("DescribeKey", { KeyId }, { account });
export const namesOf = (links: readonly { record: string }[]) => summaryOf(links.map(parseRecord));

/** Puts a trail before D1's, which it may use. */
export const interpose = (account: string, make: (d1: Trail) => Trail): Promise<void> =>
  inStore(account, (world) => {
    world.trail = make(world.trail);
  });

/** A store with a key, and its log. */
export async function newStore() {
  const account = newAccount();
  const KeyId = await newKey(account);
  return { account, KeyId, log: await logOf(account) };
}

/** The same, with all its records in D1. */
export async function newDeliveredStore() {
  const made = await newStore();
  await ring(made.account);
  return made;
}

/** Notes the key whenever sealed material is read, to be opened. */
export async function countOpened(account: string): Promise<string[]> {
  const opened: string[] = [];
  await inStore(account, ({ tables }) => {
    override(tables.materials, "find", (find) => (keyId, prefix) => {
      opened.push(keyId);
      return find(keyId, prefix);
    });
  });
  return opened;
}
