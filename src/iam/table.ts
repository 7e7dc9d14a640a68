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
  getLoginProfile,
  listAccountAliases,
  listInstanceProfilesForRole,
  listMFADevices,
  listServiceSpecificCredentials,
  listSigningCertificates,
  listSSHPublicKeys,
  listVirtualMFADevices,
} from "./operations/empty-lists.ts";
import {
  addUserToGroup,
  createGroup,
  deleteGroup,
  getGroup,
  listGroups,
  listGroupsForUser,
  removeUserFromGroup,
  updateGroup,
} from "./operations/groups.ts";
import {
  deleteGroupPolicy,
  deleteRolePolicy,
  deleteUserPolicy,
  getGroupPolicy,
  getRolePolicy,
  getUserPolicy,
  listGroupPolicies,
  listRolePolicies,
  listUserPolicies,
  putGroupPolicy,
  putRolePolicy,
  putUserPolicy,
} from "./operations/inline-policies.ts";
import {
  createPolicy,
  createPolicyVersion,
  deletePolicy,
  deletePolicyVersion,
  getPolicy,
  getPolicyVersion,
  listPolicies,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from "./operations/policies.ts";
import { listEntitiesForPolicy } from "./operations/policy-entities.ts";
import { createRole, deleteRole, getRole, listRoles, updateAssumeRolePolicy, updateRole } from "./operations/roles.ts";
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
import {
  everything,
  group,
  movedGroup,
  movedUser,
  newGroup,
  newPolicy,
  newRole,
  newUser,
  policy,
  role,
  user,
  userOrCaller,
} from "./targets.ts";

const [read, write, takeAway] = ["read", "write", "takeAway"] as const;

/** Of whoever is made with a boundary and tags. */
const creation = ["iam:PermissionsBoundary", "aws:RequestTag/", "aws:TagKeys"] as const;

// biome-ignore format: one operation, one row; the columns are the point.
export const IAM_OPERATIONS: Readonly<Record<string, Operation>> = {
  //                                  handler                         acts on       effect    its record keeps of request and answer, conditions
  AddUserToGroup:                 row(addUserToGroup,                 group,        takeAway, keeps("GroupName UserName")),
  AttachGroupPolicy:              row(attachGroupPolicy,              group,        takeAway, keeps("GroupName PolicyArn"), "iam:PolicyARN"),
  AttachRolePolicy:               row(attachRolePolicy,               role,         takeAway, keeps("RoleName PolicyArn"), "iam:PolicyARN", "iam:PermissionsBoundary"),
  AttachUserPolicy:               row(attachUserPolicy,               user,         takeAway, keeps("UserName PolicyArn"), "iam:PolicyARN", "iam:PermissionsBoundary"),
  CreateAccessKey:                row(createAccessKey,                userOrCaller, write,    keeps("UserName", "AccessKey")),
  CreateGroup:                    row(createGroup,                    newGroup,     write,    keeps("GroupName Path", "Group")),
  CreatePolicy:                   row(createPolicy,                   newPolicy,    write,    keeps("PolicyName Path PolicyDocument Description Tags", "Policy"), "aws:RequestTag/", "aws:TagKeys"),
  CreatePolicyVersion:            row(createPolicyVersion,            policy,       takeAway, keeps("PolicyArn PolicyDocument SetAsDefault", "PolicyVersion")),
  CreateRole:                     row(createRole,                     newRole,      write,    keeps("RoleName Path AssumeRolePolicyDocument Description MaxSessionDuration PermissionsBoundary Tags", "Role"), ...creation),
  CreateUser:                     row(createUser,                     newUser,      write,    keeps("UserName Path PermissionsBoundary Tags", "User"), ...creation),
  DeleteAccessKey:                row(deleteAccessKey,                userOrCaller, takeAway, keeps("UserName AccessKeyId")),
  DeleteGroup:                    row(deleteGroup,                    group,        takeAway, keeps("GroupName")),
  DeleteGroupPolicy:              row(deleteGroupPolicy,              group,        takeAway, keeps("GroupName PolicyName")),
  DeleteLoginProfile:             row(deleteLoginProfile,             userOrCaller, takeAway, keeps("UserName")),
  DeletePolicy:                   row(deletePolicy,                   policy,       takeAway, keeps("PolicyArn")),
  DeletePolicyVersion:            row(deletePolicyVersion,            policy,       takeAway, keeps("PolicyArn VersionId")),
  DeleteRole:                     row(deleteRole,                     role,         takeAway, keeps("RoleName")),
  DeleteRolePermissionsBoundary:  row(deleteRolePermissionsBoundary,  role,         takeAway, keeps("RoleName"), "iam:PermissionsBoundary"),
  DeleteRolePolicy:               row(deleteRolePolicy,               role,         takeAway, keeps("RoleName PolicyName"), "iam:PermissionsBoundary"),
  DeleteUser:                     row(deleteUser,                     user,         takeAway, keeps("UserName")),
  DeleteUserPermissionsBoundary:  row(deleteUserPermissionsBoundary,  user,         takeAway, keeps("UserName"), "iam:PermissionsBoundary"),
  DeleteUserPolicy:               row(deleteUserPolicy,               user,         takeAway, keeps("UserName PolicyName"), "iam:PermissionsBoundary"),
  DetachGroupPolicy:              row(detachGroupPolicy,              group,        takeAway, keeps("GroupName PolicyArn"), "iam:PolicyARN"),
  DetachRolePolicy:               row(detachRolePolicy,               role,         takeAway, keeps("RoleName PolicyArn"), "iam:PolicyARN", "iam:PermissionsBoundary"),
  DetachUserPolicy:               row(detachUserPolicy,               user,         takeAway, keeps("UserName PolicyArn"), "iam:PolicyARN", "iam:PermissionsBoundary"),
  GetAccessKeyLastUsed:           row(getAccessKeyLastUsed,           everything,   read,     keeps("AccessKeyId")),
  GetGroup:                       row(getGroup,                       group,        read,     keeps("GroupName Marker MaxItems")),
  GetGroupPolicy:                 row(getGroupPolicy,                 group,        read,     keeps("GroupName PolicyName")),
  GetLoginProfile:                row(getLoginProfile,                userOrCaller, read,     keeps("UserName")),
  GetPolicy:                      row(getPolicy,                      policy,       read,     keeps("PolicyArn")),
  GetPolicyVersion:               row(getPolicyVersion,               policy,       read,     keeps("PolicyArn VersionId")),
  GetRole:                        row(getRole,                        role,         read,     keeps("RoleName")),
  GetRolePolicy:                  row(getRolePolicy,                  role,         read,     keeps("RoleName PolicyName")),
  GetUser:                        row(getUser,                        userOrCaller, read,     keeps("UserName")),
  GetUserPolicy:                  row(getUserPolicy,                  user,         read,     keeps("UserName PolicyName")),
  ListAccessKeys:                 row(listAccessKeys,                 userOrCaller, read,     keeps("UserName Marker MaxItems")),
  ListAccountAliases:             row(listAccountAliases,             everything,   read,     keeps("Marker MaxItems")),
  ListAttachedGroupPolicies:      row(listAttachedGroupPolicies,      group,        read,     keeps("GroupName PathPrefix Marker MaxItems")),
  ListAttachedRolePolicies:       row(listAttachedRolePolicies,       role,         read,     keeps("RoleName PathPrefix Marker MaxItems")),
  ListAttachedUserPolicies:       row(listAttachedUserPolicies,       user,         read,     keeps("UserName PathPrefix Marker MaxItems")),
  ListEntitiesForPolicy:          row(listEntitiesForPolicy,          policy,       read,     keeps("PolicyArn EntityFilter PathPrefix PolicyUsageFilter Marker MaxItems")),
  ListGroupPolicies:              row(listGroupPolicies,              group,        read,     keeps("GroupName Marker MaxItems")),
  ListGroups:                     row(listGroups,                     everything,   read,     keeps("PathPrefix Marker MaxItems")),
  ListGroupsForUser:              row(listGroupsForUser,              user,         read,     keeps("UserName Marker MaxItems")),
  ListInstanceProfilesForRole:    row(listInstanceProfilesForRole,    role,         read,     keeps("RoleName Marker MaxItems")),
  ListMFADevices:                 row(listMFADevices,                 userOrCaller, read,     keeps("UserName Marker MaxItems")),
  ListPolicies:                   row(listPolicies,                   everything,   read,     keeps("Scope OnlyAttached PathPrefix PolicyUsageFilter Marker MaxItems")),
  ListPolicyTags:                 row(listPolicyTags,                 policy,       read,     keeps("PolicyArn Marker MaxItems")),
  ListPolicyVersions:             row(listPolicyVersions,             policy,       read,     keeps("PolicyArn Marker MaxItems")),
  ListRolePolicies:               row(listRolePolicies,               role,         read,     keeps("RoleName Marker MaxItems")),
  ListRoleTags:                   row(listRoleTags,                   role,         read,     keeps("RoleName Marker MaxItems")),
  ListRoles:                      row(listRoles,                      everything,   read,     keeps("PathPrefix Marker MaxItems")),
  ListSSHPublicKeys:              row(listSSHPublicKeys,              userOrCaller, read,     keeps("UserName Marker MaxItems")),
  ListServiceSpecificCredentials: row(listServiceSpecificCredentials, userOrCaller, read,     keeps("UserName ServiceName Marker MaxItems")),
  ListSigningCertificates:        row(listSigningCertificates,        userOrCaller, read,     keeps("UserName Marker MaxItems")),
  ListUserPolicies:               row(listUserPolicies,               user,         read,     keeps("UserName Marker MaxItems")),
  ListUserTags:                   row(listUserTags,                   user,         read,     keeps("UserName Marker MaxItems")),
  ListUsers:                      row(listUsers,                      everything,   read,     keeps("PathPrefix Marker MaxItems")),
  ListVirtualMFADevices:          row(listVirtualMFADevices,          everything,   read,     keeps("AssignmentStatus Marker MaxItems")),
  PutGroupPolicy:                 row(putGroupPolicy,                 group,        takeAway, keeps("GroupName PolicyName PolicyDocument")),
  PutRolePermissionsBoundary:     row(putRolePermissionsBoundary,     role,         takeAway, keeps("RoleName PermissionsBoundary"), "iam:PermissionsBoundary"),
  PutRolePolicy:                  row(putRolePolicy,                  role,         takeAway, keeps("RoleName PolicyName PolicyDocument"), "iam:PermissionsBoundary"),
  PutUserPermissionsBoundary:     row(putUserPermissionsBoundary,     user,         takeAway, keeps("UserName PermissionsBoundary"), "iam:PermissionsBoundary"),
  PutUserPolicy:                  row(putUserPolicy,                  user,         takeAway, keeps("UserName PolicyName PolicyDocument"), "iam:PermissionsBoundary"),
  RemoveUserFromGroup:            row(removeUserFromGroup,            group,        takeAway, keeps("GroupName UserName")),
  SetDefaultPolicyVersion:        row(setDefaultPolicyVersion,        policy,       takeAway, keeps("PolicyArn VersionId")),
  TagPolicy:                      row(tagPolicy,                      policy,       takeAway, keeps("PolicyArn Tags"), "aws:RequestTag/", "aws:TagKeys"),
  TagRole:                        row(tagRole,                        role,         takeAway, keeps("RoleName Tags"), "aws:RequestTag/", "aws:TagKeys"),
  TagUser:                        row(tagUser,                        user,         takeAway, keeps("UserName Tags"), "aws:RequestTag/", "aws:TagKeys"),
  UntagPolicy:                    row(untagPolicy,                    policy,       takeAway, keeps("PolicyArn TagKeys"), "aws:TagKeys"),
  UntagRole:                      row(untagRole,                      role,         takeAway, keeps("RoleName TagKeys"), "aws:TagKeys"),
  UntagUser:                      row(untagUser,                      user,         takeAway, keeps("UserName TagKeys"), "aws:TagKeys"),
  UpdateAccessKey:                row(updateAccessKey,                userOrCaller, takeAway, keeps("UserName AccessKeyId Status")),
  UpdateAssumeRolePolicy:         row(updateAssumeRolePolicy,         role,         takeAway, keeps("RoleName PolicyDocument")),
  UpdateGroup:                    row(updateGroup,                    movedGroup,   write,    keeps("GroupName NewGroupName NewPath")),
  UpdateRole:                     row(updateRole,                     role,         write,    keeps("RoleName Description MaxSessionDuration")),
  UpdateUser:                     row(updateUser,                     movedUser,    write,    keeps("UserName NewUserName NewPath")),
};

// biome-ignore format: one operation, one row.
export const STS_OPERATIONS: Readonly<Record<string, Operation>> = {
  GetAccessKeyInfo:               row(getAccessKeyInfo,               everything,   read,     keeps("AccessKeyId")),
  GetCallerIdentity:              row(getCallerIdentity,              everything,   read,     keeps()),
};
