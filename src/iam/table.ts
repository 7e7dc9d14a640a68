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
import { createUser, deleteUser, getUser, listUsers, updateUser } from "./operations/users.ts";
import { everything, newUser, user, userOrCaller } from "./targets.ts";

const [read, write, takeAway] = ["read", "write", "takeAway"] as const;

// biome-ignore format: one operation, one row; the columns are the point.
export const IAM_OPERATIONS: Readonly<Record<string, Operation>> = {
  //                        handler               acts on       effect    its record keeps of request and answer                        conditions
  CreateAccessKey:      row(createAccessKey,      userOrCaller, write,    keeps("UserName", "AccessKey")),
  CreateUser:           row(createUser,           newUser,      write,    keeps("UserName Path PermissionsBoundary Tags", "User"),      "iam:PermissionsBoundary", "aws:RequestTag/", "aws:TagKeys"),
  DeleteAccessKey:      row(deleteAccessKey,      userOrCaller, takeAway, keeps("UserName AccessKeyId")),
  DeleteUser:           row(deleteUser,           user,         takeAway, keeps("UserName")),
  GetAccessKeyLastUsed: row(getAccessKeyLastUsed, everything,   read,     keeps("AccessKeyId")),
  GetUser:              row(getUser,              userOrCaller, read,     keeps("UserName")),
  ListAccessKeys:       row(listAccessKeys,       userOrCaller, read,     keeps("UserName Marker MaxItems")),
  ListUsers:            row(listUsers,            everything,   read,     keeps("PathPrefix Marker MaxItems")),
  UpdateAccessKey:      row(updateAccessKey,      userOrCaller, takeAway, keeps("UserName AccessKeyId Status")),
  UpdateUser:           row(updateUser,           user,         write,    keeps("UserName NewUserName NewPath")),
};

// biome-ignore format: one operation, one row.
export const STS_OPERATIONS: Readonly<Record<string, Operation>> = {
  GetAccessKeyInfo:     row(getAccessKeyInfo,     everything,   read,     keeps("AccessKeyId")),
  GetCallerIdentity:    row(getCallerIdentity,    everything,   read,     keeps()),
};
