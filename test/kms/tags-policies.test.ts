// Tags, descriptions and the key policy.

import {
  CreateKeyCommand,
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  ListKeyPoliciesCommand,
  ListResourceTagsCommand,
  paginateListResourceTags,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { client, newAccount, raw } from "../support/client.ts";

const tag = (TagKey: string, TagValue = "v") => ({ TagKey, TagValue });

async function withKey(input: ConstructorParameters<typeof CreateKeyCommand>[0] = {}) {
  const account = newAccount();
  const kms = await client({ account });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  const KeyId = KeyMetadata?.KeyId ?? "";
  const tags = async () => (await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags;
  return { account, kms, KeyId, tags };
}

describe("tags", () => {
  it("TAG-08, TAG-09: given, changed in place, taken away", async () => {
    const { kms, KeyId, tags } = await withKey({ Tags: [tag("tag1"), tag("tag2"), tag("tag3")] });
    await kms.send(new TagResourceCommand({ KeyId, Tags: [tag("tag4"), tag("tag2", "updated_value2"), tag("tag5")] }));
    expect(await tags()).toEqual([tag("tag1"), tag("tag2", "updated_value2"), tag("tag3"), tag("tag4"), tag("tag5")]);
    await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ["tag2", "never-there"] }));
    expect(await tags()).toEqual([tag("tag1"), tag("tag3"), tag("tag4"), tag("tag5")]);
  });

  it("TAG-11: a key without tags has an empty list", async () => {
    const { kms, KeyId, tags } = await withKey();
    expect(await tags()).toEqual([]);
    await kms.send(new TagResourceCommand({ KeyId, Tags: [tag("tag1"), tag("tag2", "")] }));
    await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ["tag1", "tag2"] }));
    expect(await tags()).toEqual([]);
  });

  it.each([
    ["TAG-06: a reserved name", [tag("aws:key1")], "Tags beginning with aws: are reserved"],
    ["a name twice", [tag("a"), tag("a")], "Duplicate tag keys"],
    ["too many at once", Array.from({ length: 51 }, (_, at) => tag(`k${at}`)), "Too many tags"],
    ["a character that is not allowed", [tag("a\u0000")], "Invalid tag"],
  ])("%s: TagException, and nothing changed", async (_, Tags, message) => {
    const { account, KeyId, tags } = await withKey({ Tags: [tag("kept")] });
    expect(await raw("TagResource", { KeyId, Tags }, { account })).toMatchObject({
      status: 400,
      json: { __type: "TagException", message },
    });
    expect(await tags()).toEqual([tag("kept")]);
  });

  it("fifty a key: what would be more changes nothing", async () => {
    const { account, kms, KeyId, tags } = await withKey({ Tags: Array.from({ length: 49 }, (_, at) => tag(`k${at}`)) });
    const more = await raw("TagResource", { KeyId, Tags: [tag("a"), tag("b")] }, { account });
    expect(more).toMatchObject({ status: 400, json: { __type: "LimitExceededException" } });
    expect(await tags()).toHaveLength(49);
    await kms.send(new TagResourceCommand({ KeyId, Tags: [tag("a"), tag("k0", "changed")] }));
    expect(await tags()).toHaveLength(50);
  });

  it("pages in order", async () => {
    const { account, kms, KeyId } = await withKey({ Tags: ["c", "a", "b", "e", "d"].map((name) => tag(name)) });
    const names = [];
    for await (const page of paginateListResourceTags({ client: kms, pageSize: 2 }, { KeyId }))
      names.push(...(page.Tags ?? []).map(({ TagKey }) => TagKey));
    expect(names).toEqual(["c", "a", "b", "e", "d"]);
    expect(await raw("ListResourceTags", { KeyId, Limit: 51 }, { account })).toMatchObject({
      json: { __type: "ValidationException" },
    });
    expect(await raw("ListResourceTags", { KeyId, Marker: "made-up" }, { account })).toMatchObject({
      json: { __type: "InvalidMarkerException" },
    });
  });
});

describe("UpdateKeyDescription", () => {
  it("changes it, and an empty one clears it", async () => {
    const { account, kms, KeyId } = await withKey({ Description: "before" });
    const described = async () => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Description;
    expect(await described()).toBe("before");
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: "after" }));
    expect(await described()).toBe("after");
    expect(await raw("UpdateKeyDescription", { KeyId, Description: "" }, { account })).toMatchObject({ status: 200, text: "" });
    expect(await described()).toBe("");
    expect(await raw("UpdateKeyDescription", { KeyId, Description: "x".repeat(8193) }, { account })).toMatchObject({
      json: { __type: "ValidationException" },
    });
  });
});

describe("the key policy", () => {
  it("POL-04: the default one, printed as AWS prints it", async () => {
    const { account, kms, KeyId } = await withKey();
    const { Policy = "", PolicyName } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    expect(PolicyName).toBe("default");
    expect(Policy.startsWith('{\n  "Version" : "2012-10-17",\n  "Id" : "key-default-1",\n')).toBe(true);
    expect(JSON.parse(Policy)).toEqual({
      Version: "2012-10-17",
      Id: "key-default-1",
      Statement: [
        {
          Sid: "Enable IAM User Permissions",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: "kms:*",
          Resource: "*",
        },
      ],
    });
  });

  it("POL-01, POL-02: a given one, by its name or without", async () => {
    const statement = (Sid: string) => ({ Sid, Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" });
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement("a"), statement("b")] });
    const { account, kms, KeyId } = await withKey({ Policy });
    for (const PolicyName of [undefined, "default"])
      expect((await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName }))).Policy).toBe(Policy);
    expect(await raw("ListKeyPolicies", { KeyId }, { account })).toMatchObject({
      status: 200,
      json: { PolicyNames: ["default"], Truncated: false },
    });
    expect((await kms.send(new ListKeyPoliciesCommand({ KeyId, Limit: 1 }))).NextMarker).toBeUndefined();
    expect(await raw("GetKeyPolicy", { KeyId, PolicyName: "other" }, { account })).toMatchObject({
      status: 400,
      json: { __type: "NotFoundException" },
    });
  });
});
