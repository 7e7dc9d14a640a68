// Policies that stand in a user, a group or a role itself: the same four operations on each. Source: IAM API reference.

import { fold } from "../../authz/fold.ts";
import { ApiError } from "../../wire/api-error.ts";
import { PolicyText } from "../../wire/query-xml.ts";
import { structure } from "../../wire/shape.ts";
import {
  checkDocument,
  documentSize,
  groupName,
  policyDocument,
  policyName,
  requireEntity,
  roleName,
  userName,
} from "../members.ts";
import { accepts, type Call, type Commit, type Computed } from "../operation.ts";
import { type PageRequest, paged, pageOf } from "../pages.ts";
import { NAMES } from "../shown.ts";
import type { EntityKind } from "../tables/entities.ts";
import type { InlinePolicy } from "../tables/inline-policies.ts";
import type { Reads } from "../tables/tables.ts";

/** Characters of all the policies in one entity, white space apart. */
const SIZE_MAX: Readonly<Record<EntityKind, number>> = { user: 2048, group: 5120, role: 10240 };

/** @throws ApiError LimitExceeded. */
function requireSize(size: number, kind: EntityKind, name: string): void {
  if (size > SIZE_MAX[kind])
    throw new ApiError("LimitExceededException", `Maximum policy size of ${SIZE_MAX[kind]} bytes exceeded for ${kind} ${name}`);
}

/** @throws ApiError NoSuchEntity. */
function requirePolicy(kind: EntityKind, ownerId: string, name: string, { inline }: Reads): InlinePolicy {
  const policy = inline.find(ownerId, name);
  if (policy === undefined) throw new ApiError("NoSuchEntity", `The ${kind} policy with name ${name} cannot be found.`);
  return policy;
}

const toPut = { PolicyName: policyName, PolicyDocument: policyDocument };
const named = { PolicyName: policyName };

interface Put {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

function put(kind: EntityKind, name: string, { PolicyName, PolicyDocument }: Put): Commit {
  const size = documentSize(PolicyDocument);
  requireSize(size, kind, name); // before it is read: what can never fit costs nothing
  checkDocument(PolicyDocument);
  return (writes) => {
    const owner = requireEntity(writes, kind, name);
    const others = writes.inline.all(owner.id).filter((policy) => fold(policy.name) !== fold(PolicyName));
    requireSize(
      others.reduce((sum, { document }) => sum + documentSize(document), size),
      kind,
      owner.name,
    );
    writes.inline.put(owner.id, PolicyName, PolicyDocument);
    return {};
  };
}

function get(kind: EntityKind, name: string, asked: string, { reads }: Call): Computed {
  const owner = requireEntity(reads, kind, name);
  const policy = requirePolicy(kind, owner.id, asked, reads);
  const [ofName] = NAMES[kind];
  return { output: { [ofName]: owner.name, PolicyName: policy.name, PolicyDocument: new PolicyText(policy.document) } };
}

const remove =
  (kind: EntityKind, name: string, asked: string): Commit =>
  (writes) => {
    const owner = requireEntity(writes, kind, name);
    writes.inline.remove(owner.id, requirePolicy(kind, owner.id, asked, writes).name);
    return {};
  };

async function list(kind: EntityKind, name: string, request: PageRequest, call: Call): Promise<Computed> {
  const owner = requireEntity(call.reads, kind, name);
  const read = (after: string, limit: number) => call.reads.inline.page(owner.id, after, limit);
  const { items, ...page } = await pageOf(request, call, read, (policy) => fold(policy.name));
  return { output: { PolicyNames: items.map((policy) => policy.name), ...page } };
}

const user = { UserName: userName };
export const putUserPolicy = accepts(structure({ ...user, ...toPut }), ({ UserName, ...policy }) =>
  put("user", UserName, policy),
);
export const getUserPolicy = accepts(structure({ ...user, ...named }), ({ UserName, PolicyName }, call) =>
  get("user", UserName, PolicyName, call),
);
export const deleteUserPolicy = accepts(structure({ ...user, ...named }), ({ UserName, PolicyName }) =>
  remove("user", UserName, PolicyName),
);
export const listUserPolicies = accepts(structure({ ...user, ...paged }), ({ UserName, ...page }, call) =>
  list("user", UserName, page, call),
);

const group = { GroupName: groupName };
export const putGroupPolicy = accepts(structure({ ...group, ...toPut }), ({ GroupName, ...policy }) =>
  put("group", GroupName, policy),
);
export const getGroupPolicy = accepts(structure({ ...group, ...named }), ({ GroupName, PolicyName }, call) =>
  get("group", GroupName, PolicyName, call),
);
export const deleteGroupPolicy = accepts(structure({ ...group, ...named }), ({ GroupName, PolicyName }) =>
  remove("group", GroupName, PolicyName),
);
export const listGroupPolicies = accepts(structure({ ...group, ...paged }), ({ GroupName, ...page }, call) =>
  list("group", GroupName, page, call),
);

const role = { RoleName: roleName };
export const putRolePolicy = accepts(structure({ ...role, ...toPut }), ({ RoleName, ...policy }) =>
  put("role", RoleName, policy),
);
export const getRolePolicy = accepts(structure({ ...role, ...named }), ({ RoleName, PolicyName }, call) =>
  get("role", RoleName, PolicyName, call),
);
export const deleteRolePolicy = accepts(structure({ ...role, ...named }), ({ RoleName, PolicyName }) =>
  remove("role", RoleName, PolicyName),
);
export const listRolePolicies = accepts(structure({ ...role, ...paged }), ({ RoleName, ...page }, call) =>
  list("role", RoleName, page, call),
);
