// Groups: made, shown, renamed, removed; who is in them, and what that gives.

import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DeleteUserCommand,
  DetachGroupPolicyCommand,
  GetGroupCommand,
  type IAMClient,
  ListGroupPoliciesCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  ListUsersCommand,
  PutGroupPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateGroupCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { allowing, iamAs, iamOfNewAccount, newUser } from "../support/iam-client.ts";
import {
  ACCESS_DENIED,
  alreadyExists,
  deleteConflict,
  INVALID,
  limitExceeded,
  noSuchEntity,
  refusedAs,
} from "../support/iam-refusals.ts";
import { eachNeedsItsRight, sendTo } from "../support/iam-rights.ts";
import { inIdentities } from "../support/identity-store.ts";
import { eventsOfIdentities } from "../support/records.ts";

const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

const makeGroups = async (iam: IAMClient, ...names: readonly string[]): Promise<void> => {
  for (const GroupName of names) await iam.send(new CreateGroupCommand({ GroupName }));
};
const makeUsers = async (iam: IAMClient, ...names: readonly string[]): Promise<void> => {
  for (const UserName of names) await iam.send(new CreateUserCommand({ UserName }));
};
const add = (iam: IAMClient, GroupName: string, UserName: string) => iam.send(new AddUserToGroupCommand({ GroupName, UserName }));
const namesIn = async (iam: IAMClient, GroupName: string): Promise<readonly (string | undefined)[]> =>
  ((await iam.send(new GetGroupCommand({ GroupName }))).Users ?? []).map(({ UserName }) => UserName);

describe("a group", () => {
  it("is made, shown, moved and removed", async () => {
    const { iam, account } = await iamOfNewAccount();
    const { Group } = await iam.send(new CreateGroupCommand({ GroupName: "Admins", Path: "/eu/west/" }));
    expect(Group).toEqual({
      Path: "/eu/west/",
      GroupName: "Admins",
      GroupId: expect.stringMatching(/^AGPA[A-Z2-7]{17}$/),
      Arn: `arn:aws:iam::${account}:group/eu/west/Admins`,
      CreateDate: expect.any(Date),
    });
    expect(await iam.send(new GetGroupCommand({ GroupName: "Admins" }))).toMatchObject({ Group, Users: [], IsTruncated: false });

    await iam.send(new UpdateGroupCommand({ GroupName: "Admins", NewGroupName: "Owners", NewPath: "/us/" }));
    const moved = { ...Group, Path: "/us/", GroupName: "Owners", Arn: `arn:aws:iam::${account}:group/us/Owners` };
    expect((await iam.send(new GetGroupCommand({ GroupName: "Owners" }))).Group).toEqual(moved);
    expect((await iam.send(new ListGroupsCommand())).Groups).toEqual([moved]);
    await refusedAs(
      iam.send(new GetGroupCommand({ GroupName: "Admins" })),
      noSuchEntity("The group with name Admins cannot be found."),
    );

    await iam.send(new DeleteGroupCommand({ GroupName: "Owners" }));
    expect((await iam.send(new ListGroupsCommand())).Groups).toEqual([]);
  });

  it("has a name that no other has, whatever the case of its letters", async () => {
    const { iam } = await iamOfNewAccount();
    await makeGroups(iam, "Admins", "others");
    const taken = alreadyExists("Group with name ADMINS already exists.");
    await refusedAs(iam.send(new CreateGroupCommand({ GroupName: "ADMINS" })), taken);
    await refusedAs(iam.send(new UpdateGroupCommand({ GroupName: "others", NewGroupName: "ADMINS" })), taken);
    expect((await iam.send(new GetGroupCommand({ GroupName: "admins" }))).Group?.GroupName).toBe("Admins");
    await iam.send(new UpdateGroupCommand({ GroupName: "admins", NewGroupName: "ADMINS" }));
    expect((await iam.send(new ListGroupsCommand())).Groups?.map(({ GroupName }) => GroupName)).toEqual(["ADMINS", "others"]);
    await makeUsers(iam, "admins"); // a user may have it
  });

  it("is not found where there is none, by any operation", async () => {
    const { iam } = await iamOfNewAccount();
    await makeUsers(iam, "alice");
    const [GroupName, UserName] = ["nobodies", "alice"];
    for (const command of [
      new GetGroupCommand({ GroupName }),
      new UpdateGroupCommand({ GroupName, NewPath: "/x/" }),
      new DeleteGroupCommand({ GroupName }),
      new AddUserToGroupCommand({ GroupName, UserName }),
      new RemoveUserFromGroupCommand({ GroupName, UserName }),
    ])
      await refusedAs(sendTo(iam, command), noSuchEntity("The group with name nobodies cannot be found."));
  });

  it("is not removed while it has something", async () => {
    const { iam } = await iamOfNewAccount();
    const GroupName = "full";
    await makeGroups(iam, GroupName);
    await makeUsers(iam, "alice");
    const refused = (message: string) => refusedAs(iam.send(new DeleteGroupCommand({ GroupName })), deleteConflict(message));
    await add(iam, GroupName, "alice");
    await iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: "p", PolicyDocument: allowing("kms:*") }));
    await iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: ADMINISTRATOR }));
    await refused("Cannot delete entity, must detach all policies first.");
    await iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn: ADMINISTRATOR }));
    await refused("Cannot delete entity, must delete policies first.");
    await iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName: "p" }));
    await refused("Cannot delete entity, must remove users from group first.");
    await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName: "alice" }));
    await iam.send(new DeleteGroupCommand({ GroupName }));
  });

  it("made anew under its name has another id, and nothing of the first", async () => {
    const { iam } = await iamOfNewAccount();
    await makeGroups(iam, "again");
    const first = (await iam.send(new GetGroupCommand({ GroupName: "again" }))).Group?.GroupId;
    await iam.send(new DeleteGroupCommand({ GroupName: "again" }));
    await makeGroups(iam, "again");
    const { Group, Users } = await iam.send(new GetGroupCommand({ GroupName: "again" }));
    expect(Group?.GroupId).not.toBe(first);
    expect(Users).toEqual([]);
    expect((await iam.send(new ListGroupPoliciesCommand({ GroupName: "again" }))).PolicyNames).toEqual([]);
  });

  it("has a name and a path of AWS's form, or is not made", async () => {
    const { iam } = await iamOfNewAccount();
    for (const [input, flaw] of [
      [
        { GroupName: "a b" },
        "'a b' at 'groupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
      ],
      [
        { GroupName: "x".repeat(129) },
        "'groupName' failed to satisfy constraint: Member must have length less than or equal to 128",
      ],
      [{ GroupName: "x", Path: "no-slash" }, "'no-slash' at 'path' failed to satisfy constraint"],
      [
        { GroupName: "x", Path: `/${"x".repeat(511)}/` },
        "'path' failed to satisfy constraint: Member must have length less than or equal to 512",
      ],
    ] as const) {
      await refusedAs(iam.send(new CreateGroupCommand(input)), { ...INVALID, message: expect.stringContaining(flaw) });
    }
    expect((await iam.send(new ListGroupsCommand())).Groups).toEqual([]);
  });
});

describe("who is in a group", () => {
  it("is added and removed, each as often as one likes", async () => {
    const { iam } = await iamOfNewAccount();
    await makeGroups(iam, "Admins");
    await makeUsers(iam, "alice", "bob");
    await add(iam, "Admins", "alice");
    await add(iam, "ADMINS", "Alice");
    expect(await namesIn(iam, "Admins")).toEqual(["alice"]);
    const { Groups, IsTruncated } = await iam.send(new ListGroupsForUserCommand({ UserName: "ALICE" }));
    expect([Groups?.map(({ GroupName }) => GroupName), IsTruncated]).toEqual([["Admins"], false]);
    expect((await iam.send(new ListGroupsForUserCommand({ UserName: "bob" }))).Groups).toEqual([]);
    await refusedAs(
      iam.send(new DeleteUserCommand({ UserName: "alice" })),
      deleteConflict("Cannot delete entity, must remove users from group first."),
    );
    for (const UserName of ["alice", "alice", "bob"])
      await iam.send(new RemoveUserFromGroupCommand({ GroupName: "Admins", UserName }));
    expect(await namesIn(iam, "Admins")).toEqual([]);
    await iam.send(new DeleteUserCommand({ UserName: "alice" }));
  });

  it("must be a user", async () => {
    const { iam } = await iamOfNewAccount();
    await makeGroups(iam, "Admins");
    const [GroupName, UserName] = ["Admins", "carol"];
    const gone = noSuchEntity("The user with name carol cannot be found.");
    await refusedAs(add(iam, GroupName, UserName), gone);
    await refusedAs(iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName })), gone);
    await refusedAs(iam.send(new ListGroupsForUserCommand({ UserName })), gone);
  });

  it("has the rights of the group as long as he is in it", async () => {
    const { iam } = await iamOfNewAccount();
    const alice = iamAs(await newUser(iam, "alice"));
    await makeGroups(iam, "readers");
    await iam.send(
      new PutGroupPolicyCommand({ GroupName: "readers", PolicyName: "p", PolicyDocument: allowing("iam:ListUsers") }),
    );
    await refusedAs(alice.send(new ListUsersCommand()), ACCESS_DENIED);
    await add(iam, "readers", "alice");
    await alice.send(new ListUsersCommand());
    await iam.send(new RemoveUserFromGroupCommand({ GroupName: "readers", UserName: "alice" }));
    await refusedAs(alice.send(new ListUsersCommand()), ACCESS_DENIED);
  });
});

it("an account has so many groups, and a user is in so many", async () => {
  const { iam, account } = await iamOfNewAccount();
  await makeGroups(iam, "one", "two");
  await makeUsers(iam, "alice");
  await inIdentities(account, (world) => {
    world.quotas = { ...world.quotas, groups: 2, groupsPerUser: 1 };
  });
  await refusedAs(
    iam.send(new CreateGroupCommand({ GroupName: "three" })),
    limitExceeded("Cannot exceed quota for GroupsPerAccount: 2"),
  );
  await add(iam, "one", "alice");
  await add(iam, "one", "alice"); // he is in it
  await refusedAs(add(iam, "two", "alice"), limitExceeded("Cannot exceed quota for GroupsPerUser: 1"));
});

it("lists come by pages: each item once", async () => {
  const { iam } = await iamOfNewAccount();
  const groups = ["g1", "g2", "g3", "g4", "g5"];
  await makeGroups(iam, ...groups);
  await iam.send(new CreateGroupCommand({ GroupName: "elsewhere", Path: "/else/" }));
  await makeUsers(iam, "u1", "u2", "u3");
  for (const group of groups) await add(iam, group, "u1");
  for (const user of ["u2", "u3"]) await add(iam, "g1", user);
  const lists: readonly [string, number, (Marker: string | undefined) => Promise<unknown>][] = [
    ["Groups", 6, (Marker) => iam.send(new ListGroupsCommand({ MaxItems: 2, Marker }))],
    ["Groups", 1, (Marker) => iam.send(new ListGroupsCommand({ MaxItems: 2, Marker, PathPrefix: "/else/" }))],
    ["Groups", 5, (Marker) => iam.send(new ListGroupsForUserCommand({ UserName: "u1", MaxItems: 2, Marker }))],
    ["Users", 3, (Marker) => iam.send(new GetGroupCommand({ GroupName: "g1", MaxItems: 2, Marker }))],
  ];
  for (const [member, count, page] of lists) {
    const arns: unknown[] = [];
    let marker: string | undefined;
    do {
      const answer = (await page(marker)) as Record<string, unknown> & { Marker?: string; IsTruncated?: boolean };
      const items = answer[member] as { Arn: string }[];
      arns.push(...items.map(({ Arn }) => Arn));
      expect(answer.IsTruncated).toBe(answer.Marker !== undefined);
      expect(items.length).toBe(answer.IsTruncated === true ? 2 : count - arns.length + items.length);
      marker = answer.Marker;
    } while (marker !== undefined);
    expect(new Set(arns).size).toBe(count);
    await refusedAs(page("made-up"), { ...INVALID, message: "Invalid Marker." });
  }
});

it("records keep what was asked for, and what was made", async () => {
  const { iam, account } = await iamOfNewAccount();
  const { Group } = await iam.send(new CreateGroupCommand({ GroupName: "Admins", Path: "/eu/" }));
  await makeUsers(iam, "alice");
  await add(iam, "Admins", "alice");
  await refusedAs(
    iam.send(new DeleteGroupCommand({ GroupName: "Admins" })),
    deleteConflict("Cannot delete entity, must remove users from group first."),
  );
  await iam.send(new ListGroupsForUserCommand({ UserName: "alice" }));
  const events = await eventsOfIdentities(account);
  expect(
    events.map(({ eventName, requestParameters, responseElements, errorCode, readOnly }) => ({
      ...{ eventName, requestParameters, responseElements, errorCode, readOnly },
    })),
  ).toMatchObject([
    {
      ...{ eventName: "CreateGroup", requestParameters: { groupName: "Admins", path: "/eu/" }, readOnly: false },
      responseElements: { group: { groupName: "Admins", path: "/eu/", groupId: Group?.GroupId, arn: Group?.Arn } },
    },
    { eventName: "CreateUser" },
    { eventName: "AddUserToGroup", requestParameters: { groupName: "Admins", userName: "alice" }, responseElements: null },
    { eventName: "DeleteGroup", requestParameters: { groupName: "Admins" }, errorCode: "DeleteConflict" },
    { eventName: "ListGroupsForUser", requestParameters: { userName: "alice" }, responseElements: null, readOnly: true },
  ]);
});

it("each operation needs its right, on the group that it names", async () => {
  const { iam, account } = await iamOfNewAccount();
  const resource = `arn:aws:iam::${account}:group/eu/Admins`;
  const [GroupName, UserName] = ["Admins", "bearer"];
  await eachNeedsItsRight(iam, account, [
    { resource, command: new CreateGroupCommand({ GroupName, Path: "/eu/" }) },
    { resource, command: new GetGroupCommand({ GroupName: "ADMINS" }) },
    { resource, command: new AddUserToGroupCommand({ GroupName, UserName }) },
    { resource: `arn:aws:iam::${account}:user/bearer`, command: new ListGroupsForUserCommand({ UserName }) },
    { resource, command: new RemoveUserFromGroupCommand({ GroupName, UserName }) },
    { resource: "*", command: new ListGroupsCommand() },
    { resource, command: new UpdateGroupCommand({ GroupName, NewGroupName: "Admins" }) },
    { resource, command: new DeleteGroupCommand({ GroupName }) },
  ]);
});
