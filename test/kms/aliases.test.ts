// Aliases, and aliases as names of keys.

import {
  CreateAliasCommand,
  DecryptCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  EncryptCommand,
  ListAliasesCommand,
  paginateListAliases,
  UpdateAliasCommand,
} from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { sdkKey } from "../support/new-key.ts";

async function withKey() {
  const account = newAccount();
  const kms = await client({ account });
  return { account, kms, key: await sdkKey(kms), arnOf: (name: string) => `arn:aws:kms:us-east-1:${account}:${name}` };
}

describe("CreateAlias, ListAliases, DeleteAlias", () => {
  it("ALIAS-02: there, listed with the plain key id, and gone", async () => {
    const { account, kms, key, arnOf } = await withKey();
    expect(await raw("CreateAlias", { AliasName: "alias/app/one", TargetKeyId: key.arn }, { account })).toMatchObject({
      status: 200,
      text: "",
    });
    const { Aliases = [] } = await kms.send(new ListAliasesCommand({}));
    expect(Aliases).toEqual([
      {
        AliasName: "alias/app/one",
        AliasArn: arnOf("alias/app/one"),
        TargetKeyId: key.id,
        CreationDate: expect.any(Date),
        LastUpdatedDate: expect.any(Date),
      },
    ]);
    expect(await raw("DeleteAlias", { AliasName: "alias/app/one" }, { account })).toMatchObject({ status: 200, text: "" });
    expect((await kms.send(new ListAliasesCommand({}))).Aliases).toEqual([]);
    const again = await raw("DeleteAlias", { AliasName: "alias/app/one" }, { account });
    expect(again).toMatchObject(refusal("NotFoundException", `Alias ${arnOf("alias/app/one")} is not found.`));
  });

  it.each([
    [
      "ALIAS-01",
      "no-prefix",
      "ValidationException",
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    ],
    [
      "ALIAS-07",
      "alias/my-alias!",
      "ValidationException",
      "1 validation error detected: Value 'alias/my-alias!' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
    ],
    ["ALIAS-08", "alias/my:alias", "ValidationException", "alias/my:alias contains invalid characters for an alias"],
    ["nothing behind the prefix", "alias/", "ValidationException", "alias/ contains invalid characters for an alias"],
  ])("%s: %s", async (_, AliasName, type, message) => {
    const { account, key } = await withKey();
    expect(await raw("CreateAlias", { AliasName, TargetKeyId: key.id }, { account })).toMatchObject(refusal(type, message));
  });

  it.each(["CreateAlias", "UpdateAlias", "DeleteAlias"])("%s: names of AWS's own are reserved", async (operation) => {
    const answer = await raw(operation, { AliasName: "alias/aws/s3", TargetKeyId: "x" });
    expect(answer).toMatchObject({ status: 400, text: '{"__type":"NotAuthorizedException"}' });
  });

  it("ALIAS-05: a name is taken once, even for the same key", async () => {
    const { account, key, arnOf } = await withKey();
    const create = () => raw("CreateAlias", { AliasName: "alias/x", TargetKeyId: key.id }, { account });
    expect(await create()).toMatchObject({ status: 200 });
    expect(await create()).toMatchObject(
      refusal("AlreadyExistsException", `An alias with the name ${arnOf("alias/x")} already exists`),
    );
  });

  it("an alias points at a key, not at an alias, and the key must be there", async () => {
    const { account } = await withKey();
    const create = (TargetKeyId: string) => raw("CreateAlias", { AliasName: "alias/x", TargetKeyId }, { account });
    expect(await create("alias/y")).toMatchObject(refusal("ValidationException", "Aliases must refer to keys. Not aliases"));
    expect(await create("none")).toMatchObject(refusal("NotFoundException", "Invalid keyId 'none'"));
  });

  it("ALIAS-04: a key's aliases alone; pages; a marker is this operation's", async () => {
    const { account, kms, key } = await withKey();
    const other = await sdkKey(kms);
    for (let at = 0; at < 5; at++) await kms.send(new CreateAliasCommand({ AliasName: `alias/${at}`, TargetKeyId: key.id }));
    await kms.send(new CreateAliasCommand({ AliasName: "alias/other", TargetKeyId: other.id }));
    expect((await kms.send(new ListAliasesCommand({ KeyId: other.arn }))).Aliases?.map(({ AliasName }) => AliasName)).toEqual([
      "alias/other",
    ]);
    const names = [];
    for await (const page of paginateListAliases({ client: kms, pageSize: 2 }, { KeyId: key.id }))
      names.push(...(page.Aliases ?? []).map(({ AliasName }) => AliasName));
    expect(names).toEqual([0, 1, 2, 3, 4].map((at) => `alias/${at}`));
    const { NextMarker = "" } = await kms.send(new ListAliasesCommand({ Limit: 1 }));
    expect(await raw("ListKeys", { Marker: NextMarker }, { account })).toMatchObject({
      json: { __type: "InvalidMarkerException" },
    });
    expect(await raw("ListAliases", { Limit: 101 }, { account })).toMatchObject({ json: { __type: "ValidationException" } });
    expect(await raw("ListAliases", { KeyId: "none" }, { account })).toMatchObject({ json: { __type: "NotFoundException" } });
  });

  it("fifty aliases a key", async () => {
    const { account, kms, key } = await withKey();
    for (let at = 0; at < 50; at++) await kms.send(new CreateAliasCommand({ AliasName: `alias/${at}`, TargetKeyId: key.id }));
    const more = await raw("CreateAlias", { AliasName: "alias/more", TargetKeyId: key.id }, { account });
    expect(more).toMatchObject({ status: 400, json: { __type: "LimitExceededException" } });
    const other = await sdkKey(kms);
    await kms.send(new CreateAliasCommand({ AliasName: "alias/more", TargetKeyId: other.id }));
    const moved = await raw("UpdateAlias", { AliasName: "alias/more", TargetKeyId: key.id }, { account });
    expect(moved).toMatchObject({ status: 400, json: { __type: "LimitExceededException" } });
    expect(await raw("UpdateAlias", { AliasName: "alias/1", TargetKeyId: key.id }, { account })).toMatchObject({ status: 200 });
  });
});

describe("UpdateAlias", () => {
  it("points it elsewhere, keeps its creation date and changes the other", async () => {
    const { account, kms, key, arnOf } = await withKey();
    const other = await sdkKey(kms);
    await kms.send(new CreateAliasCommand({ AliasName: "alias/x", TargetKeyId: key.id }));
    const [before] = (await kms.send(new ListAliasesCommand({}))).Aliases ?? [];
    await new Promise((resolve) => setTimeout(resolve, 5));
    await kms.send(new UpdateAliasCommand({ AliasName: "alias/x", TargetKeyId: other.id }));
    const [after] = (await kms.send(new ListAliasesCommand({}))).Aliases ?? [];
    expect(after).toMatchObject({ TargetKeyId: other.id, CreationDate: before?.CreationDate });
    expect(after?.LastUpdatedDate?.getTime()).toBeGreaterThan(before?.LastUpdatedDate?.getTime() ?? Number.NaN);
    const missing = await raw("UpdateAlias", { AliasName: "alias/none", TargetKeyId: "none" }, { account });
    expect(missing).toMatchObject(refusal("NotFoundException", `Alias ${arnOf("alias/none")} is not found.`));
  });
});

describe("aliases name keys", () => {
  it("LOOK-15, KEY-09: all four forms, and every answer has the key's ARN", async () => {
    const { kms, key, arnOf } = await withKey();
    await kms.send(new CreateAliasCommand({ AliasName: "alias/x", TargetKeyId: key.id }));
    for (const KeyId of [key.id, key.arn, "alias/x", arnOf("alias/x")]) {
      const sealed = await kms.send(new EncryptCommand({ KeyId, Plaintext: Uint8Array.of(7) }));
      expect(sealed.KeyId).toBe(key.arn);
      expect(await kms.send(new DecryptCommand({ KeyId, CiphertextBlob: sealed.CiphertextBlob }))).toMatchObject({
        KeyId: key.arn,
      });
      expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyId).toBe(key.id);
    }
  });

  it.each(["DisableKey", "GetKeyPolicy", "TagResource", "UpdateKeyDescription"])("ALIAS-10: not for %s", async (operation) => {
    const { account, kms, key } = await withKey();
    await kms.send(new CreateAliasCommand({ AliasName: "alias/x", TargetKeyId: key.id }));
    const answer = await raw(operation, { KeyId: "alias/x", Tags: [], Description: "" }, { account });
    expect(answer).toMatchObject(refusal("NotFoundException", "Invalid keyId 'alias/x'"));
    await kms.send(new DeleteAliasCommand({ AliasName: "alias/x" }));
  });
});
