// Permissions boundaries of users and roles: managed policies that say what they may do at most. Source: IAM API reference.

import { ApiError } from "../../wire/api-error.ts";
import { structure } from "../../wire/shape.ts";
import { arn, requireEntity, roleName, userName } from "../members.ts";
import { accepts, type Call, type Commit } from "../operation.ts";
import { requireBoundary } from "../policies.ts";

/** Groups have none. */
type Bounded = readonly [kind: "user" | "role", name: string];

const put =
  ([kind, name]: Bounded, boundary: string, { account }: Call): Commit =>
  (writes) => {
    const { id } = requireEntity(writes, kind, name);
    requireBoundary(boundary, writes, account);
    writes.entities.update(id, { boundary });
    return {};
  };

const remove =
  ([kind, name]: Bounded): Commit =>
  (writes) => {
    const entity = requireEntity(writes, kind, name);
    if (entity.boundary === undefined)
      throw new ApiError("NoSuchEntity", `The ${kind} with name ${name} does not have a permissions boundary.`);
    writes.entities.update(entity.id, { boundary: null });
    return {};
  };

export const putUserPermissionsBoundary = accepts(
  structure({ UserName: userName, PermissionsBoundary: arn }),
  ({ UserName, PermissionsBoundary }, call) => put(["user", UserName], PermissionsBoundary, call),
);
export const putRolePermissionsBoundary = accepts(
  structure({ RoleName: roleName, PermissionsBoundary: arn }),
  ({ RoleName, PermissionsBoundary }, call) => put(["role", RoleName], PermissionsBoundary, call),
);

export const deleteUserPermissionsBoundary = accepts(structure({ UserName: userName }), ({ UserName }) =>
  remove(["user", UserName]),
);
export const deleteRolePermissionsBoundary = accepts(structure({ RoleName: roleName }), ({ RoleName }) =>
  remove(["role", RoleName]),
);
