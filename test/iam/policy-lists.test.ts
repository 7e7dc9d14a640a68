// Lists of managed policies: the account's own and AWS's, by pages, by path and by use.

import {
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  GetPolicyCommand,
  type IAMClient,
  ListPoliciesCommand,
  type ListPoliciesCommandInput,
  type ListPoliciesCommandOutput,
  type Policy,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { iamOfNewAccount, rawForm, rootOf } from "../support/iam-client.ts";
import { ADMINISTRATOR, newPolicy, pagesOf } from "../support/iam-policies.ts";
import { INVALID, refusedAs } from "../support/iam-refusals.ts";
import { inIdentities } from "../support/identity-store.ts";

const get = async (iam: IAMClient, PolicyArn: string): Promise<Policy | undefined> =>
  (await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy;

const listed = async (iam: IAMClient, input: ListPoliciesCommandInput) =>
  ((await iam.send(new ListPoliciesCommand(input))).Policies ?? []).map(({ PolicyName }) => PolicyName);

describe("ListPolicies", () => {
  const AWS = ["AWSKeyManagementServicePowerUser", "AdministratorAccess", "IAMFullAccess"];

  it("lists the account's own, AWS's, or both, one a page or all at once, without descriptions and tags", async () => {
    const { iam } = await iamOfNewAccount();
    await newPolicy(iam, "b", { Description: "d", Tags: [{ Key: "a", Value: "b" }] });
    await newPolicy(iam, "C");
    await newPolicy(iam, "a", { Path: "/x/" });
    expect(await listed(iam, { Scope: "Local" })).toEqual(["a", "b", "C"]);
    expect(await listed(iam, { Scope: "AWS" })).toEqual(AWS);
    expect(await listed(iam, {})).toEqual(["a", "b", "C", ...AWS]);
    for (const Scope of ["All", "AWS", "Local"] as const) {
      const pages = await pagesOf(
        iam,
        (page) => new ListPoliciesCommand({ Scope, ...page }),
        ({ Policies = [] }: ListPoliciesCommandOutput) => Policies.map(({ PolicyName }) => PolicyName),
      );
      expect(pages).toEqual((await listed(iam, { Scope })).map((name) => [name]));
    }
    const [, second] = (await iam.send(new ListPoliciesCommand({ Scope: "Local" }))).Policies ?? [];
    expect(second).not.toHaveProperty("Description");
    expect(second).not.toHaveProperty("Tags");
  });

  it("goes on behind a policy that has been deleted between two pages", async () => {
    const { iam } = await iamOfNewAccount();
    const [, second] = [await newPolicy(iam, "a"), await newPolicy(iam, "b"), await newPolicy(iam, "c")];
    const { Marker } = await iam.send(new ListPoliciesCommand({ Scope: "Local", MaxItems: 2 }));
    await iam.send(new DeletePolicyCommand({ PolicyArn: second }));
    expect(await listed(iam, { Scope: "Local", Marker })).toEqual(["c"]);
    await refusedAs(listed(iam, { Marker: "made-up" }), { ...INVALID, message: "Invalid Marker." });
  });

  it("lists those below a path, those that are attached, those that are used so", async () => {
    const { iam } = await iamOfNewAccount();
    const attached = await newPolicy(iam, "attached", { Path: "/x/" });
    const bounding = await newPolicy(iam, "bounding", { Path: "/x/y/" });
    await newPolicy(iam, "idle");
    await iam.send(new CreateUserCommand({ UserName: "ada", PermissionsBoundary: bounding }));
    await iam.send(new CreateGroupCommand({ GroupName: "all" }));
    await iam.send(new AttachUserPolicyCommand({ UserName: "ada", PolicyArn: attached }));
    await iam.send(new AttachGroupPolicyCommand({ GroupName: "all", PolicyArn: ADMINISTRATOR }));
    expect(await listed(iam, { PathPrefix: "/x/" })).toEqual(["attached", "bounding"]);
    expect(await listed(iam, { PathPrefix: "/x/y/" })).toEqual(["bounding"]);
    expect(await listed(iam, { OnlyAttached: true })).toEqual(["attached", "AdministratorAccess"]);
    expect(await listed(iam, { PolicyUsageFilter: "PermissionsPolicy" })).toEqual(["attached", "AdministratorAccess"]);
    expect(await listed(iam, { PolicyUsageFilter: "PermissionsBoundary" })).toEqual(["bounding"]);
    expect(await listed(iam, { OnlyAttached: true, Scope: "Local", MaxItems: 1 })).toEqual(["attached"]);
    expect(await get(iam, attached)).toMatchObject({ AttachmentCount: 1, PermissionsBoundaryUsageCount: 0 });
    expect(await get(iam, bounding)).toMatchObject({ AttachmentCount: 0, PermissionsBoundaryUsageCount: 1 });
  });

  it("reads as many as it needs where few of many are listed", async () => {
    const { iam, account } = await iamOfNewAccount();
    const last = await newPolicy(iam, "z");
    await iam.send(new CreateUserCommand({ UserName: "ada" }));
    await iam.send(new AttachUserPolicyCommand({ UserName: "ada", PolicyArn: last }));
    await inIdentities(account, ({ tables }) => {
      const policy = tables.policies.find("z");
      if (policy === undefined) throw new Error("it is not there");
      for (let at = 0; at < 250; at++) {
        const id = `ANPA${at}`;
        tables.entities.give(id);
        tables.policies.insert({ ...policy, id, name: `p${at}` });
      }
    });
    expect(await listed(iam, { Scope: "Local", OnlyAttached: true })).toEqual(["z"]);
    expect(await listed(iam, { Scope: "Local", MaxItems: 1000 })).toHaveLength(251);
  });

  it("refuses what is no scope, no path and no usage", async () => {
    const { account } = await iamOfNewAccount();
    const root = await rootOf(account);
    for (const form of [{ Scope: "Mine" }, { PathPrefix: "/x" }, { PolicyUsageFilter: "Any" }, { MaxItems: "1001" }])
      expect(await rawForm(root, "ListPolicies", form)).toMatchObject({ status: 400, code: "ValidationError" });
  });
});
