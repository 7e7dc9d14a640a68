// Roles: made, shown, changed, removed. Whom they trust is in trust-policies.test.ts.

import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { allowing, iamOfNewAccount, rawForm, rootOf } from "../support/iam-client.ts";
import {
  alreadyExists,
  deleteConflict,
  type Expected,
  INVALID,
  limitExceeded,
  noSuchEntity,
  refusedAs,
} from "../support/iam-refusals.ts";
import { eachNeedsItsRight, sendTo } from "../support/iam-rights.ts";
import { inIdentities } from "../support/identity-store.ts";
import { eventsOfIdentities } from "../support/records.ts";

const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
});

type Given = Partial<ConstructorParameters<typeof CreateRoleCommand>[0]>;

const create = async (iam: IAMClient, RoleName: string, given: Given = {}) =>
  (await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...given }))).Role;
const get = async (iam: IAMClient, RoleName: string) => (await iam.send(new GetRoleCommand({ RoleName }))).Role;
const namesOf = async (iam: IAMClient, input: ConstructorParameters<typeof ListRolesCommand>[0] = {}) =>
  ((await iam.send(new ListRolesCommand(input))).Roles ?? []).map(({ RoleName }) => RoleName);

describe("a role", () => {
  it("is made, shown and listed", async () => {
    const { iam, account } = await iamOfNewAccount();
    const Role = await create(iam, "Deployer", {
      ...{ Path: "/ci/", Description: "deploys", MaxSessionDuration: 7200, PermissionsBoundary: ADMINISTRATOR },
      Tags: [{ Key: "Team", Value: "ops" }],
    });
    const listed = {
      Path: "/ci/",
      RoleName: "Deployer",
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Arn: `arn:aws:iam::${account}:role/ci/Deployer`,
      CreateDate: expect.any(Date),
      AssumeRolePolicyDocument: encodeURIComponent(TRUST).replaceAll("*", "%2A"),
      Description: "deploys",
    };
    const Tags = [{ Key: "Team", Value: "ops" }];
    const made = {
      ...listed,
      PermissionsBoundary: { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: ADMINISTRATOR },
      Tags,
    };
    expect(Role).toEqual(made);
    const shown = await get(iam, "DEPLOYER");
    expect(shown).toEqual({ ...made, RoleId: Role?.RoleId, MaxSessionDuration: 7200, RoleLastUsed: {} });
    const { Roles, IsTruncated } = await iam.send(new ListRolesCommand());
    expect([Roles, IsTruncated]).toEqual([[{ ...listed, RoleId: Role?.RoleId, MaxSessionDuration: 7200 }], false]);
    expect((await rawForm(await rootOf(account), "GetRole", { RoleName: "Deployer" })).text).toContain(
      "<AssumeRolePolicyDocument>%7B%22Version%22%3A",
    );
  });

  it("has sessions of an hour where nothing is said, and of one to twelve hours otherwise", async () => {
    const { iam } = await iamOfNewAccount();
    await create(iam, "plain");
    expect(await get(iam, "plain")).toMatchObject({ Path: "/", MaxSessionDuration: 3600 });
    await create(iam, "longest", { MaxSessionDuration: 43200 });
    expect((await get(iam, "longest"))?.MaxSessionDuration).toBe(43200);
    for (const [MaxSessionDuration, rule] of [
      [3599, "Member must have value greater than or equal to 3600"],
      [43201, "Member must have value less than or equal to 43200"],
    ] as const) {
      const message = `1 validation error detected: Value '${MaxSessionDuration}' at 'maxSessionDuration' failed to satisfy constraint: ${rule}`;
      await refusedAs(create(iam, "other", { MaxSessionDuration }), { ...INVALID, message });
      const update = new UpdateRoleCommand({ RoleName: "plain", MaxSessionDuration });
      await refusedAs(iam.send(update), { ...INVALID, message });
    }
    expect(await namesOf(iam)).toEqual(["longest", "plain"]);
    expect((await get(iam, "plain"))?.MaxSessionDuration).toBe(3600);
  });

  it("is changed in what is named, and in nothing else", async () => {
    const { iam } = await iamOfNewAccount();
    const made = await create(iam, "Changing", { Description: "first", MaxSessionDuration: 4000 });
    await iam.send(new UpdateRoleCommand({ RoleName: "CHANGING", Description: "second" }));
    expect(await get(iam, "Changing")).toMatchObject({ ...made, Description: "second", MaxSessionDuration: 4000 });
    await iam.send(new UpdateRoleCommand({ RoleName: "Changing", MaxSessionDuration: 5000 }));
    await iam.send(new UpdateRoleCommand({ RoleName: "Changing" }));
    expect(await get(iam, "Changing")).toMatchObject({ ...made, Description: "second", MaxSessionDuration: 5000 });
  });

  it("has a name that no other has, whatever the case of its letters", async () => {
    const { iam } = await iamOfNewAccount();
    await create(iam, "Deployer");
    await refusedAs(create(iam, "deployer"), alreadyExists("Role with name deployer already exists."));
    await iam.send(new CreateUserCommand({ UserName: "Deployer" })); // a user may have it
    expect(await namesOf(iam)).toEqual(["Deployer"]);
  });

  it("is not found where there is none, by any operation", async () => {
    const { iam } = await iamOfNewAccount();
    const RoleName = "nobody";
    for (const command of [
      new GetRoleCommand({ RoleName }),
      new UpdateRoleCommand({ RoleName, Description: "x" }),
      new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST }),
      new DeleteRoleCommand({ RoleName }),
    ])
      await refusedAs(sendTo(iam, command), noSuchEntity("The role with name nobody cannot be found."));
  });

  it("is not removed while it has something", async () => {
    const { iam } = await iamOfNewAccount();
    await create(iam, "full", { Tags: [{ Key: "k", Value: "v" }] });
    const RoleName = "full";
    const refused = (message: string) => refusedAs(iam.send(new DeleteRoleCommand({ RoleName })), deleteConflict(message));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument: allowing("kms:*") }));
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: ADMINISTRATOR }));
    await refused("Cannot delete entity, must detach all policies first.");
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: ADMINISTRATOR }));
    await refused("Cannot delete entity, must delete policies first.");
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "p" }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
    expect(await namesOf(iam)).toEqual([]);
  });

  it("made anew under its name has another id, and nothing of the first", async () => {
    const { iam } = await iamOfNewAccount();
    const first = await create(iam, "again", { Tags: [{ Key: "k", Value: "v" }], Description: "first" });
    await iam.send(new DeleteRoleCommand({ RoleName: "again" }));
    const second = await create(iam, "again");
    expect(second?.RoleId).not.toBe(first?.RoleId);
    expect([second?.Tags, second?.Description]).toEqual([undefined, undefined]);
    expect((await iam.send(new ListRolePoliciesCommand({ RoleName: "again" }))).PolicyNames).toEqual([]);
  });

  it("is not made of what AWS does not take", async () => {
    const { iam, account } = await iamOfNewAccount();
    const none = `arn:aws:iam::${account}:policy/none`;
    const trials: readonly (readonly [string, Given, Expected])[] = [
      ["a b", {}, { ...INVALID, message: expect.stringContaining("'a b' at 'roleName' failed to satisfy constraint") }],
      ["x".repeat(65), {}, { ...INVALID, message: expect.stringContaining("length less than or equal to 64") }],
      ["r", { Path: "no-slash" }, { ...INVALID, message: expect.stringContaining("'no-slash' at 'path'") }],
      [
        "r",
        { Description: "x".repeat(1001) },
        { ...INVALID, message: expect.stringContaining("length less than or equal to 1000") },
      ],
      ["r", { PermissionsBoundary: none }, noSuchEntity(`Scope ARN: ${none} does not exist or is not attachable.`)],
      ["r", { Tags: ["k", "K"].map((Key) => ({ Key, Value: "" })) }, { name: "InvalidInputException", status: 400 }],
    ];
    for (const [name, given, expected] of trials) await refusedAs(create(iam, name, given), expected);
    expect(await namesOf(iam)).toEqual([]);
  });
});

it("an account has so many roles", async () => {
  const { iam, account } = await iamOfNewAccount();
  await create(iam, "one");
  await inIdentities(account, (world) => {
    world.quotas = { ...world.quotas, roles: 1 };
  });
  await refusedAs(create(iam, "two"), limitExceeded("Cannot exceed quota for RolesPerAccount: 1"));
});

it("roles are listed by pages, and by the beginning of their paths", async () => {
  const { iam } = await iamOfNewAccount();
  for (const name of ["c", "a", "B"]) await create(iam, name);
  await create(iam, "d", { Path: "/ci/prod/" });
  const first = await iam.send(new ListRolesCommand({ MaxItems: 3 }));
  expect([first.Roles?.map(({ RoleName }) => RoleName), first.IsTruncated]).toEqual([["a", "B", "c"], true]);
  const last = await iam.send(new ListRolesCommand({ MaxItems: 3, Marker: first.Marker }));
  expect([last.Roles?.map(({ RoleName }) => RoleName), last.IsTruncated, last.Marker]).toEqual([["d"], false, undefined]);
  expect(await namesOf(iam, { PathPrefix: "/ci" })).toEqual(["d"]);
  expect(await namesOf(iam, { PathPrefix: "/other/" })).toEqual([]);
  await refusedAs(iam.send(new ListRolesCommand({ Marker: "made-up" })), { ...INVALID, message: "Invalid Marker." });
});

it("records keep what was asked for, and what was made but for its document", async () => {
  const { iam, account } = await iamOfNewAccount();
  const role = await create(iam, "Deployer", { Description: "deploys" });
  await iam.send(new UpdateRoleCommand({ RoleName: "Deployer", MaxSessionDuration: 4000 }));
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "Deployer", PolicyDocument: TRUST }));
  await get(iam, "Deployer");
  await iam.send(new DeleteRoleCommand({ RoleName: "Deployer" }));
  const events = await eventsOfIdentities(account);
  expect(events).toMatchObject([
    {
      eventName: "CreateRole",
      requestParameters: {
        ...{ roleName: "Deployer", path: "/", description: "deploys", maxSessionDuration: 3600 },
        assumeRolePolicyDocument: TRUST,
      },
    },
    { eventName: "UpdateRole", requestParameters: { roleName: "Deployer", maxSessionDuration: 4000 }, responseElements: null },
    { eventName: "UpdateAssumeRolePolicy", requestParameters: { roleName: "Deployer", policyDocument: TRUST } },
    { eventName: "GetRole", requestParameters: { roleName: "Deployer" }, responseElements: null, readOnly: true },
    { eventName: "DeleteRole", requestParameters: { roleName: "Deployer" }, responseElements: null, readOnly: false },
  ]);
  expect(events[0]?.["responseElements"]).toEqual({
    role: {
      ...{ path: "/", roleName: "Deployer", roleId: role?.RoleId, arn: role?.Arn, description: "deploys" },
      createDate: expect.any(String),
    },
  });
});

it("each operation needs its right, on the role that it names", async () => {
  const { iam, account } = await iamOfNewAccount();
  const RoleName = "Deployer";
  const resource = `arn:aws:iam::${account}:role/ci/Deployer`;
  await eachNeedsItsRight(iam, account, [
    { resource, command: new CreateRoleCommand({ RoleName, Path: "/ci/", AssumeRolePolicyDocument: TRUST }) },
    { resource, command: new GetRoleCommand({ RoleName: "DEPLOYER" }) },
    { resource: "*", command: new ListRolesCommand() },
    { resource, command: new UpdateRoleCommand({ RoleName, Description: "x" }) },
    { resource, command: new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST }) },
    { resource, command: new DeleteRoleCommand({ RoleName }) },
  ]);
});
