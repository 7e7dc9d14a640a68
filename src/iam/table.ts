// The operations of IAM and STS, a row each: everything that the pipeline must know to guard an operation, and what its record keeps. A diff of this
// file is a diff of the attack surface: read down a column. Sources: IAM and STS API references; Service authorization reference.

import { keeps, type Operation, row } from "./operation.ts";
import {
  createAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
  listAccessKeys,
  updateAccessKey,
} from "./operations/access-keys.ts";
import {
  attachGroupPolicy,
  attachRolePolicy,
  attachUserPolicy,
  detachGroupPolicy,
  detachRolePolicy,
  detachUserPolicy,
  listAttachedGroupPolicies,
  listAttachedRolePolicies,
  listAttachedUserPolicies,
} from "./operations/attachments.ts";
import {
  deleteRolePermissionsBoundary,
  deleteUserPermissionsBoundary,
  putRolePermissionsBoundary,
  putUserPermissionsBoundary,
} from "./operations/boundaries.ts";
import { getAccessKeyInfo, getCallerIdentity } from "./operations/callers.ts";
import {
  deleteLoginProfile,
  getAccountSummary,
  getLoginProfile,
  listAccountAliases,
  listInstanceProfilesForRole,
  listMFADevices,
  listServiceSpecificCredentials,
  listSigningCertificates,
  listSSHPublicKeys,
  listVirtualMFADevices,
} from "./operations/empty-lists.ts";
import { createPolicy, deletePolicy, getPolicy, listEntitiesForPolicy, listPolicies } from "./operations/policies.ts";
import {
  createPolicyVersion,
  deletePolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from "./operations/policy-versions.ts";
import {
  listPolicyTags,
  listRoleTags,
  listUserTags,
  tagPolicy,
  tagRole,
  tagUser,
  untagPolicy,
  untagRole,
  untagUser,
} from "./operations/tags.ts";
import { createUser, deleteUser, getUser, listUsers, updateUser } from "./operations/users.ts";
import { everything, group, newPolicy, newUser, policy, role, user, userOrAll, userOrCaller } from "./targets.ts";

const [read, write, takeAway] = ["read", "write", "takeAway"] as const;

// biome-ignore format: one operation, one row; the columns are the point.
export const IAM_OPERATIONS: Readonly<Record<string, Operation>> = {
  //                                  handler                         acts on       effect    its record keeps of request and answer                              conditions
  AttachGroupPolicy:              row(attachGroupPolicy,              group,        write,    keeps("GroupName PolicyArn"),                                       "iam:PolicyARN"),
  AttachRolePolicy:               row(attachRolePolicy,               role,         write,    keeps("RoleName PolicyArn"),                                        "iam:PolicyARN", "iam:PermissionsBoundary"),
  AttachUserPolicy:               row(attachUserPolicy,               user,         write,    keeps("UserName PolicyArn"),                                        "iam:PolicyARN", "iam:PermissionsBoundary"),
  CreateAccessKey:                row(createAccessKey,                userOrCaller, write,    keeps("UserName", "AccessKey")),
  CreatePolicy:                   row(createPolicy,                   newPolicy,    write,    keeps("PolicyName Path PolicyDocument Description Tags", "Policy"), "aws:RequestTag/", "aws:TagKeys"),
  CreatePolicyVersion:            row(createPolicyVersion,            policy,       takeAway, keeps("PolicyArn PolicyDocument SetAsDefault", "PolicyVersion")),
  CreateUser:                     row(createUser,                     newUser,      write,    keeps("UserName Path PermissionsBoundary Tags", "User"),            "iam:PermissionsBoundary", "aws:RequestTag/", "aws:TagKeys"),
  DeleteAccessKey:                row(deleteAccessKey,                userOrCaller, takeAway, keeps("UserName AccessKeyId")),
  DeleteLoginProfile:             row(deleteLoginProfile,             userOrCaller, takeAway, keeps("UserName")),
  DeletePolicy:                   row(deletePolicy,                   policy,       takeAway, keeps("PolicyArn")),
  DeletePolicyVersion:            row(deletePolicyVersion,            policy,       takeAway, keeps("PolicyArn VersionId")),
  DeleteRolePermissionsBoundary:  row(deleteRolePermissionsBoundary,  role,         takeAway, keeps("RoleName"),                                                  "iam:PermissionsBoundary"),
  DeleteUser:                     row(deleteUser,                     user,         takeAway, keeps("UserName")),
  DeleteUserPermissionsBoundary:  row(deleteUserPermissionsBoundary,  user,         takeAway, keeps("UserName"),                                                  "iam:PermissionsBoundary"),
  DetachGroupPolicy:              row(detachGroupPolicy,              group,        takeAway, keeps("GroupName PolicyArn"),                                       "iam:PolicyARN"),
  DetachRolePolicy:               row(detachRolePolicy,               role,         takeAway, keeps("RoleName PolicyArn"),                                        "iam:PolicyARN", "iam:PermissionsBoundary"),
  DetachUserPolicy:               row(detachUserPolicy,               user,         takeAway, keeps("UserName PolicyArn"),                                        "iam:PolicyARN", "iam:PermissionsBoundary"),
  GetAccessKeyLastUsed:           row(getAccessKeyLastUsed,           everything,   read,     keeps("AccessKeyId")),
  GetAccountSummary:              row(getAccountSummary,              everything,   read,     keeps()),
  GetLoginProfile:                row(getLoginProfile,                userOrCaller, read,     keeps("UserName")),
  GetPolicy:                      row(getPolicy,                      policy,       read,     keeps("PolicyArn")),
  GetPolicyVersion:               row(getPolicyVersion,               policy,       read,     keeps("PolicyArn VersionId")),
  GetUser:                        row(getUser,                        userOrCaller, read,     keeps("UserName")),
  ListAccessKeys:                 row(listAccessKeys,                 userOrCaller, read,     keeps("UserName Marker MaxItems")),
  ListAccountAliases:             row(listAccountAliases,             everything,   read,     keeps("Marker MaxItems")),
  ListAttachedGroupPolicies:      row(listAttachedGroupPolicies,      group,        read,     keeps("GroupName PathPrefix Marker MaxItems")),
  ListAttachedRolePolicies:       row(listAttachedRolePolicies,       role,         read,     keeps("RoleName PathPrefix Marker MaxItems")),
  ListAttachedUserPolicies:       row(listAttachedUserPolicies,       user,         read,     keeps("UserName PathPrefix Marker MaxItems")),
  ListEntitiesForPolicy:          row(listEntitiesForPolicy,          policy,       read,     keeps("PolicyArn EntityFilter PathPrefix PolicyUsageFilter Marker MaxItems")),
  ListInstanceProfilesForRole:    row(listInstanceProfilesForRole,    role,         read,     keeps("RoleName Marker MaxItems")),
  ListMFADevices:                 row(listMFADevices,                 userOrCaller, read,     keeps("UserName Marker MaxItems")),
  ListPolicies:                   row(listPolicies,                   everything,   read,     keeps("Scope OnlyAttached PathPrefix PolicyUsageFilter Marker MaxItems")),
  ListPolicyTags:                 row(listPolicyTags,                 policy,       read,     keeps("PolicyArn Marker MaxItems")),
  ListPolicyVersions:             row(listPolicyVersions,             policy,       read,     keeps("PolicyArn Marker MaxItems")),
  ListRoleTags:                   row(listRoleTags,                   role,         read,     keeps("RoleName Marker MaxItems")),
  ListSSHPublicKeys:              row(listSSHPublicKeys,              userOrCaller, read,     keeps("UserName Marker MaxItems")),
  ListServiceSpecificCredentials: row(listServiceSpecificCredentials, userOrAll,    read,     keeps("UserName ServiceName AllUsers Marker MaxItems")),
  ListSigningCertificates:        row(listSigningCertificates,        userOrCaller, read,     keeps("UserName Marker MaxItems")),
  ListUserTags:                   row(listUserTags,                   user,         read,     keeps("UserName Marker MaxItems")),
  ListUsers:                      row(listUsers,                      everything,   read,     keeps("PathPrefix Marker MaxItems")),
  ListVirtualMFADevices:          row(listVirtualMFADevices,          everything,   read,     keeps("AssignmentStatus Marker MaxItems")),
  PutRolePermissionsBoundary:     row(putRolePermissionsBoundary,     role,         takeAway, keeps("RoleName PermissionsBoundary"),                              "iam:PermissionsBoundary"),
  PutUserPermissionsBoundary:     row(putUserPermissionsBoundary,     user,         takeAway, keeps("UserName PermissionsBoundary"),                              "iam:PermissionsBoundary"),
  SetDefaultPolicyVersion:        row(setDefaultPolicyVersion,        policy,       takeAway, keeps("PolicyArn VersionId")),
  TagPolicy:                      row(tagPolicy,                      policy,       write,    keeps("PolicyArn Tags"),                                            "aws:RequestTag/", "aws:TagKeys"),
  TagRole:                        row(tagRole,                        role,         write,    keeps("RoleName Tags"),                                             "aws:RequestTag/", "aws:TagKeys"),
  TagUser:                        row(tagUser,                        user,         write,    keeps("UserName Tags"),                                             "aws:RequestTag/", "aws:TagKeys"),
  UntagPolicy:                    row(untagPolicy,                    policy,       takeAway, keeps("PolicyArn TagKeys"),                                         "aws:TagKeys"),
  UntagRole:                      row(untagRole,                      role,         takeAway, keeps("RoleName TagKeys"),                                          "aws:TagKeys"),
  UntagUser:                      row(untagUser,                      user,         takeAway, keeps("UserName TagKeys"),                                          "aws:TagKeys"),
  UpdateAccessKey:                row(updateAccessKey,                userOrCaller, takeAway, keeps("UserName AccessKeyId Status")),
  UpdateUser:                     row(updateUser,                     user,         write,    keeps("UserName NewUserName NewPath")),
};

// biome-ignore format: one operation, one row.
export const STS_OPERATIONS: Readonly<Record<string, Operation>> = {
  GetAccessKeyInfo:               row(getAccessKeyInfo,               everything,   read,     keeps("AccessKeyId")),
  GetCallerIdentity:              row(getCallerIdentity,              everything,   read,     keeps()),
};
