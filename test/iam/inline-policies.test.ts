// Policies that stand in users, groups and roles themselves.

import {
  CreateGroupCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  GetGroupPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListGroupPoliciesCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { allowing, iamAs, iamOfNewAccount, newUser, rawForm, rootOf } from "../support/iam-client.ts";
import {
  ACCESS_DENIED,
  type Expected,
  INVALID,
  limitExceeded,
  MALFORMED,
  noSuchEntity,
  refusedAs,
} from "../support/iam-refusals.ts";
import { type Command, eachNeedsItsRight, sendTo } from "../support/iam-rights.ts";
import { eventsOfIdentities } from "../support/records.ts";

interface Asked {
  readonly owner: string;
  readonly PolicyName: string;
}

/** The same operations on each kind of owner. */
interface Kind {
  readonly kind: "user" | "group" | "role";
  readonly sizeMax: number;
  make(owner: string): Command;
  put(asked: Asked & { readonly PolicyDocument: string }): Command;
  get(asked: Asked): Command;
  remove(asked: Asked): Command;
  list(owner: string, page?: { readonly MaxItems?: number; readonly Marker?: string | undefined }): Command;
}

const KINDS: readonly Kind[] = [
  {
    ...{ kind: "user", sizeMax: 2048 },
    make: (UserName) => new CreateUserCommand({ UserName, Path: "/p/" }),
    put: ({ owner: UserName, ...asked }) => new PutUserPolicyCommand({ UserName, ...asked }),
    get: ({ owner: UserName, PolicyName }) => new GetUserPolicyCommand({ UserName, PolicyName }),
    remove: ({ owner: UserName, PolicyName }) => new DeleteUserPolicyCommand({ UserName, PolicyName }),
    list: (UserName, page) => new ListUserPoliciesCommand({ UserName, ...page }),
  },
  {
    ...{ kind: "group", sizeMax: 5120 },
    make: (GroupName) => new CreateGroupCommand({ GroupName, Path: "/p/" }),
    put: ({ owner: GroupName, ...asked }) => new PutGroupPolicyCommand({ GroupName, ...asked }),
    get: ({ owner: GroupName, PolicyName }) => new GetGroupPolicyCommand({ GroupName, PolicyName }),
    remove: ({ owner: GroupName, PolicyName }) => new DeleteGroupPolicyCommand({ GroupName, PolicyName }),
    list: (GroupName, page) => new ListGroupPoliciesCommand({ GroupName, ...page }),
  },
  {
    ...{ kind: "role", sizeMax: 10240 },
    make: (RoleName) => new CreateRoleCommand({ RoleName, Path: "/p/", AssumeRolePolicyDocument: TRUST }),
    put: ({ owner: RoleName, ...asked }) => new PutRolePolicyCommand({ RoleName, ...asked }),
    get: ({ owner: RoleName, PolicyName }) => new GetRolePolicyCommand({ RoleName, PolicyName }),
    remove: ({ owner: RoleName, PolicyName }) => new DeleteRolePolicyCommand({ RoleName, PolicyName }),
    list: (RoleName, page) => new ListRolePoliciesCommand({ RoleName, ...page }),
  },
];

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
});

/** A document of so many characters, white space apart, with as much white space as one likes. */
function documentOf(characters: number, space = ""): string {
  const bare = allowing("");
  return `${space}${bare.replace('[""]', `["iam:${"x".repeat(characters - bare.length - "iam:".length)}"]`)}${space}`;
}

type Answer = Readonly<Record<string, unknown>> & { readonly PolicyNames?: readonly string[]; readonly Marker?: string };

const send = (iam: IAMClient, command: Command): Promise<Answer> => sendTo<Answer>(iam, command);

describe.each(KINDS)("a policy in a $kind", ({ kind, sizeMax, make, put, get, remove, list }) => {
  const Kind = kind.charAt(0).toUpperCase() + kind.slice(1);

  async function withOwner() {
    const { iam, account } = await iamOfNewAccount();
    await send(iam, make("Owner"));
    const owner = "Owner";
    return { iam, account, owner, refused: (command: Command, as: Expected) => refusedAs(send(iam, command), as) };
  }

  it("is put, shown as it was given, replaced, listed and removed", async () => {
    const { iam, owner, account } = await withOwner();
    const documents = [`  ${allowing("kms:Encrypt")}\n\t`, allowing("kms:Décrypt & <more>'()*!~")];
    for (const PolicyDocument of documents) {
      await send(iam, put({ owner: "OWNER", PolicyName: "First", PolicyDocument }));
      const shown = await send(iam, get({ owner, PolicyName: "FIRST" }));
      expect(shown).toMatchObject({ [`${Kind}Name`]: "Owner", PolicyName: "First" });
      expect(shown["PolicyDocument"]).toMatch(/^[A-Za-z0-9\-._~%]*$/);
      expect(decodeURIComponent(String(shown["PolicyDocument"]))).toBe(PolicyDocument);
    }
    const form = { [`${Kind}Name`]: owner, PolicyName: "First" };
    expect((await rawForm(await rootOf(account), `Get${Kind}Policy`, form)).text).toContain(
      "<PolicyDocument>%7B%22Version%22%3A",
    );
    await send(iam, put({ owner, PolicyName: "second", PolicyDocument: allowing("kms:Decrypt") }));
    expect(await send(iam, list("owner"))).toMatchObject({ PolicyNames: ["First", "second"], IsTruncated: false });
    await send(iam, remove({ owner, PolicyName: "first" }));
    expect(await send(iam, list(owner))).toMatchObject({ PolicyNames: ["second"], IsTruncated: false });
  });

  it("is not found where there is none, nor where there is no owner", async () => {
    const { iam, owner, refused } = await withOwner();
    const none = noSuchEntity(`The ${kind} policy with name none cannot be found.`);
    await refused(get({ owner, PolicyName: "none" }), none);
    await refused(remove({ owner, PolicyName: "none" }), none);
    const nobody = { owner: "nobody", PolicyName: "p" };
    const commands = [put({ ...nobody, PolicyDocument: allowing("kms:*") }), get(nobody), remove(nobody), list("nobody")];
    for (const command of commands) await refused(command, noSuchEntity(`The ${kind} with name nobody cannot be found.`));
    expect(await send(iam, list(owner))).toMatchObject({ PolicyNames: [] });
  });

  it("must be a document that the engine reads", async () => {
    const { iam, owner, refused } = await withOwner();
    const statement = (more: object) =>
      JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "kms:*", Resource: "*", ...more } });
    for (const [PolicyDocument, message] of [
      ["{", undefined],
      ["[]", undefined],
      ['{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}', undefined],
      [statement({ Principal: "*" }), "Policy document should not specify a principal."],
      [statement({ Resource: undefined }), "Policy statement must contain resources."],
      [statement({ Resource: "x" }), 'Resource x must be in ARN format or "*".'],
      [statement({ Action: "x" }), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."],
      [statement({ Other: "x" }), "Syntax errors in policy."],
    ] as const) {
      await refused(put({ owner, PolicyName: "p", PolicyDocument }), {
        ...MALFORMED,
        ...(message === undefined ? {} : { message }),
      });
    }
    await refused(put({ owner, PolicyName: "p", PolicyDocument: "ā" }), INVALID);
    await refused(put({ owner, PolicyName: "p q", PolicyDocument: allowing("kms:*") }), {
      ...INVALID,
      message: expect.stringContaining("'p q' at 'policyName' failed to satisfy constraint"),
    });
    expect(await send(iam, list(owner))).toMatchObject({ PolicyNames: [] });
  });

  it("has room beside the others up to the kind's sum, white space apart", async () => {
    const { iam, owner, refused } = await withOwner();
    const full = limitExceeded(`Maximum policy size of ${sizeMax} bytes exceeded for ${kind} Owner`);
    const space = " \n\t".repeat(1000);
    const [one, other] = [sizeMax / 2, sizeMax / 2];
    await refused(put({ owner, PolicyName: "one", PolicyDocument: documentOf(sizeMax + 1) }), full);
    await send(iam, put({ owner, PolicyName: "one", PolicyDocument: documentOf(sizeMax, space) }));
    await send(iam, put({ owner, PolicyName: "ONE", PolicyDocument: documentOf(one, space) })); // in its place
    await refused(put({ owner, PolicyName: "other", PolicyDocument: documentOf(other + 1) }), full);
    await send(iam, put({ owner, PolicyName: "other", PolicyDocument: documentOf(other, space) }));
    await refused(put({ owner, PolicyName: "third", PolicyDocument: allowing("kms:*") }), full);
    await send(iam, remove({ owner, PolicyName: "other" }));
    await send(iam, put({ owner, PolicyName: "third", PolicyDocument: allowing("kms:*") }));
  });

  it("is listed by pages", async () => {
    const { iam, owner, refused } = await withOwner();
    for (const PolicyName of ["c", "a", "B"]) await send(iam, put({ owner, PolicyName, PolicyDocument: allowing("kms:*") }));
    const first = await send(iam, list(owner, { MaxItems: 2 }));
    expect(first).toMatchObject({ PolicyNames: ["a", "B"], IsTruncated: true });
    const last = await send(iam, list(owner, { MaxItems: 2, Marker: first.Marker }));
    expect([last.PolicyNames, last["IsTruncated"], last.Marker]).toEqual([["c"], false, undefined]);
    await refused(list(owner, { Marker: "made-up" }), {
      ...{ ...INVALID, message: "Invalid Marker." },
    });
  });

  it("is recorded with its document", async () => {
    const { iam, owner, account } = await withOwner();
    const PolicyDocument = allowing("kms:Encrypt");
    await send(iam, put({ owner, PolicyName: "p", PolicyDocument }));
    await send(iam, get({ owner, PolicyName: "p" }));
    await send(iam, remove({ owner, PolicyName: "p" }));
    const named = { [`${kind}Name`]: "Owner", policyName: "p" };
    expect((await eventsOfIdentities(account)).slice(1)).toMatchObject([
      { eventName: `Put${Kind}Policy`, requestParameters: { ...named, policyDocument: PolicyDocument }, responseElements: null },
      { eventName: `Get${Kind}Policy`, requestParameters: named, responseElements: null, readOnly: true },
      { eventName: `Delete${Kind}Policy`, requestParameters: named, responseElements: null, readOnly: false },
    ]);
  });

  it("needs a right for each operation, on the owner", async () => {
    const { iam, owner, account } = await withOwner();
    const resource = `arn:aws:iam::${account}:${kind}/p/Owner`;
    await eachNeedsItsRight(iam, account, [
      { resource, command: put({ owner: "OWNER", PolicyName: "p", PolicyDocument: allowing("kms:*") }) },
      { resource, command: get({ owner, PolicyName: "p" }) },
      { resource, command: list(owner) },
      { resource, command: remove({ owner, PolicyName: "p" }) },
    ]);
  });
});

it("a user's policy is in force when it is put, and no longer when it is removed", async () => {
  const { iam } = await iamOfNewAccount();
  const alice = iamAs(await newUser(iam, "alice", allowing("iam:ListUsers")));
  await alice.send(new ListUsersCommand());
  await iam.send(new DeleteUserPolicyCommand({ UserName: "alice", PolicyName: "policy-0" }));
  await refusedAs(alice.send(new ListUsersCommand()), ACCESS_DENIED);
});

it("whoever may put policies in users within a boundary alone puts them in no other", async () => {
  const { iam } = await iamOfNewAccount();
  const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
  const delegated = JSON.stringify({
    Version: "2012-10-17",
    Statement: {
      ...{ Effect: "Allow", Action: ["iam:PutUserPolicy", "iam:DeleteUserPolicy"], Resource: "*" },
      Condition: { ArnEquals: { "iam:PermissionsBoundary": PolicyArn } },
    },
  });
  const deputy = iamAs(await newUser(iam, "deputy", delegated));
  await iam.send(new CreateUserCommand({ UserName: "bounded", PermissionsBoundary: PolicyArn }));
  await iam.send(new CreateUserCommand({ UserName: "free" }));
  const putIn = (UserName: string) =>
    deputy.send(new PutUserPolicyCommand({ UserName, PolicyName: "p", PolicyDocument: allowing("kms:*") }));
  await putIn("bounded");
  await refusedAs(putIn("free"), ACCESS_DENIED);
  await deputy.send(new DeleteUserPolicyCommand({ UserName: "bounded", PolicyName: "p" }));
});
