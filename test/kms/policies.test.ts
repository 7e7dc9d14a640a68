// The key policy: kept, shown, replaced.

import { PutKeyPolicyCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { raw } from "../support/client.ts";
import { newKeyInTime } from "../support/key-in-time.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const refusal = (type: string, message?: string) => ({
  status: 400,
  json: message === undefined ? { __type: type } : { __type: type, message },
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
      expect((await raw("GetKeyPolicy", { KeyId }, { account })).json["Policy"]).toBe(Policy);
    }
    for (const Policy of ["{", "{}", policy(`${arn}x`)]) {
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
    expect((await raw("GetKeyPolicy", { KeyId }, { account })).json["Policy"]).toBe(policy(arn));
  });
});
