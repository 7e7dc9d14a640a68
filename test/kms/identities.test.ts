// Who calls, as an account's IdentityStore tells it: keys that are active, that are not, that never were; whom records name; what is forgotten.

import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { newAccount, raw } from "../support/client.ts";
import { holdEncrypt } from "../support/gates.ts";
import { outcome } from "../support/granted.ts";
import { allow, deny, policyOf, type Written } from "../support/identities.ts";
import { makeUpIdentities, sentRoot, sentUser, standing } from "../support/made-up-identities.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { passportFor } from "../support/passports.ts";
import { eventOf, eventsOf, summaryOf } from "../support/records.ts";
import { inStore, logOf, stubOf } from "../support/store.ts";

const ADA = "AIDAADAADAADAADAADAAD";
const SERIAL = 4711;
const INVALID = refusal("UnrecognizedClientException", "The security token included in the request is invalid.");

/** An account with a key, whose IdentityStore knows ada by an access key, under these statements. */
async function newKnown(...statements: readonly Written[]) {
  const account = newAccount();
  const KeyId = await newKey(account);
  const known = await makeUpIdentities(account);
  const ada = sentUser(account, "ada", ADA);
  await known.know(SERIAL, { holder: ada, standing: standing(...statements) });
  await forget(account);
  const encrypt = async () => known.as(SERIAL)("Encrypt", { KeyId, Plaintext: PLAINTEXT });
  return { account, KeyId, ada, known, encrypt, pulls: () => known.asked.filter((each) => each.startsWith("pull")).length };
}

const identityPassport = (account: string) => passportFor(account, { kind: "identity", principal: account, accessKeyId: "" });
/** As the account's IdentityStore does behind each change. */
const forget = async (account: string) => stubOf(account).forget(await identityPassport(account));

describe("a user", () => {
  it("calls under its own documents, its view asked for once; records name it", async () => {
    const { account, ada, known, encrypt, KeyId, pulls } = await newKnown(allow("kms:Encrypt"));
    const [first, second] = [await encrypt(), await encrypt()];
    expect([outcome(first), outcome(second)]).toEqual([200, 200]);
    expect(pulls()).toBe(1);
    const denied = await known.as(SERIAL)("DescribeKey", { KeyId });
    expect(denied.json).toEqual({
      __type: "AccessDeniedException",
      Message: `User: ${ada.arn} is not authorized to perform: kms:DescribeKey on resource: arn:aws:kms:us-east-1:${account}:key/${KeyId} because no identity-based policy allows the kms:DescribeKey action`,
    });
    const accessKeyId = await known.keyId(SERIAL);
    for (const { requestId } of [first, second, denied])
      expect((await eventOf(account, requestId))["userIdentity"]).toEqual({
        ...{ type: "IAMUser", principalId: ADA, arn: ada.arn, accountId: account, accessKeyId, userName: "ada" },
      });
  });

  it("is bound by its boundary, and met by its tags", async () => {
    const { account, ada, known, encrypt } = await newKnown();
    const Condition = { StringEquals: { "aws:PrincipalTag/team": "red" } };
    const identity = [policyOf(allow("kms:*", { Condition }))];
    const outcomes: unknown[] = [];
    for (const rest of [
      { tags: [["team", "red"]] as const },
      { tags: [["team", "blue"]] as const },
      { tags: [["team", "red"]] as const, boundary: policyOf(allow("kms:DescribeKey")) },
    ]) {
      await known.know(SERIAL, { holder: ada, standing: { identity, ...rest } });
      await forget(account);
      outcomes.push(outcome(await encrypt()));
    }
    expect(outcomes).toEqual([200, "AccessDeniedException", "AccessDeniedException"]);
  });

  it("is named in the count of its throttled calls", async () => {
    const { account, encrypt } = await newKnown(allow("kms:Encrypt"));
    await inStore(account, (world) => {
      Object.assign(world, { rates: { spend: () => false } });
    });
    expect(outcome(await encrypt())).toBe("ThrottlingException");
    await inStore(account, ({ throttled }) => throttled.record());
    const [event] = (await eventsOf(account)).slice(-1);
    expect(event).toMatchObject({ errorCode: "ThrottlingException", userIdentity: { type: "IAMUser", userName: "ada" } });
  });

  it("whose document does not compile is let in by nothing else; the log alone tells of it", async () => {
    const { account, ada, known, encrypt } = await newKnown();
    const identity = [policyOf(allow("*")), '{"Statement":[{"Effect":"Perhaps"}]}'];
    await known.know(SERIAL, { holder: ada, standing: { tags: [], identity } });
    await forget(account);
    const log = await logOf(account);
    for (const answer of [await encrypt(), await encrypt()]) expect(answer.json).toEqual({ __type: "KMSInternalException" });
    const line = { event: "unknown error", message: `a stored document of ${ada.arn} does not compile` };
    expect(log).toMatchObject([line, line]);
  });
});

describe("an access key that is refused", () => {
  it("because it is inactive or deleted is recorded with whose it was", async () => {
    const { account, ada, known, encrypt } = await newKnown();
    await known.know(SERIAL, { holder: ada });
    await forget(account);
    const answer = await encrypt();
    expect(answer).toMatchObject(INVALID);
    const event = await eventOf(account, answer.requestId);
    expect(event).toMatchObject({ eventName: "Encrypt", errorCode: "UnrecognizedClientException" });
    expect(event["userIdentity"]).toEqual({
      ...{ type: "IAMUser", principalId: ADA, arn: ada.arn, accountId: account, userName: "ada" },
      accessKeyId: await known.keyId(SERIAL),
    });
  });

  it("because it was never made is recorded with its account and its id", async () => {
    const { account, known } = await newKnown();
    const answer = await known.as(SERIAL + 1)("ListKeys");
    expect(answer).toMatchObject(INVALID);
    const accessKeyId = await known.keyId(SERIAL + 1);
    expect((await eventOf(account, answer.requestId))["userIdentity"]).toEqual({
      type: "Unknown",
      accountId: account,
      accessKeyId,
    });
  });

  it("may be the root's own, which is active again when it is activated", async () => {
    const { account, known } = await newKnown();
    const holder = sentRoot(account);
    await known.know(0, { holder });
    await forget(account);
    const answer = await known.as(0)("ListKeys");
    expect(answer).toMatchObject(INVALID);
    const { arn } = holder;
    expect((await eventOf(account, answer.requestId))["userIdentity"]).toEqual({
      ...{ type: "Root", principalId: account, arn, accountId: account, accessKeyId: await known.keyId(0) },
    });
    await known.know(0, { holder, standing: standing() });
    await forget(account);
    expect(outcome(await known.as(0)("ListKeys"))).toBe(200);
  });
});

describe("an IdentityStore that is not in reach", () => {
  it.each<[string, () => Promise<undefined>]>([
    ["because the call fails", () => Promise.reject(new Error("the network is gone"))],
    ["because it refuses the store's passport", () => Promise.resolve(undefined)],
    ["because it never answers", () => new Promise(() => {})],
  ])(
    "%s leaves nobody in whose view is not held: DependencyTimeoutException after five seconds at most, recorded",
    async (_, reply) => {
      const { account, known, encrypt } = await newKnown(allow("kms:Encrypt"));
      await logOf(account);
      expect(outcome(await encrypt())).toBe(200);
      known.over.reply = reply;
      expect(outcome(await encrypt())).toBe(200); // held
      await forget(account);
      const begin = Date.now();
      const answers = await Promise.all([encrypt(), known.as(0)("ListKeys")]);
      expect(Date.now() - begin).toBeLessThan(5500);
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 503, json: { __type: "DependencyTimeoutException" } });
        expect(await eventOf(account, answer.requestId)).toMatchObject({ errorCode: "DependencyTimeoutException" });
      }
      delete known.over.reply;
      expect(outcome(await encrypt())).toBe(200);
    },
    10_000,
  );
});

describe("forget", () => {
  it("drops what is held: a call that has computed is admitted under the view that is there then", async () => {
    const { account, ada, known, encrypt } = await newKnown(allow("kms:Encrypt"));
    const encrypts = await holdEncrypt(account);
    const encrypting = encrypt();
    await encrypts.reached;
    await known.know(SERIAL, { holder: ada, standing: standing(deny("kms:Encrypt")) });
    expect(await forget(account)).toBe(true);
    encrypts.open();
    const answer = await encrypting;
    expect(outcome(answer)).toBe("AccessDeniedException");
    expect(answer.text).not.toContain("CiphertextBlob");
    expect(summaryOf(await eventsOf(account)).slice(-1)).toEqual(["Encrypt: AccessDenied"]);
  });

  it("is refused to whoever is not the account's own IdentityStore: what is held stays, and nothing is recorded", async () => {
    const { account, encrypt, pulls } = await newKnown(allow("kms:Encrypt"));
    await encrypt();
    const before = (await eventsOf(account)).length;
    const log = await logOf(account);
    const other = newAccount();
    const identity = { kind: "identity", accessKeyId: "" } as const;
    const refused = [
      await passportFor(account),
      await passportFor(account, { kind: "store", principal: `${account}/eu-west-1`, accessKeyId: "" }),
      await passportFor(account, { ...identity, account: other, principal: other }),
      await passportFor(account, { ...identity, principal: account, object: `${account}/eu-west-1` }),
      await passportFor(account, { ...identity, principal: account, expires: Date.now() - 11_000 }),
      "1.1.none.none",
      undefined as unknown as string,
      {} as unknown as string,
    ];
    for (const passport of refused) expect(await stubOf(account).forget(passport)).toBeUndefined();
    expect(log.map(({ event }) => event)).toEqual(refused.map(() => "passport refused"));
    await encrypt();
    expect(pulls()).toBe(1);
    expect((await eventsOf(account)).length).toBe(before + 1);
  });

  it("makes nothing in a store that nobody has called", async () => {
    const account = newAccount();
    expect(await forget(account)).toBe(true);
    expect(await inStore(account, (world) => world.hasSchema())).toBe(false);
    expect(outcome(await raw("ListKeys", {}, { account }))).toBe(200);
  });
});
