// Tags of keys. Source: KMS API reference; developer guide, "Tags in AWS KMS".

import { ApiError } from "../../wire/api-error.ts";
import { listOf, structure } from "../../wire/shape.ts";
import { checkTags, keyId, tagKey, tagList } from "../members.ts";
import { accepts } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";

export const tagResource = accepts(
  structure({ KeyId: keyId, Tags: tagList }, ({ Tags }) => checkTags(Tags)),
  ({ Tags }, { key, quotas }) =>
    (writes) => {
      writes.tags.put(key.id, Tags);
      if (writes.tags.countOf(key.id) > quotas.tagsPerKey) {
        throw new ApiError("LimitExceededException", `The key ${key.arn} would have more than ${quotas.tagsPerKey} tags.`);
      }
      return {};
    },
);

export const untagResource = accepts(structure({ KeyId: keyId, TagKeys: listOf(tagKey) }), ({ TagKeys }, { key }) => (writes) => {
  writes.tags.remove(key.id, TagKeys);
  return {};
});

export const listResourceTags = accepts(
  structure({ KeyId: keyId, ...paged({ byDefault: 50, max: 50 }) }),
  async (input, call) => {
    const read = (after: string, count: number) => call.reads.tags.page(call.key.id, after, count);
    const { items, ...page } = await pageOf(input, call, read, ({ position }) => position);
    return { output: { Tags: items.map(({ TagKey, TagValue }) => ({ TagKey, TagValue })), ...page } };
  },
);
