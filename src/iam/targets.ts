// What an operation acts on: a function of its decoded input. Source: Service authorization reference, "Actions defined by AWS Identity and Access
// Management (IAM)".

import type { Target } from "./operation.ts";

export const everything = (): Target => ({ kind: "account" });

export const user = ({ UserName }: { UserName: string }): Target => ({ kind: "user", name: UserName });
/** The caller's own user where none is named. */
export const userOrCaller = ({ UserName }: { UserName?: string }): Target => ({ kind: "user", name: UserName });
export const newUser = ({ UserName, Path }: { UserName: string; Path: string }): Target => ({
  ...{ kind: "user", name: UserName, path: Path },
});

/** The user as he is, and as he is to be. */
export const movedUser = (input: { UserName: string; NewUserName?: string; NewPath?: string }): Target => ({
  ...{ kind: "user", name: input.UserName, becomes: { name: input.NewUserName, path: input.NewPath } },
});

export const group = ({ GroupName }: { GroupName: string }): Target => ({ kind: "group", name: GroupName });
export const newGroup = ({ GroupName, Path }: { GroupName: string; Path: string }): Target => ({
  ...{ kind: "group", name: GroupName, path: Path },
});
export const movedGroup = (input: { GroupName: string; NewGroupName?: string; NewPath?: string }): Target => ({
  ...{ kind: "group", name: input.GroupName, becomes: { name: input.NewGroupName, path: input.NewPath } },
});

export const role = ({ RoleName }: { RoleName: string }): Target => ({ kind: "role", name: RoleName });
export const newRole = ({ RoleName, Path }: { RoleName: string; Path: string }): Target => ({
  ...{ kind: "role", name: RoleName, path: Path },
});

export const policy = ({ PolicyArn }: { PolicyArn: string }): Target => ({ kind: "policy", arn: PolicyArn });
export const newPolicy = ({ PolicyName, Path }: { PolicyName: string; Path: string }): Target => ({
  ...{ kind: "new policy", name: PolicyName, path: Path },
});
