// What a key policy may say, how it is printed, whom it names, and that nobody locks himself out unasked; and policies of older stores.

import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { newAccount, raw } from "../support/client.ts";
import { newGranted, outcome, rootOf } from "../support/granted.ts";
import { allow, deny, policyOf, user } from "../support/identities.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { takeBackToSchema6 } from "../support/older-schema.ts";
import { inStore, restart } from "../support/store.ts";
import { cast } from "../support/views.ts";

const every = { Principal: { AWS: "*" } };
const MALFORMED = "MalformedPolicyDocumentException";
const INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals.";
const LOCKED = "The new key policy will not allow you to update the key policy in the future.";
const ada = (account: string) => ({ ada: user(account, "ada") });
const policyIn = async (account: string, KeyId: string) =>
  String((await raw("GetKeyPolicy", { KeyId }, { account })).json["Policy"]);

describe("a new key policy", () => {
  it("names principals that exist: at PutKeyPolicy, and at CreateKey", async () => {
    const { account, KeyId, asRoot, views } = await newGranted(ada);
    const before = await policyIn(account, KeyId);
    const count = async () => ((await asRoot("ListKeys")).json["Keys"] as unknown[]).length;
    for (const AWS of [
      `arn:aws:iam::${account}:user/nobody`,
      `arn:aws:iam::${account}:group/g`,
      "12345",
      "AIDAXXXXXXXXXXXXXXXXX",
      "arn:aws:iam::*:root",
    ]) {
      const Policy = policyOf(allow("kms:*", every), allow("kms:Encrypt", { Principal: { AWS: [views.ada.arn, AWS] } }));
      for (const [name, more] of [
        ["PutKeyPolicy", { KeyId }],
        ["CreateKey", {}],
      ] as const)
        expect(await asRoot(name, { ...more, Policy })).toMatchObject(refusal(MALFORMED, INVALID_PRINCIPALS));
    }
    expect(await count()).toBe(1);
    expect(await policyIn(account, KeyId)).toBe(before);
    const Policy = policyOf(allow("kms:*", { Principal: { AWS: [account, views.ada.arn] } }));
    expect(outcome(await asRoot("PutKeyPolicy", { KeyId, Policy }))).toBe(200);
    expect(outcome(await asRoot("CreateKey", { Policy }))).toBe(200);
  });

  it("POL-05: leaves whoever puts it a way back, unless he asks for none; root locks itself out by such a one", async () => {
    const { account, KeyId, asRoot, views } = await newGranted(ada);
    const Policy = policyOf(allow("kms:Decrypt", { Principal: { AWS: views.ada.arn } }));
    for (const [name, more] of [
      ["PutKeyPolicy", { KeyId }],
      ["CreateKey", {}],
    ] as const) {
      const bypassed = { ...more, Policy, BypassPolicyLockoutSafetyCheck: false };
      expect(await asRoot(name, { ...more, Policy })).toMatchObject(refusal(MALFORMED, LOCKED));
      expect(await asRoot(name, bypassed)).toMatchObject(refusal(MALFORMED, LOCKED));
    }
    expect(outcome(await asRoot("PutKeyPolicy", { KeyId, Policy, BypassPolicyLockoutSafetyCheck: true }))).toBe(200);
    expect(outcome(await asRoot("CreateKey", { Policy, BypassPolicyLockoutSafetyCheck: true }))).toBe(200);
    for (const [name, more] of [
      ["PutKeyPolicy", { Policy: policyOf(allow("kms:*", every)) }],
      ["GetKeyPolicy", {}],
    ] as const) {
      const { json } = await asRoot(name, { KeyId, ...more });
      expect(json["__type"]).toBe("AccessDeniedException");
      expect(json["Message"]).toBe(
        `User: ${rootOf(account)} is not authorized to perform: kms:${name} on resource: arn:aws:kms:us-east-1:${account}:key/${KeyId} because no resource-based policy allows the kms:${name} action`,
      );
    }
  });

  it("is refused where a Deny or a condition takes the way back", async () => {
    const { KeyId, asRoot } = await newGranted(ada);
    for (const Policy of [
      policyOf(allow("kms:*", every), deny("kms:PutKeyPolicy", every)),
      policyOf(allow("kms:*", { ...every, Condition: { Bool: { "aws:SecureTransport": "maybe" } } })),
    ])
      expect(await asRoot("PutKeyPolicy", { KeyId, Policy })).toMatchObject(refusal(MALFORMED, LOCKED));
  });

  it("names a user by who he is: a namesake made anew has nothing", async () => {
    const { account, KeyId, views, asRoot, as, change } = await newGranted(ada);
    const Policy = policyOf(
      allow("kms:*", { Principal: { AWS: account } }),
      allow("kms:Encrypt", { Principal: { AWS: views.ada.arn } }),
    );
    await asRoot("PutKeyPolicy", { KeyId, Policy });
    const encrypt = async () => outcome(await as(views.ada)("Encrypt", { KeyId, Plaintext: PLAINTEXT }));
    expect(await encrypt()).toBe(200);
    const { principal } = views.ada;
    change(views.ada, { ...views.ada, principal: { ...principal, uniqueId: "AIDAANOTHERADA12345" } });
    expect(await encrypt()).toBe("AccessDeniedException");
    expect(await policyIn(account, KeyId)).not.toContain(views.ada.arn);
    expect(await policyIn(account, KeyId)).toContain(principal.uniqueId);
    await asRoot("PutKeyPolicy", { KeyId, Policy }); // whoever bears the name now
    expect(await encrypt()).toBe(200);
    await restart(account);
    await cast(account, views.ada);
    expect(await encrypt()).toBe("AccessDeniedException");
  });
});

describe("GetKeyPolicy", () => {
  it("prints a document as AWS does, whatever it was given as", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const Condition = {
      StringLike: { "kms:ViaService": ["a", "b"], "aws:PrincipalTag/z": ["one"] },
      Bool: { "aws:SecureTransport": true },
    };
    const one = { Resource: ["*"], Action: ["kms:*"], Principal: { AWS: [account] }, Effect: "Allow", Sid: "one" };
    const two = { Condition, Effect: "Deny", Principal: "*", Action: ["kms:Sign", "kms:Verify"], Resource: "*" };
    const Policy = JSON.stringify({ Statement: [one, two], Id: "mine", Version: "2012-10-17" });
    expect(outcome(await raw("PutKeyPolicy", { KeyId, Policy }, { account }))).toBe(200);
    expect(await policyIn(account, KeyId)).toBe(`{
  "Version" : "2012-10-17",
  "Id" : "mine",
  "Statement" : [ {
    "Sid" : "one",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "${rootOf(account)}"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  }, {
    "Effect" : "Deny",
    "Principal" : "*",
    "Action" : [ "kms:Sign", "kms:Verify" ],
    "Resource" : "*",
    "Condition" : {
      "StringLike" : {
        "aws:PrincipalTag/z" : "one",
        "kms:ViaService" : [ "a", "b" ]
      },
      "Bool" : {
        "aws:SecureTransport" : true
      }
    }
  } ]
}`);
  });
});

/** A store as the version before left it, with a key whose policy is this one. */
async function older(make: (account: string, adaArn: string) => string) {
  const account = newAccount();
  const KeyId = await newKey(account);
  const { ada: she } = ada(account);
  await inStore(account, (world) => {
    world.storage.sql.exec("UPDATE key SET policy = ? WHERE id = ?", make(account, she.arn), KeyId);
    takeBackToSchema6(world);
  });
  await restart(account);
  const { as } = await cast(account, she);
  const encrypt = async (call: ReturnType<typeof as>) => outcome(await call("Encrypt", { KeyId, Plaintext: PLAINTEXT }));
  return {
    account,
    KeyId,
    root: () => encrypt((name, input = {}) => raw(name, input, { account })),
    ada: () => encrypt(as(she)),
  };
}

describe("a policy that the version before has stored", () => {
  it("decides as it stands", async () => {
    const open = await older((account) => policyOf(allow("kms:*", { Principal: { AWS: account } })));
    expect([await open.root(), await open.ada()]).toEqual([200, "AccessDeniedException"]);
    const wide = await older(() => policyOf(allow("kms:*", every)));
    expect([await wide.root(), await wide.ada()]).toEqual([200, 200]);
    const closed = await older(() => policyOf(allow("kms:*", every), deny("kms:Encrypt", every)));
    expect([await closed.root(), await closed.ada()]).toEqual(["AccessDeniedException", "AccessDeniedException"]);
  });

  it("means nobody by a name that was never looked up, and by what is no principal's", async () => {
    const names = (account: string, arn: string) => ({
      AWS: [account, arn, "nobody's form", "arn:aws:iam::*:user/ada"],
      Anything: ["x"],
    });
    const named = await older((account, arn) => policyOf(allow("kms:*", { Principal: names(account, arn) })));
    expect([await named.root(), await named.ada()]).toEqual([200, "AccessDeniedException"]);
    const denied = await older((_, arn) => policyOf(allow("kms:*", every), deny("kms:Encrypt", { Principal: { AWS: arn } })));
    expect(await denied.root()).toBe(200);
  });

  it("may be replaced by one whose names are looked up, and takes grants", async () => {
    const { account, KeyId, ada: encrypt } = await older((own) => policyOf(allow("kms:*", { Principal: { AWS: own } })));
    const GranteePrincipal = ada(account).ada.arn;
    const { json } = await raw("CreateGrant", { KeyId, GranteePrincipal, Operations: ["Encrypt"] }, { account });
    expect(await encrypt()).toBe(200);
    await raw("RevokeGrant", { KeyId, GrantId: json["GrantId"] }, { account });
    expect(await encrypt()).toBe("AccessDeniedException");
    const Policy = policyOf(allow("kms:*", { Principal: { AWS: [account, GranteePrincipal] } }));
    expect(outcome(await raw("PutKeyPolicy", { KeyId, Policy }, { account }))).toBe(200);
    expect(await encrypt()).toBe(200);
  });
});
