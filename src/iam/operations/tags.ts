// Tags of users, roles and managed policies: the same three operations on each. Source: IAM API reference.

import { fold } from "../../authz/fold.ts";
import { structure } from "../../wire/shape.ts";
import { arn, checkTags, requireEntity, requireTagRoom, roleName, tagKeys, tags, userName } from "../members.ts";
import { accepts, type Call, type Commit, type Computed } from "../operation.ts";
import { type PageRequest, paged, pageOf } from "../pages.ts";
import { requireOwnPolicy } from "../policies.ts";
import type { Reads } from "../tables/tables.ts";
import type { Tag } from "../tables/tags.ts";

/** Finds the unique id of whatever is tagged. @throws ApiError NoSuchEntity. */
type Owner = (reads: Reads) => string;

const ofUser =
  (name: string): Owner =>
  (reads) =>
    requireEntity(reads, "user", name).id;
const ofRole =
  (name: string): Owner =>
  (reads) =>
    requireEntity(reads, "role", name).id;
const ofPolicy =
  (policyArn: string, { account }: Call): Owner =>
  (reads) =>
    requireOwnPolicy(policyArn, reads, account).id;

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

const check = ({ Tags }: { readonly Tags: readonly Tag[] }): void => checkTags(Tags);

const user = { UserName: userName };
export const tagUser = accepts(structure({ ...user, Tags: tags }, check), ({ UserName, Tags }) => tag(ofUser(UserName), Tags));
export const untagUser = accepts(structure({ ...user, TagKeys: tagKeys }), ({ UserName, TagKeys }) =>
  untag(ofUser(UserName), TagKeys),
);
export const listUserTags = accepts(structure({ ...user, ...paged }), ({ UserName, ...page }, call) =>
  list(ofUser(UserName), page, call),
);

const role = { RoleName: roleName };
export const tagRole = accepts(structure({ ...role, Tags: tags }, check), ({ RoleName, Tags }) => tag(ofRole(RoleName), Tags));
export const untagRole = accepts(structure({ ...role, TagKeys: tagKeys }), ({ RoleName, TagKeys }) =>
  untag(ofRole(RoleName), TagKeys),
);
export const listRoleTags = accepts(structure({ ...role, ...paged }), ({ RoleName, ...page }, call) =>
  list(ofRole(RoleName), page, call),
);

const policy = { PolicyArn: arn };
export const tagPolicy = accepts(structure({ ...policy, Tags: tags }, check), ({ PolicyArn, Tags }, call) =>
  tag(ofPolicy(PolicyArn, call), Tags),
);
export const untagPolicy = accepts(structure({ ...policy, TagKeys: tagKeys }), ({ PolicyArn, TagKeys }, call) =>
  untag(ofPolicy(PolicyArn, call), TagKeys),
);
export const listPolicyTags = accepts(structure({ ...policy, ...paged }), ({ PolicyArn, ...page }, call) =>
  list(ofPolicy(PolicyArn, call), page, call),
);
