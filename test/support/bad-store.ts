// A store for bad requests: importing this file makes a key in it. What each request leaves there is counted.

import { CreateAliasCommand, CreateKeyCommand, EncryptCommand } from "@aws-sdk/client-kms";
import { beforeAll } from "vitest";
import { OPERATIONS, type OperationName } from "../../src/kms/table.ts";
import model from "../vectors/aws-model.json";
import type { ApiModel } from "./bad-input.ts";
import { client, newAccount } from "./client.ts";
import { inStore } from "./store.ts";

export const MODEL = model as unknown as ApiModel;
export const NEVER = "11111111-2222-4333-8444-555555555555";

export const account = newAccount();
export const BUILT = (Object.keys(OPERATIONS) as OperationName[]).filter((name) => OPERATIONS[name].read !== undefined);
/** A key of that account, and what it has encrypted in the context {a: "b"}. */
export let keyId = "";
export let blob = "";

/** A request of each operation that is well formed and changes nothing. */
export const baseOf = (operation: OperationName): Record<string, unknown> => {
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
export const state = (): Promise<string> =>
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
export const records = (): Promise<number> =>
  inStore(account, ({ meta }, { storage: { sql } }) => {
    const [row] = sql.exec<{ last: number | null }>("SELECT max(last) AS last FROM outbox").toArray();
    const delivered = Number(meta.find("head")?.split(":")[0] ?? 0);
    return Math.max((row?.last ?? -1) + 1, delivered);
  });

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
