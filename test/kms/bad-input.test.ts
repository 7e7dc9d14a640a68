// Bad input: AWS's error each, never a 5xx, nothing changed, one record each. Seeded: a failure prints the request that failed.

import { CreateAliasCommand, CreateKeyCommand, EncryptCommand } from "@aws-sdk/client-kms";
import { beforeAll, describe, expect, it } from "vitest";
import { OPERATIONS, type OperationName } from "../../src/kms/table.ts";
import { type ApiModel, bodyOf, type Fault, type Spoilt, seeded, spoiltMembers } from "../support/bad-input.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { inStore } from "../support/store.ts";
import model from "../vectors/aws-model.json";

const MODEL = model as unknown as ApiModel;
const SEED = 20261124;
/** Requests with two or three members spoilt at once. */
const COMBINED = 4200;
const PATIENCE_MS = 180_000;
const NEVER = "11111111-2222-4333-8444-555555555555";

const account = newAccount();
const BUILT = (Object.keys(OPERATIONS) as OperationName[]).filter((name) => OPERATIONS[name].read !== undefined);
let keyId = "";
let blob = "";

/** A request of each operation that is well formed and changes nothing. */
const baseOf = (operation: OperationName): Record<string, unknown> => {
  const bases: Partial<Record<OperationName, Record<string, unknown>>> = {
    CreateKey: { Tags: [{ TagKey: "aws:reserved", TagValue: "" }] },
    CreateAlias: { AliasName: "alias/kept", TargetKeyId: keyId },
    UpdateAlias: { AliasName: "alias/never", TargetKeyId: keyId },
    DeleteAlias: { AliasName: "alias/never" },
    Decrypt: { CiphertextBlob: blob },
    ReEncrypt: { CiphertextBlob: blob, DestinationKeyId: NEVER },
    Encrypt: { KeyId: NEVER, Plaintext: "AA==" },
    GenerateDataKey: { KeyId: NEVER, KeySpec: "AES_256" },
    GenerateDataKeyWithoutPlaintext: { KeyId: NEVER, KeySpec: "AES_256" },
    GenerateRandom: { NumberOfBytes: 1 },
    ListAliases: {},
    ListKeys: {},
    TagResource: { KeyId: NEVER, Tags: [{ TagKey: "k", TagValue: "v" }] },
    UntagResource: { KeyId: NEVER, TagKeys: ["k"] },
    UpdateKeyDescription: { KeyId: NEVER, Description: "changed" },
  };
  return bases[operation] ?? { KeyId: NEVER };
};

/** Everything that a request may have changed. */
const state = (): Promise<string> =>
  inStore(account, (_, { storage: { sql } }) =>
    JSON.stringify(
      ["key", "material", "alias", "tag"].map((table) =>
        sql
          .exec(`SELECT * FROM ${table} ORDER BY 1, 2`)
          .toArray()
          .map((row) => Object.values(row).map(String)),
      ),
    ),
  );

/** How many records the store has made. */
const records = (): Promise<number> =>
  inStore(account, ({ meta }, { storage: { sql } }) => {
    const [row] = sql.exec<{ last: number | null }>("SELECT max(last) AS last FROM outbox").toArray();
    const delivered = Number(meta.find("head")?.split(":")[0] ?? 0);
    return Math.max((row?.last ?? -1) + 1, delivered);
  });

interface Sent {
  readonly operation: string;
  readonly body: string;
  readonly how: string;
  readonly fault?: Fault | undefined;
}

/** Sends requests, several at a time, and checks each answer. */
async function sendAll(requests: readonly Sent[]): Promise<void> {
  for (let from = 0; from < requests.length; from += 32) {
    await Promise.all(
      requests.slice(from, from + 32).map(async ({ operation, body, how, fault }) => {
        const { status, json, text } = await raw(operation, body, { account });
        const failed = `seed ${SEED}: ${operation}, ${how}: ${body.slice(0, 300)} → ${status} ${text.slice(0, 300)}`;
        expect(status, failed).toBeLessThan(500);
        if (fault !== undefined) expect(`${status} ${json["__type"]}`, failed).toBe(`400 ${fault}`);
      }),
    );
  }
}

/** Sends them, and looks whether each left one record and nothing else. */
async function unchangedBy(requests: readonly Sent[]): Promise<void> {
  const [before, count] = [await state(), await records()];
  await sendAll(requests);
  expect(await state()).toBe(before);
  expect(await records()).toBe(count + requests.length);
}

beforeAll(async () => {
  const kms = await client({ account });
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ Description: "kept", Tags: [{ TagKey: "kept", TagValue: "kept" }] }),
  );
  keyId = KeyMetadata?.KeyId ?? "";
  await kms.send(new CreateAliasCommand({ AliasName: "alias/kept", TargetKeyId: keyId }));
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId: keyId, Plaintext: Uint8Array.of(1), EncryptionContext: { a: "b" } }),
  );
  blob = CiphertextBlob?.toBase64() ?? "";
});

const spoilt = Object.fromEntries(BUILT.map((operation) => [operation, spoiltMembers(operation, MODEL)])) as Record<
  OperationName,
  Spoilt[]
>;

describe("members spoilt one at a time", () => {
  it.each(BUILT)("%s", { timeout: PATIENCE_MS }, async (operation) => {
    await unchangedBy(
      spoilt[operation].map((one) => ({
        operation,
        body: bodyOf(baseOf(operation), [one]),
        how: `${one.member} ${one.how}`,
        fault: one.fault,
      })),
    );
  });
});

it("members spoilt two and three at a time: a type is wrong before a constraint is broken", {
  timeout: PATIENCE_MS,
}, async () => {
  const random = seeded(SEED);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const requests = Array.from({ length: COMBINED }, (): Sent => {
    const operation = pick(BUILT);
    const chosen = new Map(
      Array.from({ length: 2 + Math.floor(random() * 2) }, () => pick(spoilt[operation])).map((one) => [one.member, one]),
    );
    const all = [...chosen.values()];
    const fault = all.some((one) => one.fault === "SerializationException") ? "SerializationException" : "ValidationException";
    return {
      operation,
      body: bodyOf(baseOf(operation), all),
      how: all.map(({ member, how }) => `${member} ${how}`).join(", "),
      fault,
    };
  });
  await unchangedBy(requests);
});

it("at least 5,000 requests in all", () => {
  expect(Object.values(spoilt).flat().length + COMBINED).toBeGreaterThanOrEqual(5000);
});
