// Tags of keys: given, changed, taken away, listed.

import {
  CreateKeyCommand,
  ListResourceTagsCommand,
  paginateListResourceTags,
  TagResourceCommand,
  UntagResourceCommand,
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
