// How a key is named, and what is answered where there is none.

import { CreateKeyCommand, DescribeKeyCommand, EncryptCommand } from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { client, newAccount, raw } from "../support/client.ts";

const NEVER = "11111111-2222-4333-8444-555555555555";
const MRK = "mrk-0123456789abcdef0123456789abcdef";

const notFound = (message: string) => ({ status: 400, json: { __type: "NotFoundException", message } });

describe("no such key", () => {
  it.each(["134f2428cec14b25a1ae9048164dba47", "mrk-fake-key-id", "fake-key-id", "11111111-2222-4333-8444-55555555555A", " "])(
    "LOOK-02, LOOK-03: %j has no key id's form",
    async (KeyId) => {
      expect(await raw("DescribeKey", { KeyId })).toMatchObject(notFound(`Invalid keyId '${KeyId}'`));
    },
  );

  it.each([NEVER, MRK])("LOOK-06: %s does not exist, by the ARN it would have here", async (KeyId) => {
    const account = newAccount();
    expect(await raw("DescribeKey", { KeyId }, { account })).toMatchObject(
      notFound(`Key 'arn:aws:kms:us-east-1:${account}:key/${KeyId}' does not exist`),
    );
  });

  it("LOOK-05: by ARN", async () => {
    const account = newAccount();
    const arn = `arn:aws:kms:us-east-1:${account}:key/${NEVER}`;
    expect(await raw("DescribeKey", { KeyId: arn }, { account })).toMatchObject(notFound(`Key '${arn}' does not exist`));
  });

  it("an alias that is not there", async () => {
    const account = newAccount();
    const alias = notFound(`Alias arn:aws:kms:us-east-1:${account}:alias/none is not found.`);
    expect(await raw("DescribeKey", { KeyId: "alias/none" }, { account })).toMatchObject(alias);
    expect(
      await raw("Encrypt", { KeyId: `arn:aws:kms:us-east-1:${account}:alias/none`, Plaintext: "AA==" }, { account }),
    ).toMatchObject(alias);
  });

  it.each(["EnableKey", "DisableKey"])("%s takes no alias", async (operation) => {
    expect(await raw(operation, { KeyId: "alias/x" })).toMatchObject(notFound("Invalid keyId 'alias/x'"));
  });

  it("an ARN that is none: InvalidArnException where the operation models it, else NotFoundException", async () => {
    for (const KeyId of [
      "arn:aws:kms:us-east-1:123:key/x",
      "arn:aws:s3:::bucket",
      `arn:aws-cn:kms:us-east-1:123456789012:key/${NEVER}`,
    ]) {
      expect(await raw("DescribeKey", { KeyId })).toMatchObject({ status: 400, json: { __type: "InvalidArnException" } });
      expect(await raw("Encrypt", { KeyId, Plaintext: "AA==" })).toMatchObject(notFound(`Invalid keyId '${KeyId}'`));
    }
  });
});

describe("Regions", () => {
  it("LOOK-08, LOOK-09: a key of one Region is unknown in another, by id and by ARN", async () => {
    const account = newAccount();
    const there = await client({ account, region: "us-west-2" });
    const { KeyMetadata } = await there.send(new CreateKeyCommand({}));
    const { KeyId, Arn = "" } = KeyMetadata ?? {};
    expect(await raw("DescribeKey", { KeyId: Arn }, { account })).toMatchObject(notFound("Invalid arn us-west-2"));
    expect(await raw("DescribeKey", { KeyId: KeyId ?? "" }, { account })).toMatchObject(
      notFound(`Key '${Arn.replace("us-west-2", "us-east-1")}' does not exist`),
    );
    for (const name of [KeyId, Arn])
      expect(await there.send(new DescribeKeyCommand({ KeyId: name }))).toMatchObject({ KeyMetadata });
  });
});

describe("other accounts", () => {
  it("a key of another account is refused in the same words whether it is there or not", async () => {
    const [owner, stranger] = [newAccount(), newAccount()];
    const kms = await client({ account: owner });
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const refusal = {
      status: 400,
      json: {
        __type: "AccessDeniedException",
        Message: `User: arn:aws:iam::${stranger}:root is not authorized to perform: kms:DescribeKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
      },
    };
    const absent = `arn:aws:kms:us-east-1:${owner}:key/${NEVER}`;
    const alias = `arn:aws:kms:us-east-1:${owner}:alias/x`;
    for (const KeyId of [KeyMetadata?.Arn ?? "", absent, alias])
      expect(await raw("DescribeKey", { KeyId }, { account: stranger })).toMatchObject(refusal);
  });

  it("nor does its ciphertext open", async () => {
    const kms = await client();
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Uint8Array.of(1) }));
    expect(await raw("Decrypt", { CiphertextBlob: CiphertextBlob?.toBase64() ?? "" })).toMatchObject({
      status: 400,
      json: {
        __type: "AccessDeniedException",
        Message:
          "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
      },
    });
  });
});
