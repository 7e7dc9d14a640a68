// What tools ask before they delete a user or a role: things that nobody has here. Source: IAM API reference.

import { ApiError } from "../../wire/api-error.ts";
import { oneOf, optional, string, structure } from "../../wire/shape.ts";
import { requireEntity, requireUser, roleName, userName } from "../members.ts";
import { accepts, type Handler } from "../operation.ts";
import { paged } from "../pages.ts";

/** A list by the name of its member, of everything. */
const nothing = (member: string) => accepts(structure(paged), () => ({ output: { [member]: [], IsTruncated: false } }));

const ofUser = { UserName: optional(userName), ...paged };
type OfUser = Handler<{ readonly UserName?: string; readonly MaxItems: number; readonly Marker?: string }>;

/** A list by the name of its member, of a user: the caller's own where none is named. */
const nothingOfUser = (member: string): OfUser =>
  accepts(structure(ofUser), ({ UserName }, { caller, reads }) => {
    if (UserName !== undefined || caller.type === "User") requireUser(reads, UserName, caller);
    return { output: { [member]: [], IsTruncated: false } };
  });

export const listAccountAliases = nothing("AccountAliases");
export const listMFADevices = nothingOfUser("MFADevices");
export const listSSHPublicKeys = nothingOfUser("SSHPublicKeys");
export const listSigningCertificates = nothingOfUser("Certificates");

export const listServiceSpecificCredentials = accepts(
  structure({ ...ofUser, ServiceName: optional(string()) }),
  ({ UserName }, { caller, reads }) => {
    if (UserName !== undefined || caller.type === "User") requireUser(reads, UserName, caller);
    return { output: { ServiceSpecificCredentials: [], IsTruncated: false } };
  },
);

export const listVirtualMFADevices = accepts(
  structure({ AssignmentStatus: optional(oneOf("Assigned", "Unassigned", "Any")), ...paged }),
  () => ({ output: { VirtualMFADevices: [], IsTruncated: false } }),
);

export const listInstanceProfilesForRole = accepts(structure({ RoleName: roleName, ...paged }), ({ RoleName }, { reads }) => {
  requireEntity(reads, "role", RoleName);
  return { output: { InstanceProfiles: [], IsTruncated: false } };
});

const noLoginProfile = (name: string): ApiError =>
  new ApiError("NoSuchEntity", `Login Profile for User ${name} cannot be found.`);

export const getLoginProfile = accepts(structure({ UserName: optional(userName) }), ({ UserName }, { caller, reads }) => {
  throw noLoginProfile(requireUser(reads, UserName, caller).name);
});

export const deleteLoginProfile = accepts(structure({ UserName: optional(userName) }), ({ UserName }, { caller }) => (writes) => {
  throw noLoginProfile(requireUser(writes, UserName, caller).name);
});
