// Groups, and who is in them. Source: IAM API reference.

import { optional, structure } from "../../wire/shape.ts";
import {
  groupName,
  move,
  newUniqueId,
  path,
  pathOfNew,
  pathPrefix,
  removeBare,
  requireEntity,
  requireFree,
  requireQuota,
  userName,
} from "../members.ts";
import { accepts } from "../operation.ts";
import { paged, pageOf, pageOfEntities } from "../pages.ts";
import { listedEntity, shownEntity } from "../shown.ts";
import type { Entity, EntityReads } from "../tables/entities.ts";

export const createGroup = accepts(
  structure({ GroupName: groupName, Path: pathOfNew }),
  ({ GroupName, Path }, { account, quotas, now, random }) =>
    (writes) => {
      requireFree(writes, "group", GroupName);
      requireQuota(writes.entities.count("group"), quotas.groups, "GroupsPerAccount");
      const group: Entity = {
        ...{ id: newUniqueId("AGPA", random, writes.entities), kind: "group", name: GroupName, path: Path, createdAt: now() },
        ...{ boundary: undefined, description: undefined, sessionSeconds: undefined },
      };
      writes.entities.insert(group);
      return { output: { Group: shownEntity(group, writes, account) } };
    },
);

/** Those of a membership: foreign keys keep them there. */
const present = (ids: readonly string[], entities: EntityReads): readonly Entity[] =>
  ids.flatMap((id) => entities.byId(id) ?? []);

export const getGroup = accepts(structure({ GroupName: groupName, ...paged }), async (input, call) => {
  const { account, reads } = call;
  const group = requireEntity(reads, "group", input.GroupName);
  const read = (after: string, limit: number) => present(reads.memberships.usersOf(group.id, after, limit), reads.entities);
  const { items, ...page } = await pageOf(input, call, read, ({ id }) => id);
  const Users = items.map((user) => listedEntity(user, reads, account));
  return { output: { Group: shownEntity(group, reads, account), Users, ...page } };
});

export const listGroups = accepts(structure({ PathPrefix: pathPrefix, ...paged }), async (input, call) => {
  const { items, ...page } = await pageOfEntities("group", input, call);
  return { output: { Groups: items.map((group) => listedEntity(group, call.reads, call.account)), ...page } };
});

export const updateGroup = accepts(
  structure({ GroupName: groupName, NewGroupName: optional(groupName), NewPath: optional(path) }),
  ({ GroupName, NewGroupName, NewPath }) =>
    (writes) => {
      move("group", GroupName, { name: NewGroupName, path: NewPath }, writes);
      return {};
    },
);

export const deleteGroup = accepts(structure({ GroupName: groupName }), ({ GroupName }) => (writes) => {
  removeBare(requireEntity(writes, "group", GroupName), writes);
  return {};
});

const membership = structure({ GroupName: groupName, UserName: userName });

/** Who is in the group already stays in it. */
export const addUserToGroup = accepts(membership, ({ GroupName, UserName }, { quotas }) => (writes) => {
  const { memberships } = writes;
  const group = requireEntity(writes, "group", GroupName);
  const user = requireEntity(writes, "user", UserName);
  if (memberships.has(group.id, user.id)) return {};
  requireQuota(memberships.countOf(user.id), quotas.groupsPerUser, "GroupsPerUser");
  memberships.add(group.id, user.id);
  return {};
});

/** Removing who is not in the group is no error, as on AWS. */
export const removeUserFromGroup = accepts(membership, ({ GroupName, UserName }) => (writes) => {
  const group = requireEntity(writes, "group", GroupName);
  writes.memberships.remove(group.id, requireEntity(writes, "user", UserName).id);
  return {};
});

export const listGroupsForUser = accepts(structure({ UserName: userName, ...paged }), async (input, call) => {
  const { account, reads } = call;
  const user = requireEntity(reads, "user", input.UserName);
  const read = (after: string, limit: number) => present(reads.memberships.groupsOf(user.id, after, limit), reads.entities);
  const { items, ...page } = await pageOf(input, call, read, ({ id }) => id);
  return { output: { Groups: items.map((group) => listedEntity(group, reads, account)), ...page } };
});
