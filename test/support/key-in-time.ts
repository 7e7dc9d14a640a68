// A key whose life a test lets pass: the clock is the test's, and each step does what is due by then.

import { runDurableObjectAlarm } from "cloudflare:test";
import { CreateKeyCommand, DecryptCommand, DescribeKeyCommand, EncryptCommand } from "@aws-sdk/client-kms";
import { vi } from "vitest";
import { client, newAccount } from "./client.ts";
import { recordsOf } from "./records.ts";
import { inStore, stubOf } from "./store.ts";

export const KEPT_PLAINTEXT = new TextEncoder().encode("kept for years");

/** To be used under fake timers of Date. */
export async function newKeyInTime() {
  const account = newAccount();
  const kms = await client({ account });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const { KeyId = "", Arn = "" } = KeyMetadata ?? {};
  return {
    account,
    kms,
    KeyId,
    arn: Arn,
    described: async () => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata,
    encrypted: async () => (await kms.send(new EncryptCommand({ KeyId, Plaintext: KEPT_PLAINTEXT }))).CiphertextBlob,
    opened: async (CiphertextBlob: Uint8Array | undefined) => kms.send(new DecryptCommand({ CiphertextBlob })),
    /** Lets time pass, and does what is due then. */
    pass: async (milliseconds: number) => {
      vi.setSystemTime(Date.now() + milliseconds);
      await runDurableObjectAlarm(stubOf(account)); // by its own clock: `ring` would move it to what is due next
    },
    events: async (name: string) =>
      (await recordsOf(account))
        .map(({ record }) => JSON.parse(record) as Record<string, unknown>)
        .filter(({ eventName }) => eventName === name),
    rows: (table: string) => inStore(account, (_, { storage: { sql } }) => sql.exec(`SELECT * FROM ${table}`).toArray().length),
  };
}
