// In which order a call is judged: what is named is found first, then every permission is asked in its order, then the keys' states; and what a
// key's ARN of another account tells. Ceilings hold a grant back too.

import { beforeAll, describe, expect, it } from "vitest";
import type { View } from "../../src/authz/view.ts";
import { newAccount } from "../support/client.ts";
import { type Attached, allow, policyOf, user } from "../support/identities.ts";
import { type Casts, cast } from "../support/views.ts";
import { done, givenIn, setKey } from "./given-keys.ts";
import type { Given } from "./key-state-trials.ts";

const account = newAccount();
const USER = `arn:aws:iam::${account}:user/caller`;
const someone = user(account, "caller");
const MISSING = "11111111-2222-4333-8444-555555555555";

let given: Given;
let casts: Casts;
let current: View = someone;

beforeAll(async () => {
  given = await givenIn(account);
  casts = await cast(account, someone);
});

async function told(view: View, operation: string, input: Record<string, unknown>) {
  casts.change(current, view);
  current = view;
  const { status, json } = await casts.as(someone)(operation, input);
  return status === 200 ? "ok" : json;
}

const keyArn = (id: string): string => `arn:aws:kms:us-east-1:${account}:key/${id}`;
const denied = (Message: string) => ({ __type: "AccessDeniedException", Message });
const entitled = (...actions: string[]): View => user(account, "caller", { identity: [allow(actions)] });

describe("a key that is disabled", () => {
  it("is not shown to be so to a user without rights", async () => {
    await done(account, "DisableKey", { KeyId: given.KeyId });
    const encrypt = (view: View) => told(view, "Encrypt", { KeyId: given.KeyId, Plaintext: "AA==" });
    const text = `User: ${USER} is not authorized to perform: kms:Encrypt on resource: ${keyArn(given.KeyId)} because no identity-based policy allows the kms:Encrypt action`;
    expect(await encrypt(someone)).toEqual(denied(text));
    expect(await encrypt(entitled("kms:Encrypt"))).toEqual({
      __type: "DisabledException",
      message: `${keyArn(given.KeyId)} is disabled.`,
    });
    await done(account, "EnableKey", { KeyId: given.KeyId });
  });

  it("is behind every permission: ReEncrypt from it asks for the other key first", async () => {
    await done(account, "DisableKey", { KeyId: given.KeyId });
    const input = { CiphertextBlob: given.ciphertext, DestinationKeyId: given.other.KeyId };
    const text = `User: ${USER} is not authorized to perform: kms:ReEncryptTo on resource: ${keyArn(given.other.KeyId)} because no identity-based policy allows the kms:ReEncryptTo action`;
    expect(await told(entitled("kms:ReEncryptFrom"), "ReEncrypt", input)).toEqual(denied(text));
    expect(await told(entitled("kms:ReEncryptFrom", "kms:ReEncryptTo"), "ReEncrypt", input)).toEqual({
      __type: "DisabledException",
      message: `${keyArn(given.KeyId)} is disabled.`,
    });
    await done(account, "EnableKey", { KeyId: given.KeyId });
  });

  it("a key of the wrong usage is not shown to be so either", async () => {
    const { KeyId } = given.kinds.GENERATE_VERIFY_MAC;
    const text = `User: ${USER} is not authorized to perform: kms:Encrypt on resource: ${keyArn(KeyId)} because no identity-based policy allows the kms:Encrypt action`;
    expect(await told(someone, "Encrypt", { KeyId, Plaintext: "AA==" })).toEqual(denied(text));
  });
});

describe("of two things that are named", () => {
  const missing = { __type: "NotFoundException", message: `Key '${keyArn(MISSING)}' does not exist` };

  it("the second is missing: the first one's permission is told before", async () => {
    const input = { CiphertextBlob: given.ciphertext, DestinationKeyId: MISSING };
    const text = `User: ${USER} is not authorized to perform: kms:ReEncryptFrom on the resource associated with this ciphertext because no identity-based policy allows the kms:ReEncryptFrom action`;
    expect(await told(someone, "ReEncrypt", input)).toEqual(denied(text));
    expect(await told(entitled("kms:ReEncryptFrom"), "ReEncrypt", input)).toEqual(missing);
  });

  it("the first is missing: nothing is asked of the second", async () => {
    const input = { AliasName: "alias/never", TargetKeyId: given.KeyId };
    expect(await told(someone, "UpdateAlias", input)).toEqual({
      __type: "NotFoundException",
      message: `Alias arn:aws:kms:us-east-1:${account}:alias/never is not found.`,
    });
  });
});

describe("a key's ARN of another account", () => {
  const text = (action: string) =>
    `User: ${USER} is not authorized to perform: kms:${action} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;

  it.each([
    ["DescribeKey", {}],
    ["Encrypt", { Plaintext: "AA==" }],
    ["ScheduleKeyDeletion", {}],
    ["RevokeGrant", { GrantId: "1" }],
    ["RetireGrant", { GrantId: "1" }],
    ["ListAliases", {}],
  ])("%s is refused alike whether the key is there or not", async (operation, more) => {
    const stranger = newAccount();
    const { KeyMetadata } = await done(stranger, "CreateKey", {});
    const { KeyId: there } = KeyMetadata as { KeyId: string };
    for (const id of [there, MISSING]) {
      const KeyId = `arn:aws:kms:us-east-1:${stranger}:key/${id}`;
      expect(await told(entitled("kms:*"), operation, { KeyId, ...more })).toEqual(denied(text(operation)));
    }
  });
});

describe("a grant", () => {
  const encrypt = (attached: Attached) =>
    told(user(account, "caller", attached), "Encrypt", { KeyId: given.KeyId, Plaintext: "AA==" });
  const on = () => `User: ${USER} is not authorized to perform: kms:Encrypt on resource: ${keyArn(given.KeyId)}`;

  beforeAll(async () => {
    casts.change(current, someone);
    current = someone;
    await done(account, "CreateGrant", { KeyId: given.KeyId, GranteePrincipal: USER, Operations: ["Encrypt"] });
    const policy = policyOf(allow("kms:*", { Principal: { AWS: "arn:aws:iam::999988887777:root" } }));
    await setKey(account, given.KeyId, { policy });
  });

  it("lets a user in who has no policy, where the key's policy says nothing of him", async () => {
    expect(await encrypt({})).toBe("ok");
    expect(await told(someone, "Decrypt", { CiphertextBlob: given.ciphertext })).toEqual(
      denied(
        `User: ${USER} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no resource-based policy allows the kms:Decrypt action`,
      ),
    );
  });

  it.each<[string, Attached, string]>([
    ["a boundary", { boundary: [allow("kms:Decrypt")] }, " because no permissions boundary allows the kms:Encrypt action"],
    ["a guardrail", { guardrails: [allow("kms:Decrypt")] }, " with an explicit deny in a service control policy"],
  ])("is capped by %s that does not allow the action", async (_, attached, ending) => {
    expect(await encrypt(attached)).toEqual(denied(`${on()}${ending}`));
    expect(await encrypt({})).toBe("ok");
  });
});
