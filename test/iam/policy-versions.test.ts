// Versions of managed policies: made, put in force, removed; what is in force decides.

import {
  CreatePolicyVersionCommand,
  CreateUserCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  ListPolicyVersionsCommand,
  type ListPolicyVersionsCommandOutput,
  ListUsersCommand,
  SetDefaultPolicyVersionCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { iamOfNewAccount } from "../support/iam-client.ts";
import { ADMINISTRATOR, DOCUMENT, newPolicy, oneStatement, pagesOf, userWith } from "../support/iam-policies.ts";
import {
  ACCESS_DENIED,
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

const OTHER = oneStatement({ Action: "kms:Decrypt" });

const add = async (iam: IAMClient, PolicyArn: string, PolicyDocument = OTHER, SetAsDefault?: boolean) =>
  (
    await iam.send(
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, ...(SetAsDefault === undefined ? {} : { SetAsDefault }) }),
    )
  ).PolicyVersion;
const remove = (iam: IAMClient, PolicyArn: string, VersionId: string) =>
  iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
const put = (iam: IAMClient, PolicyArn: string, VersionId: string) =>
  iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId }));
const get = async (iam: IAMClient, PolicyArn: string, VersionId: string) =>
  (await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }))).PolicyVersion;
/** The one in force with a star. */
const listed = async (iam: IAMClient, PolicyArn: string) =>
  ((await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))).Versions ?? []).map(
    ({ VersionId, IsDefaultVersion }) => `${VersionId}${IsDefaultVersion === true ? "*" : ""}`,
  );

const noVersion = (arn: string, id: string) => noSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`);

describe("a version of a policy", () => {
  it("is made, shown, put in force and removed", async () => {
    const { iam } = await iamOfNewAccount();
    const arn = await newPolicy(iam, "p");
    expect(await add(iam, arn)).toEqual({ VersionId: "v2", IsDefaultVersion: false, CreateDate: expect.any(Date) });
    const third = await add(iam, arn, DOCUMENT, true);
    expect(third).toMatchObject({ VersionId: "v3", IsDefaultVersion: true });
    expect(await listed(iam, arn)).toEqual(["v3*", "v2", "v1"]);
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
    expect(Policy).toMatchObject({ DefaultVersionId: "v3", UpdateDate: third?.CreateDate });
    await put(iam, arn, "v1");
    expect(await listed(iam, arn)).toEqual(["v3", "v2", "v1*"]);
    const second = await get(iam, arn, "v2");
    expect({ ...second, Document: decodeURIComponent(second?.Document ?? "") }).toEqual({
      ...{ VersionId: "v2", IsDefaultVersion: false, CreateDate: expect.any(Date), Document: OTHER },
    });
    expect((await get(iam, arn, "v1"))?.IsDefaultVersion).toBe(true);
    await remove(iam, arn, "v2");
    expect(await listed(iam, arn)).toEqual(["v3", "v1*"]);
    await refusedAs(get(iam, arn, "v2"), noVersion(arn, "v2"));
  });

  it("has a number that no other version of its policy ever had", async () => {
    const { iam } = await iamOfNewAccount();
    const arn = await newPolicy(iam, "p");
    await add(iam, arn);
    await remove(iam, arn, "v2");
    expect(await add(iam, arn)).toMatchObject({ VersionId: "v3" });
  });

  it("is one of five, or of as many as the quota says", async () => {
    const { iam, account } = await iamOfNewAccount();
    const arn = await newPolicy(iam, "p");
    for (let at = 2; at <= 5; at++) await add(iam, arn);
    const full = (many: number) =>
      limitExceeded(
        `A managed policy can have up to ${many} versions. Before you create a new version, you must delete an existing version.`,
      );
    await refusedAs(add(iam, arn), full(5));
    await remove(iam, arn, "v4");
    expect(await add(iam, arn)).toMatchObject({ VersionId: "v6" });
    await inIdentities(account, (world) => {
      world.quotas = { ...world.quotas, versionsPerPolicy: 3 };
    });
    await refusedAs(add(iam, arn), full(3));
  });

  it("cannot be removed while it is in force", async () => {
    const { iam } = await iamOfNewAccount();
    const arn = await newPolicy(iam, "p");
    await refusedAs(remove(iam, arn, "v1"), deleteConflict("Cannot delete the default version of a policy."));
    await add(iam, arn, OTHER, true);
    await refusedAs(remove(iam, arn, "v2"), deleteConflict("Cannot delete the default version of a policy."));
    await remove(iam, arn, "v1");
  });

  it("is not found where it is not there, or its policy is not", async () => {
    const { iam, account } = await iamOfNewAccount();
    const arn = await newPolicy(iam, "p");
    const none = `arn:aws:iam::${account}:policy/none`;
    for (const [of, id] of [
      [arn, "v2"],
      [arn, "v1.a"],
      [arn, `v${"9".repeat(400)}`],
      [none, "v1"],
    ] as const) {
      await refusedAs(get(iam, of, id), noVersion(of, id));
      await refusedAs(put(iam, of, id), noVersion(of, id));
      await refusedAs(remove(iam, of, id), noVersion(of, id));
    }
    await refusedAs(add(iam, none), noSuchEntity(`Policy ${none} was not found.`));
    await refusedAs(listed(iam, none), noSuchEntity(`Policy ${none} was not found.`));
    for (const id of ["1", "v0", "v01", "latest"]) await refusedAs(get(iam, arn, id), INVALID);
  });

  it("has a document like any other", async () => {
    const { iam } = await iamOfNewAccount();
    const arn = await newPolicy(iam, "p");
    await refusedAs(add(iam, arn, "[]"), MALFORMED);
    const long = oneStatement({ Action: "kms:Encrypt", Sid: "a".repeat(6144) });
    await refusedAs(add(iam, arn, long), limitExceeded("Cannot exceed quota for PolicySize: 6144"));
    expect(await listed(iam, arn)).toEqual(["v1*"]);
  });

  it("of AWS's own policies is the one in force, which stays", async () => {
    const { iam } = await iamOfNewAccount();
    const power = "arn:aws:iam::aws:policy/AWSKeyManagementServicePowerUser";
    expect(await listed(iam, power)).toEqual(["v2*"]);
    expect(decodeURIComponent((await get(iam, power, "v2"))?.Document ?? "")).toContain("kms:CreateKey");
    await refusedAs(get(iam, power, "v1"), noVersion(power, "v1"));
    const refusal = { ...ACCESS_DENIED, message: `Cannot modify the AWS managed policy ${ADMINISTRATOR}.` };
    await refusedAs(add(iam, ADMINISTRATOR), refusal);
    await refusedAs(put(iam, ADMINISTRATOR, "v1"), refusal);
    await refusedAs(remove(iam, ADMINISTRATOR, "v1"), refusal);
  });

  it("is listed by pages, the newest first, also where one has gone meanwhile", async () => {
    const { iam } = await iamOfNewAccount();
    const PolicyArn = await newPolicy(iam, "p");
    for (let at = 2; at <= 4; at++) await add(iam, PolicyArn);
    const pages = await pagesOf(
      iam,
      (page) => new ListPolicyVersionsCommand({ PolicyArn, ...page }),
      ({ Versions = [] }: ListPolicyVersionsCommandOutput) => Versions.map(({ VersionId }) => VersionId),
    );
    expect(pages).toEqual([["v4"], ["v3"], ["v2"], ["v1"]]);
    const { Marker } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, MaxItems: 2 }));
    await remove(iam, PolicyArn, "v3");
    const rest = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, Marker }));
    expect(rest.Versions?.map(({ VersionId }) => VersionId)).toEqual(["v2", "v1"]);
  });

  it("in force decides: what another allows, allows nothing", async () => {
    const { iam, account } = await iamOfNewAccount();
    const ada = await userWith(iam, "ada", { Action: "iam:ListUsers" });
    const arn = `arn:aws:iam::${account}:policy/of-ada`;
    const list = () => ada.send(new ListUsersCommand({}));
    await list();
    await add(iam, arn, oneStatement({ Action: "iam:CreateUser" }));
    await list();
    await put(iam, arn, "v2");
    await refusedAs(list(), ACCESS_DENIED);
    await ada.send(new CreateUserCommand({ UserName: "bo" }));
    await add(iam, arn, oneStatement({ Action: "iam:ListUsers" }), true);
    await list();
    await refusedAs(ada.send(new CreateUserCommand({ UserName: "cy" })), ACCESS_DENIED);
  });

  it("is recorded with what was asked and answered", async () => {
    const { iam, account } = await iamOfNewAccount();
    const policyArn = await newPolicy(iam, "p");
    await add(iam, policyArn, OTHER, true);
    await put(iam, policyArn, "v1");
    await remove(iam, policyArn, "v2");
    const recorded = (await eventsOfIdentities(account)).map(({ eventName, requestParameters, responseElements }) => [
      ...[eventName, requestParameters, responseElements],
    ]);
    const CreateDate = expect.any(String) as unknown;
    expect(recorded.slice(-3)).toEqual([
      [
        ...["CreatePolicyVersion", { policyArn, policyDocument: OTHER, setAsDefault: true }],
        { policyVersion: { versionId: "v2", isDefaultVersion: true, createDate: CreateDate } },
      ],
      ["SetDefaultPolicyVersion", { policyArn, versionId: "v1" }, null],
      ["DeletePolicyVersion", { policyArn, versionId: "v2" }, null],
    ]);
  });

  it("is seen and changed by whoever has the right, on its policy", async () => {
    const { iam, account } = await iamOfNewAccount();
    const PolicyArn = await newPolicy(iam, "p", { Path: "/x/" });
    const calls = [
      new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: OTHER }),
      new GetPolicyVersionCommand({ PolicyArn, VersionId: "v2" }),
      new ListPolicyVersionsCommand({ PolicyArn }),
      new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: "v2" }),
      new DeletePolicyVersionCommand({ PolicyArn, VersionId: "v1" }),
    ];
    await eachNeedsItsRight(
      iam,
      account,
      calls.map((command) => ({ command, resource: PolicyArn })),
    );
  });
});
