// Users, groups and roles as tests of what is the same of each need them: the commands, and the members that name one.

import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  type IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
} from "@aws-sdk/client-iam";
import type { Command } from "./iam-rights.ts";

interface Page {
  readonly PathPrefix?: string;
  readonly MaxItems?: number;
  readonly Marker?: string;
}

/** What can be done with each kind, by a name. */
export interface Kind {
  readonly kind: "user" | "group" | "role";
  create(name: string, Path?: string): Command;
  attach(name: string, PolicyArn: string): Command;
  detach(name: string, PolicyArn: string): Command;
  attached(name: string, page?: Page): Command;
}

/** A role that the account itself may assume. */
export const trusting = (account: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" },
  });

export const kindsOf = (account: string): readonly Kind[] => [
  {
    kind: "user",
    create: (UserName, Path = "/") => new CreateUserCommand({ UserName, Path }),
    attach: (UserName, PolicyArn) => new AttachUserPolicyCommand({ UserName, PolicyArn }),
    detach: (UserName, PolicyArn) => new DetachUserPolicyCommand({ UserName, PolicyArn }),
    attached: (UserName, page = {}) => new ListAttachedUserPoliciesCommand({ UserName, ...page }),
  },
  {
    kind: "group",
    create: (GroupName, Path = "/") => new CreateGroupCommand({ GroupName, Path }),
    attach: (GroupName, PolicyArn) => new AttachGroupPolicyCommand({ GroupName, PolicyArn }),
    detach: (GroupName, PolicyArn) => new DetachGroupPolicyCommand({ GroupName, PolicyArn }),
    attached: (GroupName, page = {}) => new ListAttachedGroupPoliciesCommand({ GroupName, ...page }),
  },
  {
    kind: "role",
    create: (RoleName, Path = "/") => new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: trusting(account) }),
    attach: (RoleName, PolicyArn) => new AttachRolePolicyCommand({ RoleName, PolicyArn }),
    detach: (RoleName, PolicyArn) => new DetachRolePolicyCommand({ RoleName, PolicyArn }),
    attached: (RoleName, page = {}) => new ListAttachedRolePoliciesCommand({ RoleName, ...page }),
  },
];

export const KINDS = ["user", "group", "role"] as const;

/** One of them. @throws Error for none. */
export function kindOf(account: string, kind: Kind["kind"]): Kind {
  const found = kindsOf(account).find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return found;
}

/** Makes a user, a group or a role. */
export const make = (iam: IAMClient, { create }: Kind, name: string, path?: string): Promise<unknown> =>
  iam.send(create(name, path) as never);
