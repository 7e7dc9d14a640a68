// Rights that are taken away while a call is in flight; views that go; writes that fail: what decides is what stands at the commit.

import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { newAccount, raw } from "../support/client.ts";
import { failCommits } from "../support/faults.ts";
import { holdEncrypt, holdViews, newGate } from "../support/gates.ts";
import { newGranted, outcome } from "../support/granted.ts";
import { allow, deny, policyOf, user } from "../support/identities.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { override } from "../support/override.ts";
import { eventsOf, flawIn, summaryOf } from "../support/records.ts";
import { inStore, logOf } from "../support/store.ts";
import { cast } from "../support/views.ts";

type Members = Record<string, unknown>;
type Made = Awaited<ReturnType<typeof newGranted<{ ada: ReturnType<typeof user> }>>>;
const every = { Principal: { AWS: "*" } };
const LOCKED = "The new key policy will not allow you to update the key policy in the future.";

/** Holds ada's Encrypt between what it computes and its commit, lets root make a change, and sees her refused behind it. */
async function overtaken(made: Made, [name, members]: readonly [string, Members], asked: Members = {}): Promise<void> {
  const { account, KeyId, views, as, asRoot } = made;
  const encrypts = await holdEncrypt(account);
  const encrypting = as(views.ada)("Encrypt", { KeyId, Plaintext: PLAINTEXT, ...asked });
  await encrypts.reached;
  expect(outcome(await asRoot(name, members))).toBe(200);
  encrypts.open();
  const answer = await encrypting;
  expect(outcome(answer)).toBe("AccessDeniedException");
  expect(answer.text).not.toContain("CiphertextBlob");
  expect(summaryOf(await eventsOf(account)).slice(-2)).toEqual([name, "Encrypt: AccessDenied"]);
  expect(await flawIn(account)).toBeUndefined();
}

const plain = (account: string) => ({ ada: user(account, "ada") });
const may = (Condition?: Members) => (account: string) => ({
  ada: user(account, "ada", { identity: [allow("kms:Encrypt", Condition === undefined ? {} : { Condition })] }),
});

describe("an Encrypt in flight is refused at its commit", () => {
  it("behind the PutKeyPolicy that takes its right away", async () => {
    const made = await newGranted(may());
    const Policy = policyOf(allow("kms:*", every), deny("kms:Encrypt", { Principal: { AWS: made.views.ada.arn } }));
    await overtaken(made, ["PutKeyPolicy", { KeyId: made.KeyId, Policy }]);
  });

  it("behind the RevokeGrant of the grant that gave it", async () => {
    const made = await newGranted(plain);
    const { GrantId } = await made.granted(made.views.ada.arn, ["Encrypt"]);
    await overtaken(made, ["RevokeGrant", { KeyId: made.KeyId, GrantId }]);
  });

  it("behind the TagResource of a tag that its policy asks for", async () => {
    const made = await newGranted(may({ StringEquals: { "aws:ResourceTag/open": "yes" } }));
    const tag = (TagValue: string) => ["TagResource", { KeyId: made.KeyId, Tags: [{ TagKey: "open", TagValue }] }] as const;
    await made.asRoot(...tag("yes"));
    await overtaken(made, tag("no"));
  });

  it("behind the UpdateAlias that takes an alias away which its policy asks for", async () => {
    const made = await newGranted(may({ "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/open" } }));
    await made.asRoot("CreateAlias", { AliasName: "alias/open", TargetKeyId: made.KeyId });
    await overtaken(made, ["UpdateAlias", { AliasName: "alias/open", TargetKeyId: await newKey(made.account) }]);
  });

  it("behind the UpdateAlias of the alias that it was asked by, to a key whose policy denies that name", async () => {
    const made = await newGranted(may({ StringEquals: { "kms:RequestAlias": "alias/open" } }));
    await made.asRoot("CreateAlias", { AliasName: "alias/open", TargetKeyId: made.KeyId });
    const Condition = { StringEquals: { "kms:RequestAlias": "alias/open" } };
    const Policy = policyOf(allow("kms:*", every), deny("kms:Encrypt", { ...every, Condition }));
    const closed = await newKey(made.account, { Policy });
    await overtaken(made, ["UpdateAlias", { AliasName: "alias/open", TargetKeyId: closed }], { KeyId: "alias/open" });
  });
});

describe("at once", () => {
  it("two CreateGrants of one name make one grant", async () => {
    const { account, views, grant, listed } = await newGranted(plain);
    const held = await holdViews(account, 2);
    const creating = [1, 2].map(() => grant(views.ada.arn, ["Encrypt"], { Name: "one" }));
    await held.reached;
    held.open();
    const [one, other] = await Promise.all(creating);
    expect(one?.json["GrantId"]).toBe(other?.json["GrantId"]);
    expect(one?.json["GrantToken"]).not.toBe(other?.json["GrantToken"]);
    expect(await listed()).toHaveLength(1);
  });

  it("a child grant is refused whose parent is revoked before it commits", async () => {
    const { account, KeyId, views, as, asRoot, granted, listed } = await newGranted(plain);
    const { GrantId } = await granted(views.ada.arn, ["CreateGrant", "Encrypt"]);
    const gate = newGate();
    await inStore(account, ({ principals }) => {
      override(principals, "identify", (identify) => async (texts) => {
        await gate.pass();
        return identify(texts);
      });
    });
    const creating = as(views.ada)("CreateGrant", { KeyId, GranteePrincipal: account, Operations: ["Encrypt"] });
    await gate.reached;
    await asRoot("RevokeGrant", { KeyId, GrantId });
    gate.open();
    expect(outcome(await creating)).toBe("AccessDeniedException");
    expect(await listed()).toEqual([]);
  });
});

describe("a view that has gone", () => {
  it("does not let a PutKeyPolicy pass its lockout check", async () => {
    const { account, KeyId, views, as, change, asRoot } = await newGranted((own) => ({
      ada: user(own, "ada", { identity: [allow("kms:PutKeyPolicy")] }),
    }));
    const before = (await asRoot("GetKeyPolicy", { KeyId })).json["Policy"];
    // She may put this policy, by the account's statement of today's; under the new one only while she has the tag.
    const tagged = user(account, "ada", { identity: [allow("kms:PutKeyPolicy")] }, { team: "red" });
    change(views.ada, tagged);
    const gate = newGate();
    await inStore(account, ({ principals }) => {
      override(principals, "resolve", (resolve) => async (document) => {
        await gate.pass();
        return resolve(document);
      });
    });
    const Condition = { StringEquals: { "aws:PrincipalTag/team": "red" } };
    const putting = as(views.ada)("PutKeyPolicy", { KeyId, Policy: policyOf(allow("kms:*", { ...every, Condition })) });
    await gate.reached;
    change(tagged, user(account, "ada", { identity: [allow("kms:PutKeyPolicy")] }));
    gate.open();
    expect(await putting).toMatchObject(refusal("MalformedPolicyDocumentException", LOCKED));
    expect((await asRoot("GetKeyPolicy", { KeyId })).json["Policy"]).toBe(before);
  });

  it.each([
    ["is admitted under the next", true],
    ["is refused under the next", false],
  ])("does not undo what was computed: it %s, and is not computed again", async (_, mayStill) => {
    const { account, KeyId, views, as, change } = await newGranted(may());
    let runs = 0;
    await inStore(account, ({ keyring }) => {
      override(keyring, "encrypt", (encrypt) => (...given) => {
        runs++;
        return encrypt(...given);
      });
    });
    const encrypts = await holdEncrypt(account);
    const encrypting = as(views.ada)("Encrypt", { KeyId, Plaintext: PLAINTEXT });
    await encrypts.reached;
    change(views.ada, mayStill ? may()(account).ada : plain(account).ada);
    encrypts.open();
    expect(outcome(await encrypting)).toBe(mayStill ? 200 : "AccessDeniedException");
    expect(runs).toBe(1);
  });
});

describe("a policy that does not come to stand", () => {
  it("because the write fails leaves the old one deciding, in memory too", async () => {
    const { account, KeyId, views, as, asRoot } = await newGranted(may());
    const encrypt = async () => outcome(await as(views.ada)("Encrypt", { KeyId, Plaintext: PLAINTEXT }));
    expect(await encrypt()).toBe(200);
    await logOf(account);
    const Policy = policyOf(allow("kms:*", every), deny("kms:Encrypt", every));
    const mend = await inStore(account, (world) => {
      // Whoever asks in the turn of the write compiles what is about to be undone.
      override(world.memory, "settle", (settle) => () => {
        world.keyPolicies.of(KeyId);
        settle();
      });
      return failCommits(world);
    });
    expect(outcome(await asRoot("PutKeyPolicy", { KeyId, Policy }))).toBe("KMSInternalException");
    await inStore(account, mend);
    expect(await encrypt()).toBe(200);
    expect(outcome(await asRoot("PutKeyPolicy", { KeyId, Policy }))).toBe(200);
    expect(await encrypt()).toBe("AccessDeniedException");
  });

  it("because its commit refuses it leaves the old one deciding, in memory too", async () => {
    const { account, KeyId, views, as, asRoot } = await newGranted(may());
    const encrypt = async () => outcome(await as(views.ada)("Encrypt", { KeyId, Plaintext: PLAINTEXT }));
    await inStore(account, ({ tables, keyPolicies }) => {
      override(tables.keys, "setPolicy", (setPolicy) => (id, ...given) => {
        setPolicy(id, ...given);
        keyPolicies.of(id);
        throw new Error("a fault behind the change");
      });
    });
    await logOf(account);
    const Policy = policyOf(allow("kms:*", every), deny("kms:Encrypt", every));
    expect(outcome(await asRoot("PutKeyPolicy", { KeyId, Policy }))).toBe("KMSInternalException");
    expect(await encrypt()).toBe(200);
    expect(outcome(await asRoot("PutKeyPolicy", { KeyId, Policy: policyOf(deny("kms:*", every)) }))).toBe(
      "MalformedPolicyDocumentException",
    );
    expect(await encrypt()).toBe(200);
  });
});

it("a stored policy that does not compile lets nobody in, and is told in the log alone", async () => {
  const account = newAccount();
  const KeyId = await newKey(account);
  const ada = may()(account).ada;
  const { as } = await cast(account, ada);
  const log = await logOf(account);
  await inStore(account, ({ keyPolicies, storage: { sql } }) => {
    sql.exec("UPDATE key SET policy = ? WHERE id = ?", '{"Statement":[{"Effect":"Perhaps"}]}', KeyId);
    keyPolicies.dropAll();
  });
  for (const call of [as(ada), (name: string, members: Members) => raw(name, members, { account })]) {
    const answer = await call("Encrypt", { KeyId, Plaintext: PLAINTEXT });
    expect(answer.json).toEqual({ __type: "KMSInternalException" });
  }
  const line = { event: "unknown error", message: `the stored policy of key ${KeyId} does not compile` };
  expect(log).toMatchObject([line, line]);
});
