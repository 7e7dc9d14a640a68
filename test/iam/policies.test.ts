// Managed policies: made, shown, removed; AWS's own beside them.

import {
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteUserPermissionsBoundaryCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  type IAMClient,
  ListPoliciesCommand,
  type Policy,
  PutUserPermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { iamOfNewAccount } from "../support/iam-client.ts";
import { ADMINISTRATOR, DOCUMENT, newPolicy, oneStatement, userWith } from "../support/iam-policies.ts";
import {
  ACCESS_DENIED,
  alreadyExists,
  deleteConflict,
  INVALID,
  limitExceeded,
  MALFORMED,
  noSuchEntity,
  refusedAs,
} from "../support/iam-refusals.ts";
import { eachNeedsItsRight } from "../support/iam-rights.ts";
import { inIdentities } from "../support/identity-store.ts";
import { eventsOfIdentities } from "../support/records.ts";

const get = async (iam: IAMClient, PolicyArn: string): Promise<Policy | undefined> =>
  (await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy;

const create = (iam: IAMClient, PolicyName: string, PolicyDocument = DOCUMENT) =>
  iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));

describe("CreatePolicy", () => {
  it("answers a policy without its description, which GetPolicy shows", async () => {
    const { iam, account } = await iamOfNewAccount();
    const Tags = [{ Key: "Team", Value: "engines" }];
    const { Policy } = await iam.send(
      new CreatePolicyCommand({
        ...{ PolicyName: "Readers", Path: "/eu/west/", PolicyDocument: DOCUMENT, Description: "who reads", Tags },
      }),
    );
    expect(Policy).toEqual({
      PolicyName: "Readers",
      PolicyId: expect.stringMatching(/^ANPA[A-Z2-7]{17}$/),
      Arn: `arn:aws:iam::${account}:policy/eu/west/Readers`,
      Path: "/eu/west/",
      DefaultVersionId: "v1",
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 0,
      IsAttachable: true,
      CreateDate: expect.any(Date),
      UpdateDate: Policy?.CreateDate,
      Tags,
    });
    expect(await get(iam, Policy?.Arn ?? "")).toEqual({ ...Policy, Description: "who reads" });
    const plain = await create(iam, "Writers");
    expect(plain.Policy).toMatchObject({ Path: "/", Arn: `arn:aws:iam::${account}:policy/Writers` });
    expect(plain.Policy).not.toHaveProperty("Tags");
    expect(await get(iam, plain.Policy?.Arn ?? "")).toEqual({ ...plain.Policy, Tags: [] });
  });

  it("refuses a name that is there, whatever its case and path", async () => {
    const { iam } = await iamOfNewAccount();
    await newPolicy(iam, "Readers", { Path: "/a/" });
    await refusedAs(
      create(iam, "rEADERS"),
      alreadyExists("A policy called rEADERS already exists. Duplicate names are not allowed."),
    );
  });

  it("takes 6,144 characters, white space apart, and not one more", async () => {
    const { iam } = await iamOfNewAccount();
    const ofSize = (size: number): string => {
      const bare = oneStatement({ Action: "kms:Encrypt", Sid: "" });
      return bare.replace('"Sid":""', `"Sid" :\n "${"a".repeat(size - bare.length)}"`);
    };
    await create(iam, "full", ofSize(6144));
    await refusedAs(create(iam, "over", ofSize(6145)), limitExceeded("Cannot exceed quota for PolicySize: 6144"));
  });

  it("refuses what is no document, a path that is none, tags that cannot stand together", async () => {
    const { iam } = await iamOfNewAccount();
    await refusedAs(create(iam, "p", "{"), MALFORMED);
    await refusedAs(create(iam, "p", oneStatement({ Action: "kms:*", Principal: "*" })), MALFORMED);
    for (const Path of ["a", "/a", "/a*/", "/a//b/"])
      await refusedAs(iam.send(new CreatePolicyCommand({ PolicyName: "p", PolicyDocument: DOCUMENT, Path })), INVALID);
    const Tags = ["a", "A"].map((Key) => ({ Key, Value: "" }));
    await refusedAs(iam.send(new CreatePolicyCommand({ PolicyName: "p", PolicyDocument: DOCUMENT, Tags })), {
      ...{ name: "InvalidInputException", status: 400 },
      message: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    });
    expect((await iam.send(new ListPoliciesCommand({ Scope: "Local" }))).Policies).toEqual([]);
  });

  it("keeps the quota of the account", async () => {
    const { iam, account } = await iamOfNewAccount();
    await newPolicy(iam, "one");
    await inIdentities(account, (world) => {
      world.quotas = { ...world.quotas, policies: 1 };
    });
    await refusedAs(create(iam, "two"), limitExceeded("Cannot exceed quota for PoliciesPerAccount: 1"));
  });

  it("is recorded with what was asked and answered", async () => {
    const { iam, account } = await iamOfNewAccount();
    const Tags = [{ Key: "a", Value: "b" }];
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: "p", PolicyDocument: DOCUMENT, Description: "d", Tags }),
    );
    const record = (await eventsOfIdentities(account)).findLast(({ eventName }) => eventName === "CreatePolicy");
    expect(record).toMatchObject({
      readOnly: false,
      requestParameters: {
        ...{ policyName: "p", path: "/", policyDocument: DOCUMENT, description: "d" },
        tags: [{ key: "a", value: "b" }],
      },
      responseElements: { policy: { arn: Policy?.Arn, policyId: Policy?.PolicyId, defaultVersionId: "v1" } },
    });
  });
});

describe("an ARN of a policy", () => {
  it("names it exactly as it was made, path and case included", async () => {
    const { iam, account } = await iamOfNewAccount();
    await newPolicy(iam, "Readers", { Path: "/a/" });
    for (const wrong of ["policy/a/readers", "policy/A/Readers", "policy/Readers", "policy/a/b/Readers"]) {
      const arn = `arn:aws:iam::${account}:${wrong}`;
      await refusedAs(get(iam, arn), noSuchEntity(`Policy ${arn} was not found.`));
      await refusedAs(iam.send(new DeletePolicyCommand({ PolicyArn: arn })), noSuchEntity(`Policy ${arn} was not found.`));
    }
    const foreign = "arn:aws:iam::999999999999:policy/a/Readers";
    await refusedAs(get(iam, foreign), noSuchEntity(`Policy ${foreign} was not found.`));
  });

  it("is refused where it is none", async () => {
    const { iam, account } = await iamOfNewAccount();
    for (const wrong of ["longpolicynamebutnoarn", `arn:aws:iam::${account}:user/somebody`, "arn:aws-cn:iam::aws:policy/Any"])
      await refusedAs(get(iam, wrong), { ...INVALID, message: `ARN ${wrong} is not valid.` });
    await refusedAs(get(iam, "arn:aws:short"), INVALID);
  });
});

describe("a policy of AWS's own", () => {
  it("is shown like the account's, and cannot be changed", async () => {
    const { iam } = await iamOfNewAccount();
    await iam.send(new CreateUserCommand({ UserName: "ada", PermissionsBoundary: ADMINISTRATOR }));
    expect(await get(iam, ADMINISTRATOR)).toMatchObject({
      ...{ PolicyName: "AdministratorAccess", Arn: ADMINISTRATOR, Path: "/", DefaultVersionId: "v1", IsAttachable: true },
      Description: "Provides full access to AWS services and resources.",
      ...{ AttachmentCount: 0, PermissionsBoundaryUsageCount: 1, Tags: [] },
    });
    const refusal = { ...ACCESS_DENIED, message: `Cannot modify the AWS managed policy ${ADMINISTRATOR}.` };
    await refusedAs(iam.send(new DeletePolicyCommand({ PolicyArn: ADMINISTRATOR })), refusal);
    const none = "arn:aws:iam::aws:policy/NoSuchPolicy";
    await refusedAs(get(iam, none), noSuchEntity(`Policy ${none} was not found.`));
  });
});

describe("DeletePolicy", () => {
  it("refuses one that is attached, bounds, or has other versions; then its name is free", async () => {
    const { iam } = await iamOfNewAccount();
    const PolicyArn = await newPolicy(iam, "p", { Tags: [{ Key: "a", Value: "b" }] });
    const before = await get(iam, PolicyArn);
    const remove = () => iam.send(new DeletePolicyCommand({ PolicyArn }));
    await iam.send(new CreateUserCommand({ UserName: "ada" }));
    const used = deleteConflict("Cannot delete a policy attached to entities.");
    await iam.send(new AttachUserPolicyCommand({ UserName: "ada", PolicyArn }));
    await refusedAs(remove(), used);
    await iam.send(new DetachUserPolicyCommand({ UserName: "ada", PolicyArn }));
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: "ada", PermissionsBoundary: PolicyArn }));
    await refusedAs(remove(), used);
    await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: "ada" }));
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: DOCUMENT }));
    await refusedAs(
      remove(),
      deleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
      ),
    );
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: "v2" }));
    await remove();
    await refusedAs(remove(), noSuchEntity(`Policy ${PolicyArn} was not found.`));
    await newPolicy(iam, "P");
    const after = await get(iam, PolicyArn.replace(/p$/, "P"));
    expect(after).toMatchObject({ Tags: [], DefaultVersionId: "v1" });
    expect(after?.PolicyId).not.toBe(before?.PolicyId);
  });
});

describe("each operation on policies", () => {
  it("needs its right, on what it acts on", async () => {
    const { iam, account } = await iamOfNewAccount();
    const PolicyArn = await newPolicy(iam, "there", { Path: "/x/" });
    const made = `arn:aws:iam::${account}:policy/y/made`;
    await eachNeedsItsRight(iam, account, [
      { command: new CreatePolicyCommand({ PolicyName: "made", Path: "/y/", PolicyDocument: DOCUMENT }), resource: made },
      { command: new GetPolicyCommand({ PolicyArn }), resource: PolicyArn },
      { command: new ListPoliciesCommand({}), resource: "*" },
      { command: new DeletePolicyCommand({ PolicyArn }), resource: PolicyArn },
    ]);
  });

  it("is decided by the tags that a policy is made with, and by those that it has", async () => {
    const { iam } = await iamOfNewAccount();
    const ada = await userWith(iam, "ada", {
      Action: "iam:CreatePolicy",
      Condition: {
        StringEquals: { "aws:RequestTag/Team": "engines" },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["Team", "Cost"] },
      },
    });
    const tagged = (name: string, ...Tags: { Key: string; Value: string }[]) =>
      ada.send(new CreatePolicyCommand({ PolicyName: name, PolicyDocument: DOCUMENT, Tags }));
    const team = { Key: "Team", Value: "engines" };
    await refusedAs(tagged("none"), ACCESS_DENIED);
    await refusedAs(tagged("other", { Key: "Team", Value: "wheels" }), ACCESS_DENIED);
    await refusedAs(tagged("more", team, { Key: "Secret", Value: "" }), ACCESS_DENIED);
    const mine = (await tagged("mine", team)).Policy?.Arn ?? "";
    const others = await newPolicy(iam, "others", { Tags: [{ Key: "Team", Value: "wheels" }] });
    const bo = await userWith(iam, "bo", {
      ...{ Action: ["iam:GetPolicy", "iam:DeletePolicy"] },
      Condition: { StringEquals: { "aws:ResourceTag/team": "engines", "iam:ResourceTag/Team": "engines" } },
    });
    await refusedAs(get(bo, others), ACCESS_DENIED);
    await refusedAs(get(bo, ADMINISTRATOR), ACCESS_DENIED);
    expect(await get(bo, mine)).toMatchObject({ PolicyName: "mine" });
    await bo.send(new DeletePolicyCommand({ PolicyArn: mine }));
  });
});
