// What is never there, and how many there are of what is.

import {
  CreateUserCommand,
  DeleteLoginProfileCommand,
  GetAccountSummaryCommand,
  GetLoginProfileCommand,
  ListAccountAliasesCommand,
  ListInstanceProfilesForRoleCommand,
  ListMFADevicesCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  ListVirtualMFADevicesCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { iamOfNewAccount, newUser, rawForm, rootOf } from "../support/iam-client.ts";
import { kindsOf, make } from "../support/iam-kinds.ts";
import { newPolicy, userWith } from "../support/iam-policies.ts";
import { ACCESS_DENIED, INVALID, noSuchEntity, refusedAs } from "../support/iam-refusals.ts";
import { type Command, eachNeedsItsRight, sendTo } from "../support/iam-rights.ts";
import { inIdentities } from "../support/identity-store.ts";
import { eventsOfIdentities } from "../support/records.ts";

interface Asked {
  readonly UserName?: string;
  readonly Marker?: string;
}

const OF_USERS: readonly (readonly [member: string, command: (asked: Asked) => Command])[] = [
  ["MFADevices", (asked) => new ListMFADevicesCommand(asked)],
  ["SSHPublicKeys", (asked) => new ListSSHPublicKeysCommand(asked)],
  ["Certificates", (asked) => new ListSigningCertificatesCommand(asked)],
  ["ServiceSpecificCredentials", (asked) => new ListServiceSpecificCredentialsCommand(asked)],
];

const OF_ACCOUNTS: readonly (readonly [member: string, command: (asked: Asked) => Command])[] = [
  ["AccountAliases", ({ Marker }) => new ListAccountAliasesCommand({ Marker })],
  ["VirtualMFADevices", ({ Marker }) => new ListVirtualMFADevicesCommand({ AssignmentStatus: "Assigned", Marker })],
];

const MADE_UP = { ...INVALID, message: "Invalid Marker." };

describe.each(OF_USERS)("the list of %s", (member, command) => {
  it("is empty, of a user, of the caller, of root; and refused of nobody", async () => {
    const { iam, account } = await iamOfNewAccount();
    await iam.send(new CreateUserCommand({ UserName: "ada", Path: "/team/" }));
    const empty = { [member]: [], IsTruncated: false };
    expect(await sendTo(iam, command({ UserName: "ada" }))).toMatchObject(empty);
    expect(await sendTo(iam, command({}))).toMatchObject(empty);
    await refusedAs(sendTo(iam, command({ UserName: "bo" })), noSuchEntity("The user with name bo cannot be found."));
    await refusedAs(sendTo(iam, command({ UserName: "ada", Marker: "made-up" })), MADE_UP);
    const resource = `arn:aws:iam::${account}:user/team/ada`;
    await eachNeedsItsRight(iam, account, [{ command: command({ UserName: "ada" }), resource }]);
    const own = await userWith(iam, "own", { Action: "iam:List*", Resource: `arn:aws:iam::${account}:user/own` });
    expect(await sendTo(own, command({}))).toMatchObject(empty);
  });
});

describe.each(OF_ACCOUNTS)("the list of %s", (member, command) => {
  it("is empty", async () => {
    const { iam, account } = await iamOfNewAccount();
    expect(await sendTo(iam, command({}))).toMatchObject({ [member]: [], IsTruncated: false });
    await refusedAs(sendTo(iam, command({ Marker: "made-up" })), MADE_UP);
    await eachNeedsItsRight(iam, account, [{ command: command({}), resource: "*" }]);
  });
});

describe("ListServiceSpecificCredentials", () => {
  it("of all users is of everything", async () => {
    const { iam, account } = await iamOfNewAccount();
    const all = new ListServiceSpecificCredentialsCommand({ AllUsers: true });
    const own = await userWith(iam, "own", { Action: "iam:List*", Resource: `arn:aws:iam::${account}:user/own` });
    await refusedAs(own.send(all), ACCESS_DENIED);
    expect((await iam.send(all)).ServiceSpecificCredentials).toEqual([]);
  });
});

describe("ListInstanceProfilesForRole", () => {
  it("is empty of a role, and refused of none", async () => {
    const { iam, account } = await iamOfNewAccount();
    const role = kindsOf(account).find(({ kind }) => kind === "role");
    if (role === undefined) throw new Error("no role");
    await make(iam, role, "runner", "/x/");
    const command = new ListInstanceProfilesForRoleCommand({ RoleName: "runner" });
    expect(await iam.send(command)).toMatchObject({ InstanceProfiles: [], IsTruncated: false });
    await refusedAs(
      iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: "walker" })),
      noSuchEntity("The role with name walker cannot be found."),
    );
    await eachNeedsItsRight(iam, account, [{ command, resource: `arn:aws:iam::${account}:role/x/runner` }]);
  });
});

describe("a login profile", () => {
  it("is nobody's", async () => {
    const { iam, account } = await iamOfNewAccount();
    const ada = await userWith(iam, "ada", { Action: "iam:*LoginProfile", Resource: `arn:aws:iam::${account}:user/ada` });
    for (const Of of [GetLoginProfileCommand, DeleteLoginProfileCommand]) {
      const none = noSuchEntity("Login Profile for User ada cannot be found.");
      await refusedAs(sendTo(iam, new Of({ UserName: "ada" })), none);
      await refusedAs(sendTo(ada, new Of({})), none);
      await refusedAs(sendTo(iam, new Of({ UserName: "bo" })), noSuchEntity("The user with name bo cannot be found."));
      await refusedAs(sendTo(ada, new Of({ UserName: "bo" })), ACCESS_DENIED);
      await refusedAs(sendTo(iam, new Of({})), {
        ...{ ...INVALID, message: "Must specify userName when calling with non-User credentials" },
      });
    }
    const record = (await eventsOfIdentities(account)).find(({ eventName }) => eventName === "DeleteLoginProfile");
    expect(record).toMatchObject({
      ...{ errorCode: "NoSuchEntity", readOnly: false, requestParameters: { userName: "ada" } },
    });
  });
});

describe("GetAccountSummary", () => {
  it("counts what there is, and says what there may be", async () => {
    const { iam, account } = await iamOfNewAccount();
    const summary = async () => (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap;
    expect(await summary()).toEqual({
      ...{ Users: 0, UsersQuota: 5000, Groups: 0, GroupsQuota: 300, GroupsPerUserQuota: 10, Roles: 0, RolesQuota: 1000 },
      ...{ Policies: 0, PoliciesQuota: 1500, PolicySizeQuota: 6144, VersionsPerPolicyQuota: 5 },
      ...{ AttachedPoliciesPerUserQuota: 10, AttachedPoliciesPerGroupQuota: 10, AttachedPoliciesPerRoleQuota: 10 },
      ...{ AccessKeysPerUserQuota: 2, AccountAccessKeysPresent: 1, AccountPasswordPresent: 0, AccountMFAEnabled: 0 },
      ...{ AccountSigningCertificatesPresent: 0, InstanceProfiles: 0, MFADevices: 0, MFADevicesInUse: 0 },
      ...{ Providers: 0, ServerCertificates: 0 },
    });
    for (const kind of kindsOf(account)) await make(iam, kind, "one");
    await newUser(iam, "two");
    await newPolicy(iam, "p");
    await inIdentities(account, (world) => {
      world.quotas = { ...world.quotas, users: 7 };
    });
    expect(await summary()).toMatchObject({ Users: 2, UsersQuota: 7, Groups: 1, Roles: 1, Policies: 1 });
    await eachNeedsItsRight(iam, account, [{ command: new GetAccountSummaryCommand({}), resource: "*" }]);
  });

  it("is a map on the wire", async () => {
    const { account } = await iamOfNewAccount();
    const { text } = await rawForm(await rootOf(account), "GetAccountSummary");
    expect(text).toContain("<SummaryMap><entry><key>AccessKeysPerUserQuota</key><value>2</value></entry><entry>");
  });
});
