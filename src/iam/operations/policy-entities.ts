// Whom a managed policy is attached to, and whom it bounds. Source: IAM API reference, ListEntitiesForPolicy.

import { defaulted, oneOf, optional, structure } from "../../wire/shape.ts";
import { arn, path } from "../members.ts";
import { accepts, type Output } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";
import { requireAttachable } from "../policies.ts";
import { NAMES } from "../shown.ts";
import type { Entity, EntityKind } from "../tables/entities.ts";
import type { Reads } from "../tables/tables.ts";

/** How many are read at once, of whom not all may be listed. */
const BATCH = 100;
const KINDS: Readonly<Record<string, EntityKind>> = { User: "user", Role: "role", Group: "group" };
const USAGES = ["PermissionsPolicy", "PermissionsBoundary"] as const;

/** Each once, also one whom the policy is attached to and bounds. */
export const listEntitiesForPolicy = accepts(
  structure({
    ...{ PolicyArn: arn, PathPrefix: defaulted(path, "/"), PolicyUsageFilter: optional(oneOf(...USAGES)), ...paged },
    EntityFilter: optional(oneOf("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")),
  }),
  async (input, call) => {
    const { account, reads } = call;
    const { PolicyArn, PathPrefix, EntityFilter, PolicyUsageFilter } = input;
    requireAttachable(PolicyArn, reads, account);
    const isWanted = ({ kind, path: of }: Entity): boolean =>
      of.startsWith(PathPrefix) && (EntityFilter === undefined || KINDS[EntityFilter] === kind);
    const read = (after: string, limit: number): readonly Entity[] => {
      const found: Entity[] = [];
      for (const entity of entitiesBehind(after, PolicyArn, PolicyUsageFilter, reads)) {
        if (isWanted(entity)) found.push(entity);
        if (found.length === limit) break;
      }
      return found;
    };
    const { items, ...page } = await pageOf(input, call, read, ({ id }) => id);
    const named = (wanted: EntityKind): readonly Output[] =>
      items.filter(({ kind }) => kind === wanted).map(({ name, id }) => ({ [NAMES[wanted][0]]: name, [NAMES[wanted][1]]: id }));
    return {
      output: { PolicyGroups: named("group"), PolicyUsers: named("user"), PolicyRoles: named("role"), ...page },
    };
  },
);

type Usage = (typeof USAGES)[number];

/** In the order of their ids. The first of all are among the first of the attached and the first of the bounded. */
function* entitiesBehind(after: string, policyArn: string, usage: Usage | undefined, reads: Reads): Generator<Entity> {
  for (let from: string | undefined = after; from !== undefined; ) {
    const attached: readonly string[] = usage === "PermissionsBoundary" ? [] : reads.attachments.owners(policyArn, from, BATCH);
    const bounded: readonly Entity[] = usage === "PermissionsPolicy" ? [] : reads.entities.boundedBy(policyArn, from, BATCH);
    const ids: readonly string[] = [...new Set([...attached, ...bounded.map(({ id }) => id)])].sort().slice(0, BATCH);
    for (const id of ids) {
      const entity = reads.entities.byId(id);
      if (entity !== undefined) yield entity;
    }
    from = ids.at(-1);
  }
}
