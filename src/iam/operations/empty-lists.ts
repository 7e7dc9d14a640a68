// What tools ask for before they delete a user or a role, and what is never there; and how many there are of what is. Source: IAM API reference.

import { ApiError } from "../../wire/api-error.ts";
import { defaulted, flag, oneOf, optional, string, structure } from "../../wire/shape.ts";
import { MANAGED_SIZE_MAX, requireEntity, requireUser, roleName, userName } from "../members.ts";
import { accepts, type Call, type Computed } from "../operation.ts";
import { type PageRequest, paged, pageOf } from "../pages.ts";

async function emptyList(member: string, request: PageRequest, call: Call): Promise<Computed> {
  const read = (): readonly never[] => [];
  const { items, ...page } = await pageOf(request, call, read, () => "");
  return { output: { [member]: items, ...page } };
}

/** Of a user, the caller's own where none is named; root has none either. @throws ApiError NoSuchEntity. */
function requireSome(name: string | undefined, { caller, reads }: Call): void {
  if (name !== undefined || caller.type !== "Root") requireUser(reads, name, caller);
}

const listOfUser = (member: string) =>
  accepts(structure({ UserName: optional(userName), ...paged }), (input, call) => {
    requireSome(input.UserName, call);
    return emptyList(member, input, call);
  });

export const listAccountAliases = accepts(structure(paged), (input, call) => emptyList("AccountAliases", input, call));
export const listVirtualMFADevices = accepts(
  structure({ AssignmentStatus: defaulted(oneOf("Assigned", "Unassigned", "Any"), "Any"), ...paged }),
  (input, call) => emptyList("VirtualMFADevices", input, call),
);
export const listMFADevices = listOfUser("MFADevices");
export const listSSHPublicKeys = listOfUser("SSHPublicKeys");
export const listSigningCertificates = listOfUser("Certificates");

export const listServiceSpecificCredentials = accepts(
  structure({ UserName: optional(userName), ServiceName: optional(string()), AllUsers: defaulted(flag, false), ...paged }),
  (input, call) => {
    if (!input.AllUsers) requireSome(input.UserName, call);
    return emptyList("ServiceSpecificCredentials", input, call);
  },
);

export const listInstanceProfilesForRole = accepts(structure({ RoleName: roleName, ...paged }), (input, call) => {
  requireEntity(call.reads, "role", input.RoleName);
  return emptyList("InstanceProfiles", input, call);
});

/** Nobody has a password here. @throws ApiError NoSuchEntity, always. */
const noLoginProfile = accepts(structure({ UserName: optional(userName) }), ({ UserName }, { caller, reads }) => {
  const { name } = requireUser(reads, UserName, caller);
  throw new ApiError("NoSuchEntity", `Login Profile for User ${name} cannot be found.`);
});

export const getLoginProfile = noLoginProfile;
export const deleteLoginProfile = noLoginProfile;

export const getAccountSummary = accepts(structure({}), (_, { account, quotas, reads: { accessKeys, entities, policies } }) => ({
  output: {
    SummaryMap: new Map([
      ["AccessKeysPerUserQuota", quotas.accessKeysPerUser],
      ["AccountAccessKeysPresent", accessKeys.countOf(account) > 0 ? 1 : 0],
      ["AccountMFAEnabled", 0],
      ["AccountPasswordPresent", 0],
      ["AccountSigningCertificatesPresent", 0],
      ["AttachedPoliciesPerGroupQuota", quotas.attachedPolicies],
      ["AttachedPoliciesPerRoleQuota", quotas.attachedPolicies],
      ["AttachedPoliciesPerUserQuota", quotas.attachedPolicies],
      ["Groups", entities.count("group")],
      ["GroupsPerUserQuota", quotas.groupsPerUser],
      ["GroupsQuota", quotas.groups],
      ["InstanceProfiles", 0],
      ["MFADevices", 0],
      ["MFADevicesInUse", 0],
      ["Policies", policies.count()],
      ["PoliciesQuota", quotas.policies],
      ["PolicySizeQuota", MANAGED_SIZE_MAX],
      ["Providers", 0],
      ["Roles", entities.count("role")],
      ["RolesQuota", quotas.roles],
      ["ServerCertificates", 0],
      ["Users", entities.count("user")],
      ["UsersQuota", quotas.users],
      ["VersionsPerPolicyQuota", quotas.versionsPerPolicy],
    ]),
  },
}));
