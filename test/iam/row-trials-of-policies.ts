// Trials of what is done to policies: managed, attached, and those that stand in a user, a group or a role.

import type { RowTrial } from "./row-trial.ts";
import { ADMINISTRATOR, DOCUMENT, trial } from "./row-trial.ts";

const [ADA, CREW, APP, RULES] = ["user/team/ada", "group/team/crew", "role/team/app", "policy/team/rules"] as const;
const [ada, crew, app] = [{ UserName: "ada" }, { GroupName: "crew" }, { RoleName: "app" }] as const;
const own = { PolicyName: "own" };
const other = { PolicyName: "other", PolicyDocument: DOCUMENT };
const gone = { PolicyName: "gone", PolicyDocument: DOCUMENT };
const Tags = [{ Key: "size", Value: "large" }];

export const TRIALS_OF_POLICIES: Readonly<Record<string, RowTrial>> = {
  AttachGroupPolicy: trial(CREW, ({ rules }) => ({ ...crew, PolicyArn: rules })),
  AttachRolePolicy: trial(APP, ({ rules }) => ({ ...app, PolicyArn: rules })),
  AttachUserPolicy: trial(ADA, ({ rules }) => ({ ...ada, PolicyArn: rules })),
  CreatePolicy: trial("policy/new/rules2", {
    ...{ PolicyName: "rules2", Path: "/new/", PolicyDocument: DOCUMENT, Description: "new", Tags },
  }),
  CreatePolicyVersion: trial(RULES, ({ rules }) => ({ PolicyArn: rules, PolicyDocument: DOCUMENT, SetAsDefault: true })),
  DeleteGroupPolicy: trial(CREW, { ...crew, PolicyName: "gone" }, { first: () => [["PutGroupPolicy", { ...crew, ...gone }]] }),
  DeletePolicy: trial("policy/gone", ({ account }) => ({ PolicyArn: `arn:aws:iam::${account}:policy/gone` }), {
    first: () => [["CreatePolicy", gone]],
  }),
  DeletePolicyVersion: trial(
    "policy/versions",
    ({ account }) => ({ PolicyArn: `arn:aws:iam::${account}:policy/versions`, VersionId: "v2" }),
    {
      first: ({ account }) => [
        ["CreatePolicy", { PolicyName: "versions", PolicyDocument: DOCUMENT }],
        ["CreatePolicyVersion", { PolicyArn: `arn:aws:iam::${account}:policy/versions`, PolicyDocument: DOCUMENT }],
      ],
    },
  ),
  DeleteRolePolicy: trial(APP, { ...app, PolicyName: "gone" }, { first: () => [["PutRolePolicy", { ...app, ...gone }]] }),
  DeleteUserPolicy: trial(ADA, { ...ada, PolicyName: "gone" }, { first: () => [["PutUserPolicy", { ...ada, ...gone }]] }),
  DetachGroupPolicy: trial(
    CREW,
    { ...crew, PolicyArn: ADMINISTRATOR },
    {
      first: () => [["AttachGroupPolicy", { ...crew, PolicyArn: ADMINISTRATOR }]],
    },
  ),
  DetachRolePolicy: trial(
    APP,
    { ...app, PolicyArn: ADMINISTRATOR },
    {
      first: () => [["AttachRolePolicy", { ...app, PolicyArn: ADMINISTRATOR }]],
    },
  ),
  DetachUserPolicy: trial(
    ADA,
    { ...ada, PolicyArn: ADMINISTRATOR },
    {
      first: () => [["AttachUserPolicy", { ...ada, PolicyArn: ADMINISTRATOR }]],
    },
  ),
  GetGroupPolicy: trial(CREW, { ...crew, ...own }),
  GetPolicy: trial(RULES, ({ rules }) => ({ PolicyArn: rules })),
  GetPolicyVersion: trial(RULES, ({ rules }) => ({ PolicyArn: rules, VersionId: "v1" })),
  GetRolePolicy: trial(APP, { ...app, ...own }),
  GetUserPolicy: trial(ADA, { ...ada, ...own }),
  ListAttachedGroupPolicies: trial(CREW, { ...crew, PathPrefix: "/" }),
  ListAttachedRolePolicies: trial(APP, { ...app, PathPrefix: "/" }),
  ListAttachedUserPolicies: trial(ADA, { ...ada, PathPrefix: "/" }),
  ListEntitiesForPolicy: trial(RULES, ({ rules }) => ({
    ...{ PolicyArn: rules, EntityFilter: "User", PolicyUsageFilter: "PermissionsPolicy" },
  })),
  ListGroupPolicies: trial(CREW, crew),
  ListPolicies: trial("*", { Scope: "Local", OnlyAttached: true, PolicyUsageFilter: "PermissionsPolicy" }),
  ListPolicyTags: trial(RULES, ({ rules }) => ({ PolicyArn: rules })),
  ListPolicyVersions: trial(RULES, ({ rules }) => ({ PolicyArn: rules, MaxItems: 1 })),
  ListRolePolicies: trial(APP, app),
  ListUserPolicies: trial(ADA, ada),
  PutGroupPolicy: trial(CREW, { ...crew, ...other }),
  PutRolePolicy: trial(APP, { ...app, ...other }),
  PutUserPolicy: trial(ADA, { ...ada, ...other }),
  SetDefaultPolicyVersion: trial(RULES, ({ rules }) => ({ PolicyArn: rules, VersionId: "v2" }), {
    first: ({ rules }) => [["SetDefaultPolicyVersion", { PolicyArn: rules, VersionId: "v1" }]],
  }),
  TagPolicy: trial(RULES, ({ rules }) => ({ PolicyArn: rules, Tags })),
  UntagPolicy: trial(RULES, ({ rules }) => ({ PolicyArn: rules, TagKeys: ["color"] })),
};
