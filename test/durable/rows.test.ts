// What a call writes is what a deployment pays for: at most three rows a call, objects and D1 together, at 64 connections.

import { env } from "cloudflare:workers";
import { CreateKeyCommand } from "@aws-sdk/client-kms";
import { expect, it } from "vitest";
import { client, newAccount, raw } from "../support/client.ts";
import { override } from "../support/override.ts";
import { deliverAll, inStore, ring } from "../support/store.ts";

const CALLS = 640;
const CONNECTIONS = 64;
const COMMIT_MS = 3;
const ROWS_A_CALL_MAX = 3;

it("a call writes at most three rows", { timeout: 60_000 }, async () => {
  const account = newAccount();
  const kms = await client({ account });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await ring(account);

  let written = 0;
  await inStore(account, (world, { storage }) => {
    const { sql } = storage;
    // A commit that waits for its replicas takes some milliseconds; here it takes none, and nothing would gather meanwhile.
    override(storage, "sync", (sync) => async () => {
      await scheduler.wait(COMMIT_MS);
      return sync();
    });
    const exec = sql.exec.bind(sql);
    // Every cursor is read to its end within its statement's turn; what it wrote is known then.
    sql.exec = ((query: string, ...bindings: unknown[]) => {
      const cursor = exec(query, ...bindings);
      written += cursor.rowsWritten;
      return cursor;
    }) as typeof sql.exec;
    const deliver = world.trail.deliver.bind(world.trail);
    world.trail = {
      ...world.trail,
      deliver: async (delivery) => {
        const before = await rowsOfTrail();
        const stored = await deliver(delivery);
        written += 2 * ((await rowsOfTrail()) - before); // each row of the trail, and its entry in the one index
        return stored;
      },
    };
  });

  for (let sent = 0; sent < CALLS; sent += CONNECTIONS) {
    await Promise.all(
      Array.from({ length: CONNECTIONS }, () => raw("Encrypt", { KeyId: KeyMetadata?.KeyId, Plaintext: "AA==" }, { account })),
    );
  }
  await deliverAll(account);
  expect(written).toBeGreaterThan(2 * CALLS * 0.99); // every record has reached the trail
  expect(written / CALLS).toBeLessThanOrEqual(ROWS_A_CALL_MAX);
});

async function rowsOfTrail(): Promise<number> {
  const row = await env.AUDIT.prepare("SELECT count(*) AS count FROM trail").first<{ count: number }>();
  return row?.count ?? 0;
}
