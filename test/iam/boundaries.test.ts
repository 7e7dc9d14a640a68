// Permissions boundaries of users and roles: given, changed, taken away; what they keep back.

import {
  AttachUserPolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteUserPermissionsBoundaryCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  type IAMClient,
  ListUsersCommand,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { iamAs, iamOfNewAccount, newUser } from "../support/iam-client.ts";
import { kindOf, make, trusting } from "../support/iam-kinds.ts";
import { ADMINISTRATOR, newPolicy, oneStatement, userWith } from "../support/iam-policies.ts";
import { ACCESS_DENIED, INVALID, noSuchEntity, refusedAs } from "../support/iam-refusals.ts";
import { type Command, eachNeedsItsRight, sendTo } from "../support/iam-rights.ts";
import { eventsOfIdentities } from "../support/records.ts";

const COMMANDS = {
  user: {
    put: (UserName: string, PermissionsBoundary: string): Command =>
      new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary }),
    remove: (UserName: string): Command => new DeleteUserPermissionsBoundaryCommand({ UserName }),
    boundary: async (iam: IAMClient, UserName: string) =>
      (await iam.send(new GetUserCommand({ UserName }))).User?.PermissionsBoundary,
  },
  role: {
    put: (RoleName: string, PermissionsBoundary: string): Command =>
      new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }),
    remove: (RoleName: string): Command => new DeleteRolePermissionsBoundaryCommand({ RoleName }),
    boundary: async (iam: IAMClient, RoleName: string) =>
      (await iam.send(new GetRoleCommand({ RoleName }))).Role?.PermissionsBoundary,
  },
} as const;

describe.each(["user", "role"] as const)("the boundary of a %s", (kind) => {
  const { put, remove, boundary } = COMMANDS[kind];

  async function setUp() {
    const { iam, account } = await iamOfNewAccount();
    await make(iam, kindOf(account, kind), "Ada", "/team/");
    return { ...{ iam, account }, send: (command: Command) => sendTo(iam, command) };
  }

  it("is given, changed and taken away, and counted by its policy", async () => {
    const { iam, send } = await setUp();
    const arn = await newPolicy(iam, "p");
    const uses = async () => (await iam.send(new GetPolicyCommand({ PolicyArn: arn }))).Policy?.PermissionsBoundaryUsageCount;
    expect(await boundary(iam, "Ada")).toBeUndefined();
    await send(put("ada", arn));
    expect(await boundary(iam, "Ada")).toEqual({ PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: arn });
    expect(await uses()).toBe(1);
    await send(put("Ada", ADMINISTRATOR));
    expect(await boundary(iam, "Ada")).toMatchObject({ PermissionsBoundaryArn: ADMINISTRATOR });
    expect(await uses()).toBe(0);
    await send(remove("ADA"));
    expect(await boundary(iam, "Ada")).toBeUndefined();
    await refusedAs(send(remove("Ada")), noSuchEntity(`The ${kind} with name Ada does not have a permissions boundary.`));
  });

  it(`is refused where the ${kind} or the policy is not there, or is named by no ARN`, async () => {
    const { iam, account, send } = await setUp();
    const nobody = noSuchEntity(`The ${kind} with name nobody cannot be found.`);
    await refusedAs(send(put("nobody", ADMINISTRATOR)), nobody);
    await refusedAs(send(remove("nobody")), nobody);
    await newPolicy(iam, "p");
    for (const none of [
      `arn:aws:iam::${account}:policy/P`,
      "arn:aws:iam::aws:policy/Other",
      "arn:aws:iam::999999999999:policy/p",
    ])
      await refusedAs(send(put("Ada", none)), noSuchEntity(`Scope ARN: ${none} does not exist or is not attachable.`));
    await refusedAs(send(put("Ada", "longpolicynamebutnoarn")), {
      ...{ ...INVALID, message: "ARN longpolicynamebutnoarn is not valid." },
    });
    expect(await boundary(iam, "Ada")).toBeUndefined();
  });

  it("needs its right, and is recorded", async () => {
    const { iam, account } = await setUp();
    const resource = `arn:aws:iam::${account}:${kind}/team/Ada`;
    await eachNeedsItsRight(iam, account, [
      { command: put("Ada", ADMINISTRATOR), resource },
      { command: remove("Ada"), resource },
    ]);
    const events = (await eventsOfIdentities(account)).filter(
      ({ eventName, errorCode }) => eventName.endsWith("Boundary") && errorCode === undefined,
    );
    const named = { [`${kind}Name`]: "Ada" };
    expect(events).toMatchObject([
      { requestParameters: { ...named, permissionsBoundary: ADMINISTRATOR }, responseElements: null, readOnly: false },
      { requestParameters: named, responseElements: null, readOnly: false },
    ]);
  });

  it("may be limited to one policy that is set, and to whom it bounds where it is taken away", async () => {
    const { iam, send } = await setUp();
    const arn = await newPolicy(iam, "p");
    const ada = await userWith(iam, "limited", {
      Action: ["iam:Put*PermissionsBoundary", "iam:Delete*PermissionsBoundary"],
      Condition: { StringEquals: { "iam:PermissionsBoundary": arn } },
    });
    await refusedAs(sendTo(ada, remove("Ada")), ACCESS_DENIED); // there is none
    await refusedAs(sendTo(ada, put("Ada", ADMINISTRATOR)), ACCESS_DENIED);
    await sendTo(ada, put("Ada", arn));
    await refusedAs(sendTo(ada, put("Ada", ADMINISTRATOR)), ACCESS_DENIED); // what is asked for counts, not what is there
    await sendTo(ada, remove("Ada"));
    await send(put("Ada", ADMINISTRATOR));
    await refusedAs(sendTo(ada, remove("Ada")), ACCESS_DENIED);
  });
});

describe("a boundary", () => {
  it("keeps back what it does not allow, and gives nothing by itself", async () => {
    const { iam, account } = await iamOfNewAccount();
    const ada = iamAs(await newUser(iam, "ada"));
    const reading = await newPolicy(iam, "reading", { PolicyDocument: oneStatement({ Action: "iam:List*" }) });
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: "ada", PermissionsBoundary: reading }));
    await refusedAs(ada.send(new ListUsersCommand({})), ACCESS_DENIED);
    await iam.send(new AttachUserPolicyCommand({ UserName: "ada", PolicyArn: ADMINISTRATOR }));
    await ada.send(new ListUsersCommand({}));
    const create = () => ada.send(new CreateUserCommand({ UserName: "bo" }));
    await refusedAs(create(), {
      ...ACCESS_DENIED,
      message: `User: arn:aws:iam::${account}:user/ada is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${account}:user/bo because no permissions boundary allows the iam:CreateUser action`,
    });
    await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: "ada" }));
    await create();
  });

  it("can be made a must of whoever makes users and roles", async () => {
    const { iam, account } = await iamOfNewAccount();
    const boundary = await newPolicy(iam, "boundary");
    const ada = await userWith(iam, "ada", {
      Action: ["iam:CreateUser", "iam:CreateRole"],
      Condition: { StringEquals: { "iam:PermissionsBoundary": boundary } },
    });
    const AssumeRolePolicyDocument = trusting(account);
    await refusedAs(ada.send(new CreateUserCommand({ UserName: "bo" })), ACCESS_DENIED);
    await refusedAs(ada.send(new CreateRoleCommand({ RoleName: "bo", AssumeRolePolicyDocument })), ACCESS_DENIED);
    await refusedAs(ada.send(new CreateUserCommand({ UserName: "bo", PermissionsBoundary: ADMINISTRATOR })), ACCESS_DENIED);
    await ada.send(new CreateUserCommand({ UserName: "bo", PermissionsBoundary: boundary }));
    await ada.send(new CreateRoleCommand({ RoleName: "bo", AssumeRolePolicyDocument, PermissionsBoundary: boundary }));
  });
});
