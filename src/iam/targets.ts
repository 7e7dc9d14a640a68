// What an operation acts on: a function of its decoded input. Source: Service authorization reference, "Actions defined by AWS Identity and Access
// Management (IAM)".

import type { Target } from "./operation.ts";

export const everything = (): readonly Target[] => [{ kind: "account" }];

export const user = ({ UserName }: { UserName: string }): readonly Target[] => [{ kind: "user", name: UserName }];
/** The caller's own user where none is named. */
export const userOrCaller = ({ UserName }: { UserName?: string }): readonly Target[] => [{ kind: "user", name: UserName }];
/** All of the account's users where it says so. */
export const userOrAll = ({ UserName, AllUsers }: { UserName?: string; AllUsers: boolean }): readonly Target[] =>
  AllUsers ? everything() : [{ kind: "user", name: UserName }];
export const newUser = ({ UserName, Path }: { UserName: string; Path: string }): readonly Target[] => [
  { kind: "user", name: UserName, path: Path },
];
/** Under its name and path, and under those that it is to have. */
export const movedUser = (input: { UserName: string; NewUserName?: string; NewPath?: string }): readonly Target[] => [
  ...user(input),
  { kind: "moved", of: "user", from: input.UserName, name: input.NewUserName ?? input.UserName, path: input.NewPath },
];

export const group = ({ GroupName }: { GroupName: string }): readonly Target[] => [{ kind: "group", name: GroupName }];
export const newGroup = ({ GroupName, Path }: { GroupName: string; Path: string }): readonly Target[] => [
  { kind: "group", name: GroupName, path: Path },
];
/** Under its name and path, and under those that it is to have. */
export const movedGroup = (input: { GroupName: string; NewGroupName?: string; NewPath?: string }): readonly Target[] => [
  ...group(input),
  { kind: "moved", of: "group", from: input.GroupName, name: input.NewGroupName ?? input.GroupName, path: input.NewPath },
];

export const role = ({ RoleName }: { RoleName: string }): readonly Target[] => [{ kind: "role", name: RoleName }];
export const newRole = ({ RoleName, Path }: { RoleName: string; Path: string }): readonly Target[] => [
  { kind: "role", name: RoleName, path: Path },
];

export const policy = ({ PolicyArn }: { PolicyArn: string }): readonly Target[] => [{ kind: "policy", arn: PolicyArn }];
export const newPolicy = ({ PolicyName, Path }: { PolicyName: string; Path: string }): readonly Target[] => [
  { kind: "new policy", name: PolicyName, path: Path },
];
