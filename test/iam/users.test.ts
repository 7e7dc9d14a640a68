// Users, through the real SDK.

import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  GetUserCommand,
  ListUsersCommand,
  UpdateUserCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { allowing, iamAs, iamOfNewAccount, newUser } from "../support/iam-client.ts";
import { refusedAs } from "../support/iam-refusals.ts";
import { eventsOfIdentities } from "../support/records.ts";

describe("CreateUser", () => {
  it("answers a user with a unique id that carries its prefix, its path, its tags and its boundary", async () => {
    const { iam, account } = await iamOfNewAccount();
    const boundary = "arn:aws:iam::aws:policy/AdministratorAccess";
    const { User } = await iam.send(
      new CreateUserCommand({
        ...{ UserName: "Ada", Path: "/team/", PermissionsBoundary: boundary },
        Tags: [{ Key: "Team", Value: "engines" }],
      }),
    );
    expect(User).toMatchObject({ UserName: "Ada", Path: "/team/", Arn: `arn:aws:iam::${account}:user/team/Ada` });
    expect(User?.UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
    expect(User?.PermissionsBoundary).toEqual({ PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: boundary });
    expect(User?.Tags).toEqual([{ Key: "Team", Value: "engines" }]);
    expect(Math.abs(Date.now() - Number(User?.CreateDate))).toBeLessThan(10_000);
    expect((await iam.send(new GetUserCommand({ UserName: "ADA" }))).User).toEqual(User);
  });

  it("refuses a name that is there, whatever its case", async () => {
    const { iam } = await iamOfNewAccount();
    await iam.send(new CreateUserCommand({ UserName: "Ada" }));
    await refusedAs(iam.send(new CreateUserCommand({ UserName: "aDA" })), {
      ...{ name: "EntityAlreadyExistsException", status: 409, message: "User with name aDA already exists." },
    });
  });

  it("refuses a boundary that is not there, names and tags that may not be", async () => {
    const { iam, account } = await iamOfNewAccount();
    const boundary = `arn:aws:iam::${account}:policy/none`;
    await refusedAs(iam.send(new CreateUserCommand({ UserName: "ada", PermissionsBoundary: boundary })), {
      ...{ name: "NoSuchEntityException", status: 404, message: `Scope ARN: ${boundary} does not exist or is not attachable.` },
    });
    await refusedAs(iam.send(new CreateUserCommand({ UserName: "a b" })), {
      ...{ name: "ValidationError", status: 400 },
      message:
        "1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    });
    const twice = [
      { Key: "a", Value: "1" },
      { Key: "A", Value: "2" },
    ];
    await refusedAs(iam.send(new CreateUserCommand({ UserName: "ada", Tags: twice })), {
      ...{ name: "InvalidInputException", status: 400 },
      message: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    });
    await refusedAs(iam.send(new GetUserCommand({ UserName: "ada" })), {
      ...{ name: "NoSuchEntityException", status: 404, message: "The user with name ada cannot be found." },
    });
  });
});

describe("GetUser", () => {
  it("without a name answers the caller: a user, or root", async () => {
    const { iam, account } = await iamOfNewAccount();
    const ada = iamAs(await newUser(iam, "ada", allowing("iam:GetUser")));
    expect((await ada.send(new GetUserCommand({}))).User?.UserName).toBe("ada");
    const { User } = await iam.send(new GetUserCommand({}));
    expect(User).toMatchObject({ UserId: account, Arn: `arn:aws:iam::${account}:root` });
  });
});

describe("ListUsers", () => {
  it("goes by pages, in the order of names, below a path", async () => {
    const { iam } = await iamOfNewAccount();
    for (const [UserName, Path] of [
      ["bo", "/a/"],
      ["Al", "/a/b/"],
      ["cy", "/c/"],
    ] as const)
      await iam.send(new CreateUserCommand({ UserName, Path }));
    const names: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam.send(new ListUsersCommand({ MaxItems: 1, Marker }));
      names.push(...(page.Users ?? []).map(({ UserName }) => UserName));
      Marker = page.IsTruncated ? page.Marker : undefined;
    } while (Marker !== undefined);
    expect(names).toEqual(["Al", "bo", "cy"]);
    const below = await iam.send(new ListUsersCommand({ PathPrefix: "/a/" }));
    expect(below.Users?.map(({ UserName }) => UserName)).toEqual(["Al", "bo"]);
    await refusedAs(iam.send(new ListUsersCommand({ Marker: "elsewhere" })), {
      ...{ name: "ValidationError", status: 400, message: "Invalid Marker." },
    });
  });
});

describe("UpdateUser", () => {
  it("gives another name and path; the unique id stays, and what hangs on it", async () => {
    const { iam, account } = await iamOfNewAccount();
    const credentials = await newUser(iam, "ada", allowing("iam:GetUser"));
    const before = (await iam.send(new GetUserCommand({ UserName: "ada" }))).User;
    await iam.send(new UpdateUserCommand({ UserName: "ada", NewUserName: "Augusta", NewPath: "/x/" }));
    const { User } = await iamAs(credentials).send(new GetUserCommand({}));
    expect(User).toMatchObject({ UserName: "Augusta", Arn: `arn:aws:iam::${account}:user/x/Augusta`, UserId: before?.UserId });
    await iam.send(new CreateUserCommand({ UserName: "other" }));
    await refusedAs(iam.send(new UpdateUserCommand({ UserName: "other", NewUserName: "AUGUSTA" })), {
      ...{ name: "EntityAlreadyExistsException", status: 409 },
    });
  });
});

describe("DeleteUser", () => {
  it("refuses a user who still has anything", async () => {
    const { iam } = await iamOfNewAccount();
    await newUser(iam, "ada", allowing("iam:GetUser"));
    await refusedAs(iam.send(new DeleteUserCommand({ UserName: "ada" })), {
      ...{ name: "DeleteConflictException", status: 409, message: "Cannot delete entity, must delete access keys first." },
    });
  });

  it("takes the name away; a namesake is somebody else", async () => {
    const { iam } = await iamOfNewAccount();
    const first = (await iam.send(new CreateUserCommand({ UserName: "ada" }))).User?.UserId;
    await iam.send(new DeleteUserCommand({ UserName: "ada" }));
    await refusedAs(iam.send(new GetUserCommand({ UserName: "ada" })), { name: "NoSuchEntityException", status: 404 });
    const second = (await iam.send(new CreateUserCommand({ UserName: "ada" }))).User?.UserId;
    expect(second).not.toBe(first);
  });
});

describe("a user", () => {
  it("may do what a document allows, on what it names, and is told what is missing", async () => {
    const { iam, account } = await iamOfNewAccount();
    const document = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "iam:CreateUser", Resource: `arn:aws:iam::${account}:user/team/*` }],
    });
    const ada = iamAs(await newUser(iam, "ada", document));
    await ada.send(new CreateUserCommand({ UserName: "bo", Path: "/team/" }));
    await refusedAs(ada.send(new CreateUserCommand({ UserName: "cy" })), {
      ...{ name: "AccessDenied", status: 403 },
      message: `User: arn:aws:iam::${account}:user/ada is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${account}:user/cy because no identity-based policy allows the iam:CreateUser action`,
    });
    await iam.send(new DeleteUserPolicyCommand({ UserName: "ada", PolicyName: "policy-0" }));
    await refusedAs(ada.send(new CreateUserCommand({ UserName: "dy", Path: "/team/" })), { name: "AccessDenied", status: 403 });
  });

  it("stands in the record of what it did, with what was asked and answered", async () => {
    const { iam, account } = await iamOfNewAccount();
    const credentials = await newUser(iam, "ada", allowing("iam:CreateUser"));
    await iamAs(credentials).send(new CreateUserCommand({ UserName: "bo" }));
    const record = (await eventsOfIdentities(account)).findLast(({ eventName }) => eventName === "CreateUser");
    expect(record).toMatchObject({
      ...{ eventSource: "iam.amazonaws.com", awsRegion: "us-east-1", readOnly: false, recipientAccountId: account },
      userIdentity: {
        ...{ type: "IAMUser", arn: `arn:aws:iam::${account}:user/ada`, userName: "ada", accountId: account },
        accessKeyId: credentials.accessKeyId,
      },
      requestParameters: { userName: "bo", path: "/" },
      responseElements: { user: { userName: "bo", arn: `arn:aws:iam::${account}:user/bo` } },
    });
  });

  it("cannot be made with an access key's quota passed over", async () => {
    const { iam } = await iamOfNewAccount();
    await newUser(iam, "ada");
    await iam.send(new CreateAccessKeyCommand({ UserName: "ada" }));
    await refusedAs(iam.send(new CreateAccessKeyCommand({ UserName: "ada" })), {
      ...{ name: "LimitExceededException", status: 409, message: "Cannot exceed quota for AccessKeysPerUser: 2" },
    });
  });
});

it("who moves a user needs the right on both its ARNs: a path keeps out who may not go there", async () => {
  const { iam, account } = await iamOfNewAccount();
  const on = (path: string) => `arn:aws:iam::${account}:user/${path}/*`;
  const document = (...Resource: string[]) =>
    JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "iam:UpdateUser", Resource } });
  const ada = iamAs(await newUser(iam, "ada", document(on("dev"))));
  await iam.send(new CreateUserCommand({ UserName: "bo", Path: "/dev/" }));
  await ada.send(new UpdateUserCommand({ UserName: "bo", NewUserName: "Bo" }));
  await refusedAs(ada.send(new UpdateUserCommand({ UserName: "bo", NewPath: "/admin/" })), {
    ...{ name: "AccessDenied", status: 403 },
    message: `User: arn:aws:iam::${account}:user/ada is not authorized to perform: iam:UpdateUser on resource: arn:aws:iam::${account}:user/admin/bo because no identity-based policy allows the iam:UpdateUser action`,
  });
});
