// STS: who is calling, and whose an access key is, through the real SDK.

import { GetAccessKeyInfoCommand, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { describe, expect, it } from "vitest";
import { allowing, iamOfNewAccount, newUser, rawForm, rootOf, stsAs } from "../support/iam-client.ts";
import { refusedAs } from "../support/iam-refusals.ts";
import { eventsOfIdentities } from "../support/records.ts";

const DENIES_ALL = JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Deny", Action: "*", Resource: "*" } });

describe("GetCallerIdentity", () => {
  it("tells root and users who they are", async () => {
    const { iam, account } = await iamOfNewAccount();
    const root = await stsAs(await rootOf(account)).send(new GetCallerIdentityCommand({}));
    expect(root).toMatchObject({ UserId: account, Account: account, Arn: `arn:aws:iam::${account}:root` });
    const user = await stsAs(await newUser(iam, "ada")).send(new GetCallerIdentityCommand({}));
    expect(user.UserId).toMatch(/^AIDA/);
  });

  it("is refused to nobody, not even where a policy denies it", async () => {
    const { iam } = await iamOfNewAccount();
    const { Arn } = await stsAs(await newUser(iam, "ada", DENIES_ALL)).send(new GetCallerIdentityCommand({}));
    expect(Arn).toContain("user/ada");
  });

  it("is signed for any Region, and recorded as STS's in us-east-1", async () => {
    const { account } = await iamOfNewAccount();
    const { status } = await rawForm(await rootOf(account), "GetCallerIdentity", {}, { service: "sts", region: "eu-west-1" });
    expect(status).toBe(200);
    expect((await eventsOfIdentities(account)).at(-1)).toMatchObject({
      ...{ eventSource: "sts.amazonaws.com", eventName: "GetCallerIdentity", awsRegion: "us-east-1", readOnly: true },
    });
  });
});

describe("GetAccessKeyInfo", () => {
  it("tells the account of any access key, which need not be there", async () => {
    const { iam, account } = await iamOfNewAccount();
    const other = await rootOf("123456789012");
    const ask = (AccessKeyId: string) => new GetAccessKeyInfoCommand({ AccessKeyId });
    const sts = stsAs(await rootOf(account));
    expect((await sts.send(ask(other.accessKeyId))).Account).toBe("123456789012");
    await refusedAs(sts.send(ask("AKIAIOSFODNN7EXAMPLE0")), { status: 400, name: "ValidationError" });
    const ada = stsAs(await newUser(iam, "ada", allowing("sts:GetAccessKeyInfo")));
    expect((await ada.send(ask(other.accessKeyId))).Account).toBe("123456789012");
    const bo = stsAs(await newUser(iam, "bo"));
    await refusedAs(bo.send(ask(other.accessKeyId)), { status: 403, name: "AccessDenied" });
  });
});
