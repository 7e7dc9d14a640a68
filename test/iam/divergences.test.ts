// Where IAM and STS differ from AWS's, a test for each line of docs/divergences.md that no family of operations has.

import {
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  ListMFADevicesCommand,
  ListPoliciesCommand,
  PutUserPolicyCommand,
  TagPolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect, it } from "vitest";
import { tokenBuckets } from "../../src/durable/token-buckets.ts";
import { parseRates } from "../../src/limits/rates.ts";
import { newAccount } from "../support/client.ts";
import { allowing, iamAs, iamOfNewAccount, newUser, rawForm, rootOf, stsAs } from "../support/iam-client.ts";
import { refusedAs } from "../support/iam-refusals.ts";
import { inIdentities } from "../support/identity-store.ts";
import { eventsOfIdentities } from "../support/records.ts";

const trusting = (account: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" },
  });

it("divergence: there are no sessions: AssumeRole is an invalid action", async () => {
  const { account } = await iamOfNewAccount();
  const sts = stsAs(await rootOf(account));
  await refusedAs(sts.send(new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/r`, RoleSessionName: "session" })), {
    ...{ name: "InvalidAction", status: 400, message: "Could not find operation AssumeRole for version 2011-06-15" },
  });
});

it("divergence: IAM and STS are called by POST alone: a GET is recorded as a call of nothing", async () => {
  const account = newAccount();
  const root = await rootOf(account);
  expect(await rawForm(root, "ListUsers", {}, { method: "GET" })).toMatchObject({ status: 400, code: "MissingAction" });
  expect((await eventsOfIdentities(account)).at(-1)).toMatchObject({ eventName: "Unknown", errorCode: "MissingAction" });
});

it("divergence: keys of a managed policy's tags are told apart whatever their case", async () => {
  const { iam } = await iamOfNewAccount();
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: "p", PolicyDocument: allowing("kms:ListKeys") }));
  const Tags = ["a", "A"].map((Key) => ({ Key, Value: Key }));
  await refusedAs(iam.send(new TagPolicyCommand({ PolicyArn: Policy?.Arn, Tags })), {
    ...{ name: "InvalidInputException", status: 400 },
  });
});

it("divergence: AWS's own managed policies are three", async () => {
  const { iam } = await iamOfNewAccount();
  const { Policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: "AWS" }));
  expect(Policies.map(({ PolicyName }) => PolicyName).toSorted()).toEqual([
    ...["AWSKeyManagementServicePowerUser", "AdministratorAccess", "IAMFullAccess"],
  ]);
  const PolicyArn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  await refusedAs(iam.send(new GetPolicyCommand({ PolicyArn })), { name: "NoSuchEntityException", status: 404 });
});

it("divergence: nobody has an MFA device", async () => {
  const { iam } = await iamOfNewAccount();
  await iam.send(new CreateUserCommand({ UserName: "ada" }));
  expect((await iam.send(new ListMFADevicesCommand({ UserName: "ada" }))).MFADevices).toEqual([]);
});

it("divergence: a role was last used nobody knows when, and UpdateRole changes what it names", async () => {
  const { iam, account } = await iamOfNewAccount();
  const RoleName = "r";
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trusting(account), MaxSessionDuration: 7200 }));
  await iam.send(new UpdateRoleCommand({ RoleName, Description: "described" }));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(Role).toMatchObject({ MaxSessionDuration: 7200, Description: "described" });
  expect(Role?.RoleLastUsed?.LastUsedDate).toBeUndefined();
});

it("divergence: names are found whatever their case", async () => {
  const { iam } = await iamOfNewAccount();
  await iam.send(new CreateUserCommand({ UserName: "ada" }));
  expect((await iam.send(new GetUserCommand({ UserName: "ADA" }))).User?.UserName).toBe("ada");
});

it("divergence: a document is shown as it was given, and what counts of its size are its characters without white space", async () => {
  const { iam } = await iamOfNewAccount();
  await iam.send(new CreateUserCommand({ UserName: "ada" }));
  const document = allowing("kms:ListKeys").replaceAll(",", `,${" ".repeat(3000)}`);
  await iam.send(new PutUserPolicyCommand({ UserName: "ada", PolicyName: "p", PolicyDocument: document }));
  const { PolicyDocument } = await iam.send(new GetUserPolicyCommand({ UserName: "ada", PolicyName: "p" }));
  expect(decodeURIComponent(PolicyDocument ?? "")).toBe(document);
});

it("divergence: an account makes 100 calls a second of IAM and STS, and what is refused spends from the refusals'", async () => {
  const { iam, account } = await iamOfNewAccount();
  const bo = iamAs(await newUser(iam, "bo"));
  await inIdentities(account, (world) => {
    const rates = parseRates("aws", "us-east-1");
    if (rates === undefined) throw new Error("there are rates");
    const start = world.now();
    world.rates = tokenBuckets(rates, () => start);
  });
  const sts = stsAs(await rootOf(account));
  const ask = () =>
    sts.send(new GetCallerIdentityCommand({})).then(
      () => 200,
      ({ name }: Error) => name,
    );
  await refusedAs(bo.send(new ListPoliciesCommand({})), { name: "AccessDenied", status: 403 }); // of another bucket
  const answers = await Promise.all(Array.from({ length: 102 }, ask));
  expect(answers.filter((answer) => answer === 200)).toHaveLength(100);
  expect(answers.filter((answer) => answer !== 200)).toEqual(["Throttling", "Throttling"]);
});
