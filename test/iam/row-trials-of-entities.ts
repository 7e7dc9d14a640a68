// Trials of what is done to users, groups, roles and access keys.

import type { RowTrial } from "./row-trial.ts";
import { ADMINISTRATOR, trial, trusting } from "./row-trial.ts";

const [ADA, CREW, APP] = ["user/team/ada", "group/team/crew", "role/team/app"] as const;
const [ada, crew, app] = [{ UserName: "ada" }, { GroupName: "crew" }, { RoleName: "app" }] as const;
const Tags = [{ Key: "size", Value: "large" }];
const TagKeys = ["color"];

export const TRIALS_OF_ENTITIES: Readonly<Record<string, RowTrial>> = {
  AddUserToGroup: trial(CREW, { ...crew, ...ada }),
  CreateAccessKey: trial("user/bo", { UserName: "bo" }),
  CreateGroup: trial("group/new/crew2", { GroupName: "crew2", Path: "/new/" }),
  CreateRole: trial("role/new/app2", ({ account }) => ({
    ...{ RoleName: "app2", Path: "/new/", AssumeRolePolicyDocument: trusting(account), Description: "new" },
    ...{ MaxSessionDuration: 7200, PermissionsBoundary: ADMINISTRATOR, Tags },
  })),
  CreateUser: trial("user/new/ada2", { UserName: "ada2", Path: "/new/", PermissionsBoundary: ADMINISTRATOR, Tags }),
  DeleteAccessKey: trial("user/cy", ({ otherKey }) => ({ UserName: "cy", AccessKeyId: otherKey })),
  DeleteGroup: trial("group/gone", { GroupName: "gone" }, { first: () => [["CreateGroup", { GroupName: "gone" }]] }),
  DeleteLoginProfile: trial(ADA, ada, { refused: "NoSuchEntity" }),
  DeleteRole: trial(
    "role/gone",
    { RoleName: "gone" },
    {
      first: ({ account }) => [["CreateRole", { RoleName: "gone", AssumeRolePolicyDocument: trusting(account) }]],
    },
  ),
  DeleteRolePermissionsBoundary: trial(APP, app, {
    first: () => [["PutRolePermissionsBoundary", { ...app, PermissionsBoundary: ADMINISTRATOR }]],
  }),
  DeleteUser: trial("user/gone", { UserName: "gone" }, { first: () => [["CreateUser", { UserName: "gone" }]] }),
  DeleteUserPermissionsBoundary: trial(ADA, ada, {
    first: () => [["PutUserPermissionsBoundary", { ...ada, PermissionsBoundary: ADMINISTRATOR }]],
  }),
  GetAccessKeyLastUsed: trial("*", ({ key }) => ({ AccessKeyId: key })),
  GetAccountSummary: trial("*"),
  GetGroup: trial(CREW, { ...crew, MaxItems: 10 }),
  GetLoginProfile: trial(ADA, ada, { refused: "NoSuchEntity" }),
  GetRole: trial(APP, app),
  GetUser: trial(ADA, ada),
  ListAccessKeys: trial(ADA, { ...ada, MaxItems: 10 }),
  ListAccountAliases: trial("*", { MaxItems: 10 }),
  ListGroups: trial("*", { PathPrefix: "/team/" }),
  ListGroupsForUser: trial("user/bo", { UserName: "bo" }),
  ListInstanceProfilesForRole: trial(APP, app),
  ListMFADevices: trial(ADA, ada),
  ListRoleTags: trial(APP, app),
  ListRoles: trial("*", { PathPrefix: "/team/" }),
  ListSSHPublicKeys: trial(ADA, ada),
  ListServiceSpecificCredentials: trial(ADA, { ...ada, ServiceName: "codecommit.amazonaws.com" }),
  ListSigningCertificates: trial(ADA, ada),
  ListUserTags: trial(ADA, ada),
  ListUsers: trial("*", { PathPrefix: "/team/" }),
  ListVirtualMFADevices: trial("*", { AssignmentStatus: "Any" }),
  PutRolePermissionsBoundary: trial(
    APP,
    { ...app, PermissionsBoundary: ADMINISTRATOR },
    { first: ({ rules }) => [["PutRolePermissionsBoundary", { ...app, PermissionsBoundary: rules }]] },
  ),
  PutUserPermissionsBoundary: trial(
    ADA,
    { ...ada, PermissionsBoundary: ADMINISTRATOR },
    { first: ({ rules }) => [["PutUserPermissionsBoundary", { ...ada, PermissionsBoundary: rules }]] },
  ),
  RemoveUserFromGroup: trial(
    CREW,
    { ...crew, UserName: "bo" },
    { first: () => [["AddUserToGroup", { ...crew, UserName: "bo" }]] },
  ),
  TagRole: trial(APP, { ...app, Tags }),
  TagUser: trial(ADA, { ...ada, Tags }),
  UntagRole: trial(APP, { ...app, TagKeys }),
  UntagUser: trial(ADA, { ...ada, TagKeys }),
  UpdateAccessKey: trial(ADA, ({ key }) => ({ ...ada, AccessKeyId: key, Status: "Inactive" })),
  UpdateAssumeRolePolicy: trial(APP, ({ account }) => ({ ...app, PolicyDocument: ` ${trusting(account)}` })),
  UpdateGroup: trial(
    "group/before",
    { GroupName: "before", NewGroupName: "after", NewPath: "/after/" },
    {
      also: "group/after/after",
      first: () => [["CreateGroup", { GroupName: "before" }]],
    },
  ),
  UpdateRole: trial(APP, { ...app, Description: "other", MaxSessionDuration: 7200 }),
  UpdateRoleDescription: trial(APP, { ...app, Description: "described" }),
  UpdateUser: trial(
    "user/before",
    { UserName: "before", NewUserName: "after", NewPath: "/after/" },
    {
      also: "user/after/after",
      first: () => [["CreateUser", { UserName: "before" }]],
    },
  ),
};
