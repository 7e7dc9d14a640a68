// Whom a managed policy is attached to, or bounds. Source: IAM API reference, ListEntitiesForPolicy.

import { ApiError } from "../../wire/api-error.ts";
import { oneOf, optional, structure } from "../../wire/shape.ts";
import { arn, pathPrefix } from "../members.ts";
import { accepts } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";
import { documentAt } from "../policies.ts";
import { NAMES } from "../shown.ts";
import type { Entity, EntityKind } from "../tables/entities.ts";
import type { Reads } from "../tables/tables.ts";

const KINDS: Readonly<Record<string, EntityKind>> = { User: "user", Role: "role", Group: "group" };

export const listEntitiesForPolicy = accepts(
  structure({
    ...{ PolicyArn: arn, PathPrefix: pathPrefix, ...paged },
    EntityFilter: optional(oneOf("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")),
    PolicyUsageFilter: optional(oneOf("PermissionsPolicy", "PermissionsBoundary")),
  }),
  async (input, call) => {
    const { account, reads } = call;
    const { PolicyArn, PathPrefix, EntityFilter, PolicyUsageFilter = "PermissionsPolicy" } = input;
    if (documentAt(PolicyArn, reads, account) === undefined)
      throw new ApiError("NoSuchEntity", `Policy ${PolicyArn} was not found.`);
    const isWanted = ({ kind, path }: Entity): boolean =>
      (EntityFilter === undefined || KINDS[EntityFilter] === kind) && path.startsWith(PathPrefix);
    const among = PolicyUsageFilter === "PermissionsPolicy" ? attachedTo(PolicyArn, reads) : boundedBy(PolicyArn, reads);
    const { items, ...page } = await pageOf(input, call, filtered(among, isWanted), ({ id }) => id);
    const named = (wanted: EntityKind) =>
      items.filter(({ kind }) => kind === wanted).map(({ name, id }) => ({ [NAMES[wanted][0]]: name, [NAMES[wanted][1]]: id }));
    return {
      output: { PolicyGroups: named("group"), PolicyUsers: named("user"), PolicyRoles: named("role"), ...page },
    };
  },
);

type Read = (after: string, limit: number) => readonly Entity[];

const attachedTo =
  (policyArn: string, { attachments, entities }: Reads): Read =>
  (after, limit) =>
    attachments.owners(policyArn, after, limit).flatMap((id) => entities.byId(id) ?? []);

const boundedBy =
  (policyArn: string, { entities }: Reads): Read =>
  (after, limit) =>
    entities.boundedBy(policyArn, after, limit);

/** As many as are wanted, however many there are between them. */
const filtered =
  (read: Read, isWanted: (entity: Entity) => boolean): Read =>
  (after, limit) => {
    const found: Entity[] = [];
    for (let behind = after; ; ) {
      const some = read(behind, limit);
      found.push(...some.filter(isWanted));
      const last = some.at(-1);
      if (last === undefined || some.length < limit || found.length >= limit) return found.slice(0, limit);
      behind = last.id;
    }
  };
