// What IAM takes away is gone when the call returns: 64 callers in three Regions call without a pause, and no call that begins after the return
// succeeds. What KMS itself takes away: test/kms/immediate.test.ts.

import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPermissionsBoundaryCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachUserPolicyCommand,
  type IAMClient,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  SetDefaultPolicyVersionCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { describe, it } from "vitest";
import { type Called, isGoneEachTime, newSite, REGIONS, type Right, ROUNDS, type Site } from "../support/at-once.ts";
import { raw } from "../support/client.ts";
import { keepModules } from "../support/fast-pool.ts";
import { allowing, type Credentials, newUser } from "../support/iam-client.ts";
import { type Command, sendTo } from "../support/iam-rights.ts";

const TEST_MS_MAX = 180_000;
const UserName = "ada";
const GroupName = "engines";
const RANDOM = "kms:GenerateRandom";
const INACTIVE = "UnrecognizedClientException";
const NOBODY: Credentials = { accessKeyId: "", secretAccessKey: "" };
const DENIED = "AccessDeniedException";

const everywhere = (input: Record<string, unknown>): Called["input"] =>
  Object.fromEntries(REGIONS.map((region) => [region, input]));

/** GenerateRandom, which acts on no key, in every Region. */
const random = (credentials: Credentials, refusal: string): Called => ({
  ...{ operation: "GenerateRandom", input: everywhere({ NumberOfBytes: 1 }), credentials, refusal },
});

/** A right that two commands give and take. */
const givenBy = (iam: IAMClient, called: Called, give: Command, take: Command): Right => ({
  called,
  async give() {
    await sendTo(iam, give);
    return undefined;
  },
  takeAway: () => sendTo(iam, take),
});

async function newPolicy(iam: IAMClient, PolicyName: string, action: string): Promise<string> {
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: allowing(action) }));
  return Policy?.Arn ?? "";
}

const OF_IAM: Readonly<Record<string, (site: Site) => Promise<Right>>> = {
  async DeleteAccessKey({ iam }) {
    const first = await newUser(iam, UserName, allowing(RANDOM));
    let last = "";
    return {
      called: random(first, INACTIVE),
      async give() {
        const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
        last = AccessKey?.AccessKeyId ?? "";
        return { accessKeyId: last, secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
      },
      takeAway: () => iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: last })),
    };
  },

  async UpdateAccessKey({ iam }) {
    const credentials = await newUser(iam, UserName, allowing(RANDOM));
    const status = (Status: "Active" | "Inactive") =>
      new UpdateAccessKeyCommand({ UserName, AccessKeyId: credentials.accessKeyId, Status });
    return givenBy(iam, random(credentials, INACTIVE), status("Active"), status("Inactive"));
  },

  async DeleteUserPolicy({ iam }) {
    const called = random(await newUser(iam, UserName), DENIED);
    const named = { UserName, PolicyName: "right" };
    const give = new PutUserPolicyCommand({ ...named, PolicyDocument: allowing(RANDOM) });
    return givenBy(iam, called, give, new DeleteUserPolicyCommand(named));
  },

  async DetachUserPolicy({ iam }) {
    const called = random(await newUser(iam, UserName), DENIED);
    const attached = { UserName, PolicyArn: await newPolicy(iam, "right", RANDOM) };
    return givenBy(iam, called, new AttachUserPolicyCommand(attached), new DetachUserPolicyCommand(attached));
  },

  async DetachGroupPolicy({ iam }) {
    const called = random(await newUser(iam, UserName), DENIED);
    await iam.send(new CreateGroupCommand({ GroupName }));
    await iam.send(new AddUserToGroupCommand({ GroupName, UserName }));
    const attached = { GroupName, PolicyArn: await newPolicy(iam, "right", RANDOM) };
    return givenBy(iam, called, new AttachGroupPolicyCommand(attached), new DetachGroupPolicyCommand(attached));
  },

  async SetDefaultPolicyVersion({ iam }) {
    const called = random(await newUser(iam, UserName), DENIED);
    const PolicyArn = await newPolicy(iam, "right", RANDOM);
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allowing("kms:ListKeys") }));
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    const choose = (VersionId: string) => new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId });
    return givenBy(iam, called, choose("v1"), choose("v2"));
  },

  async RemoveUserFromGroup({ iam }) {
    const called = random(await newUser(iam, UserName), DENIED);
    await iam.send(new CreateGroupCommand({ GroupName }));
    await iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: await newPolicy(iam, "right", RANDOM) }));
    const member = { GroupName, UserName };
    return givenBy(iam, called, new AddUserToGroupCommand(member), new RemoveUserFromGroupCommand(member));
  },

  async PutUserPermissionsBoundary({ iam }) {
    const called = random(await newUser(iam, UserName, allowing(RANDOM)), DENIED);
    const PermissionsBoundary = await newPolicy(iam, "narrow", "kms:ListKeys");
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary }));
    const take = new PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary });
    return givenBy(iam, called, new DeleteUserPermissionsBoundaryCommand({ UserName }), take);
  },

  /** A user who has an access key is not deleted: its key goes in the call before, for whose end this one does not wait. */
  async DeleteUser({ iam, account }) {
    const input: Record<string, Record<string, unknown>> = {};
    for (const region of REGIONS) {
      const policy = { Statement: { Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" } };
      const { json } = await raw("CreateKey", { Policy: JSON.stringify(policy) }, { account, region });
      input[region] = { KeyId: (json["KeyMetadata"] as { KeyId: string }).KeyId };
    }
    const users: Credentials[] = [];
    for (let round = 0; round < ROUNDS; round++) users.push(await newUser(iam, `user-${round}`));
    let current = { UserName: "", AccessKeyId: "" };
    let keyGone: Promise<unknown> = Promise.resolve();
    const isDeleted = (): Promise<boolean> =>
      iam.send(new DeleteUserCommand({ UserName: current.UserName })).then(
        () => true,
        (cause: Error) => {
          if (cause.name !== "DeleteConflictException") throw cause;
          return false; // it came before its key was gone
        },
      );
    return {
      called: { operation: "DescribeKey", input, credentials: NOBODY, refusal: INACTIVE },
      async give(round) {
        await keyGone;
        current = { UserName: `user-${round}`, AccessKeyId: users[round]?.accessKeyId ?? "" };
        return users[round];
      },
      async takeAway() {
        keyGone = iam.send(new DeleteAccessKeyCommand(current));
        while (!(await isDeleted()));
      },
    };
  },
};

keepModules();

describe("in three Regions, nothing succeeds any longer behind", () => {
  it.for(Object.entries(OF_IAM))("%s", { timeout: TEST_MS_MAX }, async ([, make]) => {
    await isGoneEachTime(await make(await newSite()));
  });
});
