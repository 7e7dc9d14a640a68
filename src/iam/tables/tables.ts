// All tables of an IdentityStore, as what looks at them and what changes them.

import { type AccessKeyReads, type AccessKeyWrites, accessKeys } from "./access-keys.ts";
import { type AttachmentReads, type AttachmentWrites, attachments } from "./attachments.ts";
import { type EntityReads, type EntityWrites, entities } from "./entities.ts";
import { type InlinePolicyReads, type InlinePolicyWrites, inlinePolicies } from "./inline-policies.ts";
import { type ManagedPolicyReads, type ManagedPolicyWrites, managedPolicies } from "./managed-policies.ts";
import { type MembershipReads, type MembershipWrites, memberships } from "./memberships.ts";
import { type TagReads, type TagWrites, tags } from "./tags.ts";

export interface Reads {
  readonly entities: EntityReads;
  readonly policies: ManagedPolicyReads;
  readonly inline: InlinePolicyReads;
  readonly attachments: AttachmentReads;
  readonly memberships: MembershipReads;
  readonly tags: TagReads;
  readonly accessKeys: AccessKeyReads;
}

export interface Writes extends Reads {
  readonly entities: EntityWrites;
  readonly policies: ManagedPolicyWrites;
  readonly inline: InlinePolicyWrites;
  readonly attachments: AttachmentWrites;
  readonly memberships: MembershipWrites;
  readonly tags: TagWrites;
  readonly accessKeys: AccessKeyWrites;
}

export const tablesOf = (sql: SqlStorage): Writes => ({
  entities: entities(sql),
  policies: managedPolicies(sql),
  inline: inlinePolicies(sql),
  attachments: attachments(sql),
  memberships: memberships(sql),
  tags: tags(sql),
  accessKeys: accessKeys(sql),
});
