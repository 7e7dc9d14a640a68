// The key policy: kept, shown, replaced.

import {
  CreateKeyCommand,
  GetKeyPolicyCommand,
  ListKeyPoliciesCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusal } from "../support/answers.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { newKeyInTime } from "../support/key-in-time.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("PutKeyPolicy", () => {
  it("replaces the policy whole, in every state, and refuses what has no policy's shape", async () => {
    const { account, kms, KeyId, arn } = await newKeyInTime();
    const policy = (Resource: string) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource }],
      });
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    for (const Policy of [policy("*"), policy(arn)]) {
      await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
      expect(JSON.parse(String((await raw("GetKeyPolicy", { KeyId }, { account })).json["Policy"]))).toEqual(JSON.parse(Policy));
    }
    for (const Policy of ["{", "{}"]) {
      expect(await raw("PutKeyPolicy", { KeyId, Policy }, { account })).toMatchObject(
        refusal("MalformedPolicyDocumentException"),
      );
    }
    expect(await raw("PutKeyPolicy", { KeyId, Policy: `{"Id":"${"x".repeat(32768)}"}` }, { account })).toMatchObject(
      refusal("LimitExceededException"),
    );
    expect(await raw("PutKeyPolicy", { KeyId, PolicyName: "other", Policy: policy("*") }, { account })).toMatchObject(
      refusal("NotFoundException"),
    );
    expect((await raw("GetKeyPolicy", { KeyId }, { account })).json["Policy"]).toContain(`"Resource" : "${arn}"`);
  });
});

async function withKey(input: ConstructorParameters<typeof CreateKeyCommand>[0] = {}) {
  const account = newAccount();
  const kms = await client({ account });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  const KeyId = KeyMetadata?.KeyId ?? "";
  return { account, kms, KeyId };
}

describe("the key policy", () => {
  it("POL-04: the default one, printed as AWS prints it", async () => {
    const { account, kms, KeyId } = await withKey();
    const { Policy = "", PolicyName } = await kms.send(new GetKeyPolicyCommand({ KeyId }));
    expect(PolicyName).toBe("default");
    expect(Policy.startsWith('{\n  "Version" : "2012-10-17",\n  "Id" : "key-default-1",\n')).toBe(true);
    expect(JSON.parse(Policy)).toEqual({
      Version: "2012-10-17",
      Id: "key-default-1",
      Statement: [
        {
          Sid: "Enable IAM User Permissions",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: "kms:*",
          Resource: "*",
        },
      ],
    });
  });

  it("POL-01, POL-02: a given one, by its name or without", async () => {
    const statement = (Sid: string) => ({ Sid, Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" });
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement("a"), statement("b")] });
    const { account, kms, KeyId } = await withKey({ Policy });
    for (const PolicyName of [undefined, "default"])
      expect(JSON.parse(String((await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName }))).Policy))).toEqual(
        JSON.parse(Policy),
      );
    expect(await raw("ListKeyPolicies", { KeyId }, { account })).toMatchObject({
      status: 200,
      json: { PolicyNames: ["default"], Truncated: false },
    });
    expect((await kms.send(new ListKeyPoliciesCommand({ KeyId, Limit: 1 }))).NextMarker).toBeUndefined();
    expect(await raw("GetKeyPolicy", { KeyId, PolicyName: "other" }, { account })).toMatchObject({
      status: 400,
      json: { __type: "NotFoundException" },
    });
  });
});
