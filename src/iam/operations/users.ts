// Users. Source: IAM API reference.

import { optional, structure } from "../../wire/shape.ts";
import {
  arn,
  checkTags,
  move,
  newTags,
  newUniqueId,
  path,
  pathOfNew,
  pathPrefix,
  removeBare,
  requireEntity,
  requireFree,
  requireQuota,
  requireUser,
  userName,
} from "../members.ts";
import { accepts } from "../operation.ts";
import { paged, pageOfEntities } from "../pages.ts";
import { requireBoundary } from "../policies.ts";
import { listedEntity, shownEntity } from "../shown.ts";
import type { Entity } from "../tables/entities.ts";

export const createUser = accepts(
  structure({ UserName: userName, Path: pathOfNew, PermissionsBoundary: optional(arn), Tags: newTags }, ({ Tags }) =>
    checkTags(Tags),
  ),
  ({ UserName, Path, PermissionsBoundary, Tags = [] }, { account, quotas, now, random }) =>
    (writes) => {
      requireFree(writes, "user", UserName);
      requireQuota(writes.entities.count("user"), quotas.users, "UsersPerAccount");
      if (PermissionsBoundary !== undefined) requireBoundary(PermissionsBoundary, writes, account);
      const user: Entity = {
        ...{ id: newUniqueId("AIDA", random, writes.entities), kind: "user", name: UserName, path: Path, createdAt: now() },
        ...{ boundary: PermissionsBoundary, description: undefined, sessionSeconds: undefined },
      };
      writes.entities.insert(user);
      writes.tags.put(user.id, Tags);
      return { output: { User: shownEntity(user, writes, account) } };
    },
);

export const getUser = accepts(structure({ UserName: optional(userName) }), ({ UserName }, { account, caller, reads, now }) => {
  if (UserName === undefined && caller.type === "Root")
    return { output: { User: { UserId: account, Arn: caller.arn, CreateDate: new Date(now()) } } };
  return { output: { User: shownEntity(requireUser(reads, UserName, caller), reads, account) } };
});

export const listUsers = accepts(structure({ PathPrefix: pathPrefix, ...paged }), async (input, call) => {
  const { items, ...page } = await pageOfEntities("user", input, call);
  return { output: { Users: items.map((user) => listedEntity(user, call.reads, call.account)), ...page } };
});

export const updateUser = accepts(
  structure({ UserName: userName, NewUserName: optional(userName), NewPath: optional(path) }),
  ({ UserName, NewUserName, NewPath }) =>
    (writes) => {
      move("user", UserName, { name: NewUserName, path: NewPath }, writes);
      return {};
    },
);

export const deleteUser = accepts(structure({ UserName: userName }), ({ UserName }) => (writes) => {
  removeBare(requireEntity(writes, "user", UserName), writes);
  return {};
});
