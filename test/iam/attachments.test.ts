// Managed policies attached to users, groups and roles: the same of each.

import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  CreateUserCommand,
  DetachGroupPolicyCommand,
  DetachUserPolicyCommand,
  type IAMClient,
  type ListAttachedUserPoliciesCommandOutput,
  ListUsersCommand,
  PutUserPermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { iamAs, iamOfNewAccount, newUser } from "../support/iam-client.ts";
import { KINDS, kindOf, make } from "../support/iam-kinds.ts";
import { ADMINISTRATOR, newPolicy, oneStatement, pagesOf, userWith } from "../support/iam-policies.ts";
import { ACCESS_DENIED, INVALID, limitExceeded, noSuchEntity, refusedAs } from "../support/iam-refusals.ts";
import { type Command, eachNeedsItsRight, sendTo } from "../support/iam-rights.ts";
import { inIdentities } from "../support/identity-store.ts";
import { eventsOfIdentities } from "../support/records.ts";

const QUOTAS = { user: "PoliciesPerUser", group: "PoliciesPerGroup", role: "PoliciesPerRole" } as const;

const listed = async (iam: IAMClient, command: Command) =>
  (await sendTo<ListAttachedUserPoliciesCommandOutput>(iam, command)).AttachedPolicies ?? [];

describe.each(KINDS)("policies of a %s", (kind) => {
  async function setUp() {
    const { iam, account } = await iamOfNewAccount();
    const of = kindOf(account, kind);
    await make(iam, of, "Ada", "/team/");
    return { ...{ iam, account, of }, send: (command: Command) => sendTo(iam, command) };
  }

  it("are attached, listed in the order of their ARNs, and detached; attaching twice changes nothing", async () => {
    const { iam, of, send } = await setUp();
    const [b, a] = [await newPolicy(iam, "b", { Path: "/x/" }), await newPolicy(iam, "a")];
    expect(await listed(iam, of.attached("Ada"))).toEqual([]);
    for (const arn of [b, ADMINISTRATOR, a, b]) expect(await send(of.attach("ada", arn))).not.toHaveProperty("AttachedPolicies");
    const all = [
      { PolicyName: "a", PolicyArn: a },
      { PolicyName: "b", PolicyArn: b },
      { PolicyName: "AdministratorAccess", PolicyArn: ADMINISTRATOR },
    ];
    expect(await listed(iam, of.attached("Ada"))).toEqual(all);
    expect(await listed(iam, of.attached("Ada", { PathPrefix: "/x/" }))).toEqual([all[1]]);
    const pages = await pagesOf(
      iam,
      (page) => of.attached("Ada", page),
      ({ AttachedPolicies = [] }: ListAttachedUserPoliciesCommandOutput) => AttachedPolicies,
      2,
    );
    expect(pages).toEqual([all.slice(0, 2), all.slice(2)]);
    await send(of.detach("Ada", b));
    expect(await listed(iam, of.attached("Ada"))).toEqual([all[0], all[2]]);
    await refusedAs(send(of.detach("Ada", b)), noSuchEntity(`Policy ${b} was not found.`));
  });

  it("are refused where either is not there, or is named by no ARN", async () => {
    const { iam, account, of, send } = await setUp();
    const arn = await newPolicy(iam, "p");
    const nobody = noSuchEntity(`The ${kind} with name nobody cannot be found.`);
    for (const command of [of.attach("nobody", arn), of.detach("nobody", arn), of.attached("nobody")])
      await refusedAs(send(command), nobody);
    for (const none of [
      `arn:aws:iam::${account}:policy/P`,
      "arn:aws:iam::aws:policy/Other",
      "arn:aws:iam::999999999999:policy/p",
    ]) {
      await refusedAs(send(of.attach("Ada", none)), noSuchEntity(`Policy ${none} does not exist or is not attachable.`));
      await refusedAs(send(of.detach("Ada", none)), noSuchEntity(`Policy ${none} was not found.`));
    }
    const text = { ...INVALID, message: "ARN longpolicynamebutnoarn is not valid." };
    await refusedAs(send(of.attach("Ada", "longpolicynamebutnoarn")), text);
    await refusedAs(send(of.detach("Ada", "longpolicynamebutnoarn")), text);
    await refusedAs(send(of.attach("Ada", "short")), INVALID);
    await refusedAs(send(of.attached("Ada", { PathPrefix: "/x" })), INVALID);
    await refusedAs(send(of.attached("Ada", { Marker: "made-up" })), { ...INVALID, message: "Invalid Marker." });
  });

  it("are as many as the quota says, and not one more", async () => {
    const { iam, account, of, send } = await setUp();
    await inIdentities(account, (world) => {
      world.quotas = { ...world.quotas, attachedPolicies: 2 };
    });
    const arns = [await newPolicy(iam, "a"), await newPolicy(iam, "b"), await newPolicy(iam, "c")] as const;
    await send(of.attach("Ada", arns[0]));
    await send(of.attach("Ada", arns[1]));
    await refusedAs(send(of.attach("Ada", arns[2])), limitExceeded(`Cannot exceed quota for ${QUOTAS[kind]}: 2`));
    await send(of.attach("Ada", arns[1])); // is there already
    await send(of.detach("Ada", arns[0]));
    await send(of.attach("Ada", arns[2]));
  });

  it("need their rights, and are recorded", async () => {
    const { iam, account, of, send } = await setUp();
    const policyArn = await newPolicy(iam, "p");
    const resource = `arn:aws:iam::${account}:${kind}/team/Ada`;
    await eachNeedsItsRight(iam, account, [
      { command: of.attach("Ada", policyArn), resource },
      { command: of.attached("Ada"), resource },
      { command: of.detach("Ada", policyArn), resource },
    ]);
    await send(of.attach("Ada", policyArn));
    await send(of.detach("Ada", policyArn));
    const name = of.attach("", "").constructor.name.replace("Command", "");
    const events = (await eventsOfIdentities(account)).slice(-2);
    const requestParameters = { [`${kind}Name`]: "Ada", policyArn };
    expect(events).toMatchObject([
      { eventName: name, readOnly: false, requestParameters, responseElements: null },
      { eventName: name.replace("Attach", "Detach"), readOnly: false, requestParameters, responseElements: null },
    ]);
  });

  it("may be limited to some by iam:PolicyARN", async () => {
    const { iam, of } = await setUp();
    const [some, other] = [await newPolicy(iam, "some", { Path: "/free/" }), await newPolicy(iam, "other")];
    const ada = await userWith(iam, "limited", {
      Action: ["iam:Attach*", "iam:Detach*"],
      Condition: { ArnLike: { "iam:PolicyARN": "arn:aws:iam::*:policy/free/*" } },
    });
    await sendTo(ada, of.attach("Ada", some));
    await refusedAs(sendTo(ada, of.attach("Ada", other)), ACCESS_DENIED);
    await refusedAs(sendTo(ada, of.attach("Ada", ADMINISTRATOR)), ACCESS_DENIED);
    await sendTo(iam, of.attach("Ada", other));
    await refusedAs(sendTo(ada, of.detach("Ada", other)), ACCESS_DENIED);
    await sendTo(ada, of.detach("Ada", some));
  });
});

describe("an attached policy", () => {
  it("gives what it allows from the next call on, directly or by a group, and takes it away so", async () => {
    const { iam } = await iamOfNewAccount();
    const ada = iamAs(await newUser(iam, "ada"));
    const PolicyArn = await newPolicy(iam, "p", { PolicyDocument: oneStatement({ Action: "iam:ListUsers" }) });
    const { account } = { account: PolicyArn.split(":")[4] ?? "" };
    const list = () => ada.send(new ListUsersCommand({}));
    const [user, group] = [kindOf(account, "user"), kindOf(account, "group")];
    await refusedAs(list(), ACCESS_DENIED);
    await sendTo(iam, user.attach("ada", PolicyArn));
    await list();
    await iam.send(new DetachUserPolicyCommand({ UserName: "ada", PolicyArn }));
    await refusedAs(list(), ACCESS_DENIED);
    await iam.send(new CreateGroupCommand({ GroupName: "all" }));
    await iam.send(new AddUserToGroupCommand({ GroupName: "all", UserName: "ada" }));
    await sendTo(iam, group.attach("all", PolicyArn));
    await list();
    await iam.send(new DetachGroupPolicyCommand({ GroupName: "all", PolicyArn }));
    await refusedAs(list(), ACCESS_DENIED);
  });

  it("may be limited to users and roles with a boundary, and to none", async () => {
    const { iam, account } = await iamOfNewAccount();
    const boundary = await newPolicy(iam, "boundary");
    const ada = await userWith(iam, "ada", {
      Action: ["iam:AttachUserPolicy", "iam:AttachRolePolicy"],
      Condition: { StringEquals: { "iam:PermissionsBoundary": boundary } },
    });
    for (const kind of ["user", "role"] as const) {
      const of = kindOf(account, kind);
      await make(iam, of, "free");
      await refusedAs(sendTo(ada, of.attach("free", ADMINISTRATOR)), ACCESS_DENIED);
    }
    await iam.send(new CreateUserCommand({ UserName: "bound", PermissionsBoundary: boundary }));
    await sendTo(ada, kindOf(account, "user").attach("bound", ADMINISTRATOR));
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: "bound", PermissionsBoundary: ADMINISTRATOR }));
    await refusedAs(sendTo(ada, kindOf(account, "user").attach("bound", ADMINISTRATOR)), ACCESS_DENIED);
  });
});
