// Grants retired, by their token or their id, and by whom; what a token is, and is not; dry runs of all five operations; the end of a key.

import { describe, expect, it } from "vitest";
import { parseGrantToken, printGrantToken } from "../../src/keyring/grant-token.ts";
import type { Operation } from "../../src/kms/operation.ts";
import { OPERATIONS, type OperationName } from "../../src/kms/table.ts";
import { everything } from "../support/canaries.ts";
import { newAccount, raw } from "../support/client.ts";
import { newGranted, outcome, rootOf } from "../support/granted.ts";
import { type Attached, allow, deny, policyOf, session, user } from "../support/identities.ts";
import { random } from "../support/keyrings.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { eventOf } from "../support/records.ts";
import { inStore, logOf, ring } from "../support/store.ts";

type Members = Record<string, unknown>;
const membersOf = (name: OperationName): object => (OPERATIONS[name] as Operation).input?.constraints.members ?? {};
const ada = (account: string) => ({ ada: user(account, "ada") });

/** What comes of RetireGrant by a user with these documents, of a grant that `make` describes. */
async function retired(
  attached: Attached,
  make: (views: { who: ReturnType<typeof user> }, account: string) => [string, string[], Members?],
) {
  const { account, views, as, granted, listed } = await newGranted((own) => ({
    who: user(own, "who", attached),
    role: session(own, "r", "s"),
  }));
  const { GrantToken } = await granted(...make(views, account));
  const answer = outcome(await as(views.who)("RetireGrant", { GrantToken }));
  expect(await listed()).toHaveLength(answer === 200 ? 0 : 1);
  return answer;
}

describe("RetireGrant", () => {
  it("GRANT-03: by the token, with an empty answer; the record has the grant, and nothing of the token", async () => {
    const { account, arn, views, asRoot, granted, listed } = await newGranted(ada);
    const { GrantId, GrantToken } = await granted(views.ada.arn, ["Encrypt"]);
    const { status, text, requestId } = await asRoot("RetireGrant", { GrantToken });
    expect([status, text]).toEqual([200, ""]);
    expect(await listed()).toEqual([]);
    expect(await eventOf(account, requestId)).toMatchObject({
      ...{ requestParameters: null, responseElements: { keyId: arn }, additionalEventData: { grantId: GrantId } },
      resources: [{ ARN: arn }],
    });
    expect(outcome(await asRoot("RetireGrant", { GrantToken }))).toBe("NotFoundException");
  });

  it("by key and grant id, which the record has", async () => {
    const { account, KeyId, arn, views, asRoot, granted } = await newGranted(ada);
    for (const name of [KeyId, arn]) {
      const { GrantId } = await granted(views.ada.arn, ["Encrypt"]);
      const { status, requestId } = await asRoot("RetireGrant", { KeyId: name, GrantId });
      expect(status).toBe(200);
      expect(await eventOf(account, requestId)).toMatchObject({ requestParameters: { keyId: name, grantId: GrantId } });
    }
  });

  it("needs one way of naming a grant, and two that agree where there are two", async () => {
    const { account, KeyId, arn, views, asRoot, granted, listed } = await newGranted(ada);
    const [one, other] = [await granted(views.ada.arn, ["Encrypt"]), await granted(views.ada.arn, ["Decrypt"])];
    const { GrantToken, GrantId } = one;
    const foreign = arn.replace(account, newAccount());
    for (const members of [{}, { KeyId }, { GrantId }, { GrantToken, KeyId, GrantId: other.GrantId }])
      expect(outcome(await asRoot("RetireGrant", members))).toBe("ValidationException");
    for (const name of [await newKey(account), "alias/a", foreign, arn.replace("us-east-1", "us-east-2")])
      expect(outcome(await asRoot("RetireGrant", { GrantToken, KeyId: name }))).toBe("ValidationException");
    expect(outcome(await asRoot("RetireGrant", { KeyId, GrantId: "0".repeat(64) }))).toBe("NotFoundException");
    expect(outcome(await asRoot("RetireGrant", { KeyId: foreign, GrantId }))).toBe("AccessDeniedException");
    expect(await listed()).toHaveLength(2);
    expect(outcome(await asRoot("RetireGrant", { GrantToken, KeyId: arn, GrantId }))).toBe(200);
    expect(outcome(await asRoot("RetireGrant", { GrantToken: other.GrantToken, KeyId }))).toBe(200);
  });

  it("is for the retiring principal, and for the grantee where the grant gives it", async () => {
    expect(await retired({}, ({ who }, account) => [rootOf(account), ["Encrypt"], { RetiringPrincipal: who.arn }])).toBe(200);
    expect(await retired({}, ({ who }) => [who.arn, ["RetireGrant"]])).toBe(200);
    expect(await retired({}, ({ who }) => [who.arn, ["Encrypt"]])).toBe("AccessDeniedException");
    expect(await retired({}, (_, account) => [rootOf(account), ["RetireGrant"], { RetiringPrincipal: account }])).toBe(
      "AccessDeniedException",
    );
    const { views, as, granted } = await newGranted((own) => ({ s: session(own, "r", "s") }));
    const { GrantToken } = await granted(views.s.arn, ["RetireGrant"]); // his role's
    expect(outcome(await as(views.s)("RetireGrant", { GrantToken }))).toBe(200);
  });

  it("is for whose documents allow it, and for nobody that a document denies it or a boundary holds back", async () => {
    const may = [allow("kms:RetireGrant")];
    const plain = (_: unknown, account: string): [string, string[]] => [rootOf(account), ["Encrypt"]];
    const given = ({ who }: { who: ReturnType<typeof user> }): [string, string[]] => [who.arn, ["RetireGrant"]];
    expect(await retired({ identity: may }, plain)).toBe(200);
    expect(await retired({ identity: [allow("kms:RevokeGrant")] }, plain)).toBe("AccessDeniedException");
    expect(await retired({ identity: [deny("kms:RetireGrant")] }, given)).toBe("AccessDeniedException");
    expect(await retired({ boundary: [deny("kms:RetireGrant"), allow("*")] }, given)).toBe("AccessDeniedException");
    expect(await retired({ boundary: [allow("kms:Encrypt")] }, given)).toBe("AccessDeniedException");
    expect(await retired({ guardrails: [allow("*"), deny("kms:RetireGrant")] }, given)).toBe("AccessDeniedException");
    expect(await retired({ guardrails: [allow("kms:Encrypt")] }, given)).toBe("AccessDeniedException");
  });

  it("does not ask the key policy, which neither gives it nor denies it", async () => {
    const { KeyId, views, asRoot, as, granted } = await newGranted((own) => ({ ada: user(own, "ada"), eve: user(own, "eve") }));
    const one = await granted(views.ada.arn, ["RetireGrant"]);
    const every = { Principal: { AWS: "*" } };
    const Policy = policyOf(allow(["kms:PutKeyPolicy", "kms:RetireGrant"], every), deny("kms:RetireGrant", every));
    expect(outcome(await asRoot("PutKeyPolicy", { KeyId, Policy }))).toBe(200);
    expect(outcome(await as(views.eve)("RetireGrant", one))).toBe("AccessDeniedException");
    expect(outcome(await as(views.ada)("RetireGrant", { GrantToken: one.GrantToken }))).toBe(200);
    await asRoot("PutKeyPolicy", { KeyId, Policy: policyOf(allow("kms:*", every)) });
    const other = await granted(views.ada.arn, ["Encrypt"]);
    expect(outcome(await as(views.eve)("RetireGrant", { GrantToken: other.GrantToken }))).toBe("AccessDeniedException");
  });
});

describe("a grant token", () => {
  const takers = (Object.keys(OPERATIONS) as OperationName[]).filter((name) => "GrantTokens" in membersOf(name));

  it("has its form on each operation that takes some, before anything is looked up", async () => {
    const account = newAccount();
    const [KeyId, blob] = ["11111111-2222-4333-8444-555555555555", "AAAA"];
    const own: Members = {
      KeyId,
      Plaintext: blob,
      CiphertextBlob: blob,
      DestinationKeyId: KeyId,
      KeySpec: "AES_256",
      Message: blob,
    };
    const more: Members = { Mac: blob, MacAlgorithm: "HMAC_SHA_256", SigningAlgorithm: "ECDSA_SHA_256", Signature: blob };
    const rest: Members = { GranteePrincipal: account, Operations: ["Encrypt"], KeyPairSpec: "RSA_2048", PublicKey: blob };
    const kem: Members = { KeyAgreementAlgorithm: "ECDH", EncapsulationAlgorithm: "ML_KEM", SharedSecretCiphertextBlob: blob };
    expect(takers.length).toBeGreaterThan(14);
    for (const name of takers) {
      const members = Object.fromEntries(
        Object.entries({ ...own, ...more, ...rest, ...kem }).filter(([each]) => each in membersOf(name)),
      );
      const answer = await raw(name, { ...members, GrantTokens: ["AQ=="] }, { account });
      expect([name, outcome(answer)]).toEqual([name, "InvalidGrantTokenException"]);
    }
    expect(outcome(await raw("RetireGrant", { GrantToken: "AQ==" }, { account }))).toBe("InvalidGrantTokenException");
  });

  it("decides nothing: neither one whose grant is there nor one whose grant is gone", async () => {
    const { KeyId, views, asRoot, as, granted } = await newGranted((own) => ({ ada: user(own, "ada"), eve: user(own, "eve") }));
    const { GrantId, GrantToken } = await granted(views.ada.arn, ["Encrypt"]);
    const encrypt = { KeyId, Plaintext: PLAINTEXT, GrantTokens: [GrantToken] };
    expect(outcome(await as(views.ada)("Encrypt", encrypt))).toBe(200);
    expect(outcome(await as(views.eve)("Encrypt", encrypt))).toBe("AccessDeniedException");
    await asRoot("RevokeGrant", { KeyId, GrantId });
    expect(outcome(await as(views.ada)("Encrypt", encrypt))).toBe("AccessDeniedException");
    expect(outcome(await asRoot("Encrypt", encrypt))).toBe(200);
  });

  it("is kept, recorded, logged and echoed nowhere", async () => {
    const { account, KeyId, views, asRoot, as, granted } = await newGranted(ada);
    const log = await logOf(account);
    const { GrantId, GrantToken } = await granted(views.ada.arn, ["Encrypt"]);
    const badly = { ...(parseGrantToken(GrantToken) ?? expect.unreachable()), grantId: "f".repeat(64) };
    const tokens = [GrantToken, printGrantToken(badly, random(8)), `${GrantToken.slice(0, -8)}AAAAAAA=`];
    const texts: string[] = [];
    for (const token of tokens) {
      for (const who of [as(views.ada), asRoot]) {
        texts.push((await who("Encrypt", { KeyId, Plaintext: PLAINTEXT, GrantTokens: [token] })).text);
        texts.push((await who("Decrypt", { CiphertextBlob: "AAAA", GrantTokens: [token] })).text);
        texts.push((await who("RetireGrant", { GrantToken: token, KeyId: "alias/none" })).text);
        texts.push((await who("RetireGrant", { GrantToken: token, DryRun: true })).text);
        texts.push((await who("RetireGrant", { GrantToken: token.repeat(90) })).text);
        texts.push(
          (await who("CreateGrant", { KeyId: "none", GranteePrincipal: account, Operations: ["Encrypt"], GrantTokens: [token] }))
            .text,
        );
      }
    }
    const kept = [...texts, ...(await everything(account)), JSON.stringify(log)].join("\n");
    expect(kept).toContain(GrantId);
    // Its first characters name the grant, its last ones the Region: these are the random ones between.
    for (const token of tokens) expect(kept).not.toContain(token.slice(74, 84));
  });
});

describe("a dry run", () => {
  it("is answered as the call would have been, and changes nothing", async () => {
    const { KeyId, views, asRoot, as, grant, granted, listed } = await newGranted(ada);
    const { GrantId, GrantToken } = await granted(views.ada.arn, ["Encrypt"]);
    const before = await listed();
    const calls: [string, Members][] = [
      ["CreateGrant", { KeyId, GranteePrincipal: views.ada.arn, Operations: ["Encrypt"] }],
      ["RetireGrant", { GrantToken }],
      ["RevokeGrant", { KeyId, GrantId }],
    ];
    for (const [name, members] of calls) {
      expect([name, outcome(await asRoot(name, { ...members, DryRun: true }))]).toEqual([name, "DryRunOperationException"]);
      expect([name, outcome(await as(views.ada)(name, { ...members, DryRun: true }))]).toEqual([name, "AccessDeniedException"]);
    }
    const none = { KeyId, GrantId: "0".repeat(64), DryRun: true };
    for (const name of ["RetireGrant", "RevokeGrant"]) expect(outcome(await asRoot(name, none))).toBe("NotFoundException");
    expect(outcome(await grant(views.ada.arn, ["Sign"], { DryRun: true }))).toBe("ValidationException");
    expect(outcome(await grant(`${views.ada.arn}x`, ["Encrypt"], { DryRun: true }))).toBe("InvalidArnException");
    expect(await listed()).toEqual(before);
    // The lists have none: AWS passes over what it does not know.
    expect(outcome(await asRoot("ListGrants", { KeyId, DryRun: true }))).toBe(200);
    expect(outcome(await asRoot("ListRetirableGrants", { RetiringPrincipal: views.ada.arn, DryRun: true }))).toBe(200);
  });
});

it("a key takes its grants with it when it is destroyed, and no other's", async () => {
  const { account, KeyId, views, asRoot, granted } = await newGranted(ada);
  const kept = await newKey(account);
  await granted(views.ada.arn, ["Encrypt"]);
  const { GrantId } = await granted(views.ada.arn, ["Encrypt"], { KeyId: kept });
  await asRoot("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
  for (let look = 0; look < 4; look++) await ring(account);
  await inStore(account, ({ tables, storage: { sql } }) => {
    expect(tables.keys.find(KeyId)).toBeUndefined();
    expect(sql.exec('SELECT key_id, id FROM "grant"').toArray()).toEqual([{ key_id: kept, id: GrantId }]);
  });
});
