// Roles, with whom they trust. Source: IAM API reference.

import { defaulted, integer, optional, structure } from "../../wire/shape.ts";
import {
  arn,
  checkTags,
  description,
  newTags,
  newUniqueId,
  pathOfNew,
  pathPrefix,
  policyDocument,
  removeBare,
  requireEntity,
  requireFree,
  requireQuota,
  roleName,
} from "../members.ts";
import { accepts, type Output } from "../operation.ts";
import { paged, pageOfEntities } from "../pages.ts";
import { requireBoundary } from "../policies.ts";
import { listedEntity, shownEntity } from "../shown.ts";
import type { Entity } from "../tables/entities.ts";
import type { Reads } from "../tables/tables.ts";
import { shownTrust, trustPolicyOf } from "../trust-policies.ts";

const sessionSeconds = integer({ min: 3600, max: 43200 });

const newRole = structure(
  {
    RoleName: roleName,
    AssumeRolePolicyDocument: policyDocument,
    Path: pathOfNew,
    Description: optional(description),
    MaxSessionDuration: defaulted(sessionSeconds, 3600),
    PermissionsBoundary: optional(arn),
    Tags: newTags,
  },
  ({ Tags }) => checkTags(Tags),
);

export const createRole = accepts(newRole, async (input, { account, quotas, trusted, now, random }) => {
  const { RoleName, AssumeRolePolicyDocument: text, PermissionsBoundary: boundary } = input;
  const document = trustPolicyOf(text);
  await trusted.resolve(document);
  return (writes) => {
    requireFree(writes, "role", RoleName);
    requireQuota(writes.entities.count("role"), quotas.roles, "RolesPerAccount");
    if (boundary !== undefined) requireBoundary(boundary, writes, account);
    const trust = { text, ids: trusted.resolveOwn(document) };
    const role: Entity = {
      ...{ id: newUniqueId("AROA", random, writes.entities), kind: "role", name: RoleName, path: input.Path, createdAt: now() },
      ...{ boundary, description: input.Description, sessionSeconds: input.MaxSessionDuration },
    };
    writes.entities.insert(role);
    writes.entities.setTrust(role.id, trust);
    writes.tags.put(role.id, input.Tags ?? []);
    const { MaxSessionDuration: _, ...Role } = shownEntity(role, writes, account, shownTrust(trust, account, writes));
    const { AssumeRolePolicyDocument: _document, ...recorded } = Role; // the request has it
    return { output: { Role }, recorded: { Role: recorded } };
  };
});

/** @throws Error for a role without a trust policy: none is made so. */
function trustOf({ id }: Entity, account: string, reads: Reads): string {
  const trust = reads.entities.trust(id);
  if (trust === undefined) throw new Error("a role has no trust policy");
  return shownTrust(trust, account, reads);
}

/** When a role was last used is kept nowhere: an empty RoleLastUsed is what AWS answers of one that never was. */
export const getRole = accepts(structure({ RoleName: roleName }), ({ RoleName }, { account, reads }) => {
  const role = requireEntity(reads, "role", RoleName);
  return { output: { Role: { ...shownEntity(role, reads, account, trustOf(role, account, reads)), RoleLastUsed: {} } } };
});

export const listRoles = accepts(structure({ PathPrefix: pathPrefix, ...paged }), async (input, call) => {
  const { account, reads } = call;
  const { items, ...page } = await pageOfEntities("role", input, call);
  const shown = (role: Entity): Output => listedEntity(role, reads, account, trustOf(role, account, reads));
  return { output: { Roles: items.map(shown), ...page } };
});

/** What is not named stays as it is. */
export const updateRole = accepts(
  structure({ RoleName: roleName, Description: optional(description), MaxSessionDuration: optional(sessionSeconds) }),
  ({ RoleName, Description, MaxSessionDuration }) =>
    (writes) => {
      writes.entities.update(requireEntity(writes, "role", RoleName).id, {
        ...(Description === undefined ? {} : { description: Description }),
        ...(MaxSessionDuration === undefined ? {} : { sessionSeconds: MaxSessionDuration }),
      });
      return { output: {} };
    },
);

/** What UpdateRole took the place of; Terraform calls it still. */
export const updateRoleDescription = accepts(
  structure({ RoleName: roleName, Description: description }),
  ({ RoleName, Description }, { account }) =>
    (writes) => {
      const { id } = requireEntity(writes, "role", RoleName);
      writes.entities.update(id, { description: Description });
      const role = requireEntity(writes, "role", RoleName);
      return { output: { Role: shownEntity(role, writes, account, trustOf(role, account, writes)) } };
    },
);

export const updateAssumeRolePolicy = accepts(
  structure({ RoleName: roleName, PolicyDocument: policyDocument }),
  async ({ RoleName, PolicyDocument: text }, { trusted }) => {
    const document = trustPolicyOf(text);
    await trusted.resolve(document);
    return (writes) => {
      const role = requireEntity(writes, "role", RoleName);
      writes.entities.setTrust(role.id, { text, ids: trusted.resolveOwn(document) });
      return {};
    };
  },
);

export const deleteRole = accepts(structure({ RoleName: roleName }), ({ RoleName }) => (writes) => {
  removeBare(requireEntity(writes, "role", RoleName), writes);
  return {};
});
