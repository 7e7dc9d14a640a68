// Users, groups and roles as answers show them. Source: IAM API reference, data types User, Group and Role.

import { PolicyText } from "../wire/query-xml.ts";
import { entityArn } from "./arns.ts";
import type { Output } from "./operation.ts";
import type { Entity, EntityKind } from "./tables/entities.ts";
import type { Reads } from "./tables/tables.ts";

/** The members that hold a name and a unique id. */
export const NAMES: Readonly<Record<EntityKind, readonly [name: string, id: string]>> = {
  user: ["UserName", "UserId"],
  group: ["GroupName", "GroupId"],
  role: ["RoleName", "RoleId"],
};

/** With its tags and its boundary, and of a role its trust policy as `trust` shows it. */
export function shownEntity(entity: Entity, reads: Pick<Reads, "tags">, account: string, trust?: string): Output {
  const { kind, name, path, id, createdAt, boundary, description, sessionSeconds } = entity;
  const [ofName, ofId] = NAMES[kind];
  const tags = reads.tags.all(id);
  return {
    Path: path,
    [ofName]: name,
    [ofId]: id,
    Arn: entityArn(account, entity),
    CreateDate: new Date(createdAt),
    AssumeRolePolicyDocument: trust === undefined ? undefined : new PolicyText(trust),
    Description: description,
    MaxSessionDuration: sessionSeconds,
    PermissionsBoundary:
      boundary === undefined ? undefined : { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: boundary },
    Tags: tags.length === 0 ? undefined : tags,
  };
}

/** As lists show it: without its tags and its boundary, as AWS does. */
export function listedEntity(...of: Parameters<typeof shownEntity>): Output {
  const { Tags: _tags, PermissionsBoundary: _boundary, ...shown } = shownEntity(...of);
  return shown;
}
