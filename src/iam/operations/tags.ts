// Tags of users, roles and managed policies. Case does not make another key. Source: IAM API reference.

import { fold } from "../../authz/fold.ts";
import { structure } from "../../wire/shape.ts";
import { builtinAt } from "../builtin-policies.ts";
import { arn, checkTags, requireEntity, requireTagRoom, roleName, tagKeys, tags, userName } from "../members.ts";
import { accepts, type Call, type Commit, type Computed } from "../operation.ts";
import { type PageRequest, paged, pageOf } from "../pages.ts";
import { requireOwnPolicy } from "../policies.ts";
import type { Reads } from "../tables/tables.ts";
import type { Tag } from "../tables/tags.ts";

/** Whose the tags are, by the unique id. @throws ApiError NoSuchEntity, and what else is wrong with the name. */
type Owner = (reads: Reads) => string;

const user =
  (name: string): Owner =>
  (reads) =>
    requireEntity(reads, "user", name).id;
const role =
  (name: string): Owner =>
  (reads) =>
    requireEntity(reads, "role", name).id;
const policy =
  (policyArn: string, { account }: Call): Owner =>
  (reads) =>
    requireOwnPolicy(policyArn, reads, account).id;

/** AWS's own policies have no tags, which may be seen. */
const seenPolicy =
  (policyArn: string, call: Call): Owner =>
  (reads) =>
    builtinAt(policyArn)?.id ?? policy(policyArn, call)(reads);

const tag =
  (owner: Owner, given: readonly Tag[]): Commit =>
  (writes) => {
    const id = owner(writes);
    requireTagRoom(writes, id, given);
    writes.tags.put(id, given);
    return {};
  };

const untag =
  (owner: Owner, keys: readonly string[]): Commit =>
  (writes) => {
    writes.tags.remove(owner(writes), keys);
    return {};
  };

async function list(owner: Owner, request: PageRequest, call: Call): Promise<Computed> {
  const id = owner(call.reads);
  const read = (after: string, limit: number) => call.reads.tags.page(id, after, limit);
  const { items, ...page } = await pageOf(request, call, read, ({ Key }) => fold(Key));
  return { output: { Tags: items, ...page } };
}

const checked = ({ Tags }: { readonly Tags: readonly Tag[] }): void => checkTags(Tags);

export const tagUser = accepts(structure({ UserName: userName, Tags: tags }, checked), ({ UserName, Tags }) =>
  tag(user(UserName), Tags),
);
export const tagRole = accepts(structure({ RoleName: roleName, Tags: tags }, checked), ({ RoleName, Tags }) =>
  tag(role(RoleName), Tags),
);
export const tagPolicy = accepts(structure({ PolicyArn: arn, Tags: tags }, checked), ({ PolicyArn, Tags }, call) =>
  tag(policy(PolicyArn, call), Tags),
);

export const untagUser = accepts(structure({ UserName: userName, TagKeys: tagKeys }), ({ UserName, TagKeys }) =>
  untag(user(UserName), TagKeys),
);
export const untagRole = accepts(structure({ RoleName: roleName, TagKeys: tagKeys }), ({ RoleName, TagKeys }) =>
  untag(role(RoleName), TagKeys),
);
export const untagPolicy = accepts(structure({ PolicyArn: arn, TagKeys: tagKeys }), ({ PolicyArn, TagKeys }, call) =>
  untag(policy(PolicyArn, call), TagKeys),
);

export const listUserTags = accepts(structure({ UserName: userName, ...paged }), (input, call) =>
  list(user(input.UserName), input, call),
);
export const listRoleTags = accepts(structure({ RoleName: roleName, ...paged }), (input, call) =>
  list(role(input.RoleName), input, call),
);
export const listPolicyTags = accepts(structure({ PolicyArn: arn, ...paged }), (input, call) =>
  list(seenPolicy(input.PolicyArn, call), input, call),
);
