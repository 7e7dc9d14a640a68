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
import { getAccessKeyInfo, getCallerIdentity } from "./operations/callers.ts";
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
import { createRole, deleteRole, getRole, listRoles, updateAssumeRolePolicy, updateRole } from "./operations/roles.ts";
import { createUser, deleteUser, getUser, listUsers, updateUser } from "./operations/users.ts";
import { everything, group, newGroup, newRole, newUser, role, user, userOrCaller } from "./targets.ts";

const [read, write, takeAway] = ["read", "write", "takeAway"] as const;

/** Of whoever is made with a boundary and tags. */
const creation = ["iam:PermissionsBoundary", "aws:RequestTag/", "aws:TagKeys"] as const;

// biome-ignore format: one operation, one row; the columns are the point.
export const IAM_OPERATIONS: Readonly<Record<string, Operation>> = {
  //                                  handler                         acts on       effect    its record keeps of request and answer                           conditions
  AddUserToGroup:                 row(addUserToGroup,                 group,        takeAway, keeps("GroupName UserName")),
  CreateAccessKey:                row(createAccessKey,                userOrCaller, write,    keeps("UserName", "AccessKey")),
  CreateGroup:                    row(createGroup,                    newGroup,     write,    keeps("GroupName Path", "Group")),
  CreateRole:                     row(createRole,                     newRole,      write,    keeps("RoleName Path AssumeRolePolicyDocument Description MaxSessionDuration PermissionsBoundary Tags", "Role"), ...creation),
  CreateUser:                     row(createUser,                     newUser,      write,    keeps("UserName Path PermissionsBoundary Tags", "User"),         ...creation),
  DeleteAccessKey:                row(deleteAccessKey,                userOrCaller, takeAway, keeps("UserName AccessKeyId")),
  DeleteGroup:                    row(deleteGroup,                    group,        takeAway, keeps("GroupName")),
  DeleteGroupPolicy:              row(deleteGroupPolicy,              group,        takeAway, keeps("GroupName PolicyName")),
  DeleteRole:                     row(deleteRole,                     role,         takeAway, keeps("RoleName")),
  DeleteRolePolicy:               row(deleteRolePolicy,               role,         takeAway, keeps("RoleName PolicyName"),                                    "iam:PermissionsBoundary"),
  DeleteUser:                     row(deleteUser,                     user,         takeAway, keeps("UserName")),
  DeleteUserPolicy:               row(deleteUserPolicy,               user,         takeAway, keeps("UserName PolicyName"),                                    "iam:PermissionsBoundary"),
  GetAccessKeyLastUsed:           row(getAccessKeyLastUsed,           everything,   read,     keeps("AccessKeyId")),
  GetGroup:                       row(getGroup,                       group,        read,     keeps("GroupName Marker MaxItems")),
  GetGroupPolicy:                 row(getGroupPolicy,                 group,        read,     keeps("GroupName PolicyName")),
  GetRole:                        row(getRole,                        role,         read,     keeps("RoleName")),
  GetRolePolicy:                  row(getRolePolicy,                  role,         read,     keeps("RoleName PolicyName")),
  GetUser:                        row(getUser,                        userOrCaller, read,     keeps("UserName")),
  GetUserPolicy:                  row(getUserPolicy,                  user,         read,     keeps("UserName PolicyName")),
  ListAccessKeys:                 row(listAccessKeys,                 userOrCaller, read,     keeps("UserName Marker MaxItems")),
  ListGroupPolicies:              row(listGroupPolicies,              group,        read,     keeps("GroupName Marker MaxItems")),
  ListGroups:                     row(listGroups,                     everything,   read,     keeps("PathPrefix Marker MaxItems")),
  ListGroupsForUser:              row(listGroupsForUser,              user,         read,     keeps("UserName Marker MaxItems")),
  ListRolePolicies:               row(listRolePolicies,               role,         read,     keeps("RoleName Marker MaxItems")),
  ListRoles:                      row(listRoles,                      everything,   read,     keeps("PathPrefix Marker MaxItems")),
  ListUserPolicies:               row(listUserPolicies,               user,         read,     keeps("UserName Marker MaxItems")),
  ListUsers:                      row(listUsers,                      everything,   read,     keeps("PathPrefix Marker MaxItems")),
  PutGroupPolicy:                 row(putGroupPolicy,                 group,        takeAway, keeps("GroupName PolicyName PolicyDocument")),
  PutRolePolicy:                  row(putRolePolicy,                  role,         takeAway, keeps("RoleName PolicyName PolicyDocument"),                     "iam:PermissionsBoundary"),
  PutUserPolicy:                  row(putUserPolicy,                  user,         takeAway, keeps("UserName PolicyName PolicyDocument"),                     "iam:PermissionsBoundary"),
  RemoveUserFromGroup:            row(removeUserFromGroup,            group,        takeAway, keeps("GroupName UserName")),
  UpdateAccessKey:                row(updateAccessKey,                userOrCaller, takeAway, keeps("UserName AccessKeyId Status")),
  UpdateAssumeRolePolicy:         row(updateAssumeRolePolicy,         role,         takeAway, keeps("RoleName PolicyDocument")),
  UpdateGroup:                    row(updateGroup,                    group,        write,    keeps("GroupName NewGroupName NewPath")),
  UpdateRole:                     row(updateRole,                     role,         write,    keeps("RoleName Description MaxSessionDuration")),
  UpdateUser:                     row(updateUser,                     user,         write,    keeps("UserName NewUserName NewPath")),
};

// biome-ignore format: one operation, one row.
export const STS_OPERATIONS: Readonly<Record<string, Operation>> = {
  GetAccessKeyInfo:               row(getAccessKeyInfo,               everything,   read,     keeps("AccessKeyId")),
  GetCallerIdentity:              row(getCallerIdentity,              everything,   read,     keeps()),
};
