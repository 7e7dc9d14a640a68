// What a call by a user writes, the lease counted in, is what a deployment pays for: at most three rows a call, all objects and D1 together, at 64
// connections. An account that nobody calls writes none.

import { env } from "cloudflare:workers";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { expect, it } from "vitest";
import { IDENTITY_LEASE_SECONDS } from "../../src/limits/lease.ts";
import { client, signed } from "../support/client.ts";
import { allowing, iamOfNewAccount, newUser } from "../support/iam-client.ts";
import { inIdentities, type OpenIdentities, ringIdentities } from "../support/identity-store.ts";
import { override } from "../support/override.ts";
import { deliverAll, inStore, type OpenWorld, ring } from "../support/store.ts";

const BATCHES = 12;
const CONNECTIONS = 64;
const CALLS = BATCHES * CONNECTIONS;
const COMMIT_MS = 3;
const ROWS_A_CALL_MAX = 3;
const LEASE_MS = IDENTITY_LEASE_SECONDS * 1000;
/** Which part of a lease passes before a batch, in turn: it is held, it is renewed, it is over and pulled anew. */
const PASSES = [0.1, 0.6, 1.1];

interface Count {
  rows: number;
}

/** Counts the rows that an object's statements write. Every cursor is read to its end within its statement's turn; what it wrote is known then. */
function countRows({ sql }: DurableObjectStorage, count: Count): void {
  const exec = sql.exec.bind(sql);
  sql.exec = ((query: string, ...bindings: unknown[]) => {
    const cursor = exec(query, ...bindings);
    count.rows += cursor.rowsWritten;
    return cursor;
  }) as typeof sql.exec;
}

/** Counts what reaches D1: each row of the trail, and its entry in the one index. */
function countTrail(world: OpenWorld | OpenIdentities, count: Count): void {
  override(world.trail, "deliver", (deliver) => async (delivery) => {
    const before = await rowsOfTrail();
    const stored = await deliver(delivery);
    count.rows += 2 * ((await rowsOfTrail()) - before);
    return stored;
  });
}

async function rowsOfTrail(): Promise<number> {
  const row = await env.AUDIT.prepare("SELECT count(*) AS count FROM trail").first<{ count: number }>();
  return row?.count ?? 0;
}

/** Rings both objects until no alarm is set. */
async function ringAll(account: string): Promise<void> {
  await deliverAll(account);
  for (let rings = 0; rings < 10; rings++) {
    const rang = [await ring(account), await ringIdentities(account)];
    if (!rang.includes(true)) return;
  }
  throw new Error("an alarm keeps ringing");
}

/** An account with a user and a key, both its objects counted, under a clock that a test moves on. */
async function newCounted() {
  const { iam, account } = await iamOfNewAccount();
  const credentials = await newUser(iam, "ada", allowing("kms:Encrypt"));
  const kms = await client({ account });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await ringAll(account);

  const clock = { ahead: 0 };
  const timers = new Set<() => void>();
  const asked = { pulls: 0, renewals: 0 };
  const [store, identities]: readonly [Count, Count] = [{ rows: 0 }, { rows: 0 }];
  await inStore(account, (world, { storage }) => {
    // A commit that waits for its replicas takes some milliseconds; here it takes none, and nothing would gather meanwhile.
    override(storage, "sync", (sync) => async () => {
      await scheduler.wait(COMMIT_MS);
      return sync();
    });
    override(world, "now", (now) => () => now() + clock.ahead);
    override(world, "after", (after) => (ms, then) => {
      if (ms !== LEASE_MS) return after(ms, then);
      timers.add(then);
      return () => timers.delete(then);
    });
    override(world.identities, "pull", (pull) => (subject, held) => {
      asked.pulls++;
      return pull(subject, held);
    });
    override(world.identities, "renew", (renew) => (held) => {
      asked.renewals++;
      return renew(held);
    });
    countRows(storage, store);
    countTrail(world, store);
  });
  await inIdentities(account, (world, { storage }) => {
    countRows(storage, identities);
    countTrail(world, identities);
  });
  return { account, credentials, clock, timers, asked, store, identities, KeyId: KeyMetadata?.KeyId };
}

it("a user's call writes at most three rows, and an idle account none", { timeout: 120_000 }, async () => {
  const { account, credentials, KeyId, clock, timers, asked, store, identities } = await newCounted();
  const call = await signed("Encrypt", { KeyId, Plaintext: "AA==" }, { credentials });
  const batch = async (): Promise<void> => {
    const answers = await Promise.all(Array.from({ length: CONNECTIONS }, call));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  };
  for (let made = 0; made < BATCHES; made++) {
    clock.ahead += LEASE_MS * (PASSES[made % PASSES.length] ?? 0);
    await batch();
  }
  await ringAll(account);
  expect(asked.pulls).toBeGreaterThanOrEqual(BATCHES / PASSES.length);
  expect(asked.renewals).toBeGreaterThanOrEqual(BATCHES / PASSES.length);
  expect(identities.rows).toBe(asked.pulls + asked.renewals);
  expect(store.rows).toBeGreaterThan(2 * CALLS * 0.99); // every record has reached the trail
  expect((store.rows + identities.rows) / CALLS).toBeLessThanOrEqual(ROWS_A_CALL_MAX);

  [store.rows, identities.rows] = [0, 0];
  const before = { ...asked };
  for (let leases = 0; leases < 3; leases++) {
    clock.ahead += LEASE_MS + 1;
    for (const fire of [...timers]) fire();
    expect(await ring(account)).toBe(false);
    expect(await ringIdentities(account)).toBe(false);
  }
  expect([store.rows, identities.rows]).toEqual([0, 0]);
  expect(asked).toEqual(before);
  const alarms = [
    await inStore(account, (_, { storage }) => storage.getAlarm()),
    await inIdentities(account, (_, { storage }) => storage.getAlarm()),
  ];
  expect(alarms).toEqual([null, null]);
});
