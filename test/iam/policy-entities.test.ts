// Whom a managed policy is attached to, and whom it bounds.

import {
  CreateUserCommand,
  ListEntitiesForPolicyCommand,
  type ListEntitiesForPolicyCommandInput,
  type ListEntitiesForPolicyCommandOutput,
  PutRolePermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { iamOfNewAccount, rawForm, rootOf } from "../support/iam-client.ts";
import { kindsOf, make } from "../support/iam-kinds.ts";
import { ADMINISTRATOR, newPolicy, pagesOf } from "../support/iam-policies.ts";
import { INVALID, noSuchEntity, refusedAs } from "../support/iam-refusals.ts";
import { eachNeedsItsRight, sendTo } from "../support/iam-rights.ts";
import { inIdentities } from "../support/identity-store.ts";

type Answer = ListEntitiesForPolicyCommandOutput;
type Filters = Omit<ListEntitiesForPolicyCommandInput, "PolicyArn">;

const namesIn = ({ PolicyUsers = [], PolicyGroups = [], PolicyRoles = [] }: Answer): readonly string[] => [
  ...PolicyUsers.map(({ UserName }) => `user ${UserName}`),
  ...PolicyGroups.map(({ GroupName }) => `group ${GroupName}`),
  ...PolicyRoles.map(({ RoleName }) => `role ${RoleName}`),
];

/** A policy attached to a user, a group and a role `attached`; it bounds the role too, and a user `bound`. */
async function setUp() {
  const { iam, account } = await iamOfNewAccount();
  const PolicyArn = await newPolicy(iam, "p", { Path: "/x/" });
  for (const kind of kindsOf(account)) {
    await make(iam, kind, "attached", `/${kind.kind}s/`);
    await make(iam, kind, "idle");
    await sendTo(iam, kind.attach("attached", PolicyArn));
    await sendTo(iam, kind.attach("idle", ADMINISTRATOR));
  }
  await iam.send(new CreateUserCommand({ UserName: "bound", PermissionsBoundary: PolicyArn }));
  await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: "attached", PermissionsBoundary: PolicyArn }));
  const names = async (filters: Filters = {}) =>
    namesIn(await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, ...filters }))).toSorted();
  return { iam, account, PolicyArn, names };
}

describe("ListEntitiesForPolicy", () => {
  it("lists users, groups and roles with their unique ids, each once", async () => {
    const { iam, PolicyArn, names } = await setUp();
    expect(await names()).toEqual(["group attached", "role attached", "user attached", "user bound"]);
    expect(await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }))).toMatchObject({
      PolicyGroups: [{ GroupName: "attached", GroupId: expect.stringMatching(/^AGPA/) }],
      PolicyRoles: [{ RoleName: "attached", RoleId: expect.stringMatching(/^AROA/) }],
      PolicyUsers: [{ UserId: expect.stringMatching(/^AIDA/) }, { UserId: expect.stringMatching(/^AIDA/) }],
      IsTruncated: false,
    });
  });

  it("lists those of one kind, below a path, of one use", async () => {
    const { names } = await setUp();
    expect(await names({ EntityFilter: "User" })).toEqual(["user attached", "user bound"]);
    expect(await names({ EntityFilter: "Group" })).toEqual(["group attached"]);
    expect(await names({ EntityFilter: "Role" })).toEqual(["role attached"]);
    expect(await names({ EntityFilter: "LocalManagedPolicy" })).toEqual([]);
    expect(await names({ PathPrefix: "/users/" })).toEqual(["user attached"]);
    expect(await names({ PolicyUsageFilter: "PermissionsPolicy" })).toEqual(["group attached", "role attached", "user attached"]);
    expect(await names({ PolicyUsageFilter: "PermissionsBoundary" })).toEqual(["role attached", "user bound"]);
    expect(await names({ PolicyUsageFilter: "PermissionsBoundary", EntityFilter: "Role" })).toEqual(["role attached"]);
  });

  it("goes by pages that hold whatever comes next, of any kind", async () => {
    const { iam, PolicyArn, names } = await setUp();
    for (const MaxItems of [1, 3]) {
      const pages = await pagesOf(iam, (page) => new ListEntitiesForPolicyCommand({ PolicyArn, ...page }), namesIn, MaxItems);
      expect(pages.map(({ length }) => length)).toEqual(MaxItems === 1 ? [1, 1, 1, 1] : [3, 1]);
      expect(pages.flat().toSorted()).toEqual(await names());
    }
    const filtered = await pagesOf(
      iam,
      (page) => new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter: "User", ...page }),
      namesIn,
    );
    expect(filtered.map(({ length }) => length)).toEqual([1, 1]);
    await refusedAs(names({ Marker: "made-up" }), { ...INVALID, message: "Invalid Marker." });
  });

  it("reads as many as it needs where few of many are listed", async () => {
    const { iam, account, PolicyArn } = await setUp();
    await inIdentities(account, ({ tables }) => {
      const user = tables.entities.find("user", "bound");
      if (user === undefined) throw new Error("it is not there");
      for (let at = 0; at < 250; at++) {
        const id = `AAAA${at}`;
        tables.entities.give(id);
        tables.entities.insert({ ...user, id, name: `u${at}` });
        tables.attachments.add(id, PolicyArn);
      }
    });
    const answer = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter: "Role" }));
    expect(namesIn(answer)).toEqual(["role attached"]);
    const all = await pagesOf(iam, (page) => new ListEntitiesForPolicyCommand({ PolicyArn, ...page }), namesIn, 100);
    expect(new Set(all.flat()).size).toBe(254);
    expect(all.flat()).toHaveLength(254);
  });

  it("answers for AWS's own policies too, and refuses what is not there", async () => {
    const { iam, account } = await setUp();
    const of = (PolicyArn: string) => iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
    expect(namesIn(await of(ADMINISTRATOR))).toEqual(["user idle", "group idle", "role idle"]);
    const none = `arn:aws:iam::${account}:policy/p`;
    await refusedAs(of(none), noSuchEntity(`Policy ${none} does not exist or is not attachable.`));
    const root = await rootOf(account);
    for (const form of [{ EntityFilter: "Any" }, { PathPrefix: "/x" }, { PolicyUsageFilter: "Any" }])
      expect(await rawForm(root, "ListEntitiesForPolicy", { PolicyArn: ADMINISTRATOR, ...form })).toMatchObject({
        ...{ status: 400, code: "ValidationError" },
      });
  });

  it("needs its right, on the policy", async () => {
    const { iam, account, PolicyArn } = await setUp();
    await eachNeedsItsRight(iam, account, [{ command: new ListEntitiesForPolicyCommand({ PolicyArn }), resource: PolicyArn }]);
  });
});
