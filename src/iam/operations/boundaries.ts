// Permissions boundaries of users and roles: the managed policy that bounds what one may be allowed. Source: IAM API reference.

import { ApiError } from "../../wire/api-error.ts";
import { structure } from "../../wire/shape.ts";
import { arn, requireEntity, roleName, userName } from "../members.ts";
import { accepts, type Call, type Commit } from "../operation.ts";
import { requireAttachable } from "../policies.ts";
import type { EntityKind } from "../tables/entities.ts";

const put =
  (kind: EntityKind, name: string, policyArn: string, { account }: Call): Commit =>
  (writes) => {
    const { id } = requireEntity(writes, kind, name);
    requireAttachable(policyArn, writes, account);
    writes.entities.update(id, { boundary: policyArn });
    return {};
  };

const remove =
  (kind: EntityKind, name: string): Commit =>
  (writes) => {
    const { id, boundary } = requireEntity(writes, kind, name);
    if (boundary === undefined)
      throw new ApiError("NoSuchEntity", `The ${kind} with name ${name} does not have a permissions boundary.`);
    writes.entities.update(id, { boundary: null });
    return {};
  };

export const putUserPermissionsBoundary = accepts(
  structure({ UserName: userName, PermissionsBoundary: arn }),
  ({ UserName, PermissionsBoundary }, call) => put("user", UserName, PermissionsBoundary, call),
);
export const deleteUserPermissionsBoundary = accepts(structure({ UserName: userName }), ({ UserName }) =>
  remove("user", UserName),
);

export const putRolePermissionsBoundary = accepts(
  structure({ RoleName: roleName, PermissionsBoundary: arn }),
  ({ RoleName, PermissionsBoundary }, call) => put("role", RoleName, PermissionsBoundary, call),
);
export const deleteRolePermissionsBoundary = accepts(structure({ RoleName: roleName }), ({ RoleName }) =>
  remove("role", RoleName),
);
