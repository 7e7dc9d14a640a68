// Grants: made, listed and revoked; what they give, and what may be made out of one.

import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { exist, newAccount, raw } from "../support/client.ts";
import { newGranted, outcome, rootOf } from "../support/granted.ts";
import { allow, user } from "../support/identities.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { override } from "../support/override.ts";
import { eventOf } from "../support/records.ts";
import { inStore } from "../support/store.ts";

const ada = (account: string) => ({ ada: user(account, "ada") });
const two = (account: string) => ({ ada: user(account, "ada"), eve: user(account, "eve") });

describe("CreateGrant", () => {
  it("GRANT-01: makes a grant that is listed as AWS lists it, and recorded without its token", async () => {
    const { account, KeyId, arn, views, grant, listed } = await newGranted(ada);
    const Constraints = { EncryptionContextSubset: { b: "2", a: "1" } };
    const more = { RetiringPrincipal: account, Constraints, Name: "one" };
    const before = Math.floor(Date.now() / 1000);
    const { json, requestId } = await grant(views.ada.arn, ["Encrypt", "Decrypt", "Encrypt"], more);
    expect(json).toEqual({ GrantId: expect.stringMatching(/^[0-9a-f]{64}$/), GrantToken: expect.any(String) });
    const [entry, ...others] = await listed();
    expect(others).toEqual([]);
    expect(entry).toEqual({
      ...{ KeyId: arn, GrantId: json["GrantId"], Name: "one", CreationDate: expect.any(Number) },
      ...{ GranteePrincipal: views.ada.arn, RetiringPrincipal: account, IssuingAccount: rootOf(account) },
      ...{ Operations: ["Encrypt", "Decrypt"], Constraints },
    });
    expect(Number(entry?.["CreationDate"]) - before).toBeLessThan(60);
    expect(Number(entry?.["CreationDate"])).toBeGreaterThanOrEqual(before);
    expect(await eventOf(account, requestId)).toMatchObject({
      requestParameters: { keyId: KeyId, granteePrincipal: views.ada.arn, retiringPrincipal: account, name: "one" },
      responseElements: { grantId: json["GrantId"] },
      resources: [{ ARN: arn }],
    });
  });

  it("lists a grant without what it was not given, and with an empty name", async () => {
    const { views, granted, listed } = await newGranted(ada);
    await granted(views.ada.arn, ["Decrypt"]);
    const [entry = {}] = await listed();
    expect(entry["Name"]).toBe("");
    expect(Object.keys(entry)).not.toContain("RetiringPrincipal");
    expect(Object.keys(entry)).not.toContain("Constraints");
  });

  it("GRANT-06: grants what keys of the usage and spec can do, and nothing else", async () => {
    const sorts: [Record<string, unknown>, string[], string[]][] = [
      [
        {},
        ["Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKeyPair"],
        ["Sign", "GetPublicKey", "GenerateMac"],
      ],
      [{ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }, ["Sign", "Verify", "GetPublicKey"], ["Encrypt", "GenerateDataKey"]],
      [{ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }, ["GenerateMac", "VerifyMac"], ["GetPublicKey", "Sign"]],
      [{ KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" }, ["DeriveSharedSecret", "GetPublicKey"], ["Sign", "Encapsulate"]],
    ];
    for (const [input, fitting, unfit] of sorts) {
      const { views, grant, listed } = await newGranted(ada, input);
      expect(outcome(await grant(views.ada.arn, [...fitting, "DescribeKey", "CreateGrant", "RetireGrant"]))).toBe(200);
      for (const each of unfit)
        expect(await grant(views.ada.arn, ["DescribeKey", each])).toMatchObject(refusal("ValidationException"));
      expect(await listed()).toHaveLength(1);
    }
    const { views, grant } = await newGranted(ada, { KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
    for (const each of ["GenerateDataKey", "GenerateDataKeyPairWithoutPlaintext"])
      expect(outcome(await grant(views.ada.arn, [each]))).toBe("ValidationException");
    const Constraints = { EncryptionContextSubset: { a: "1" } };
    expect(outcome(await grant(views.ada.arn, ["Encrypt"], { Constraints }))).toBe("ValidationException");
  });

  it("takes eight pairs of at most 384 characters, of one constraint", async () => {
    const { views, grant } = await newGranted(ada);
    const pairs = (count: number, value = "v") => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, value]));
    const create = async (Constraints: Record<string, unknown>) =>
      outcome(await grant(views.ada.arn, ["Encrypt"], { Constraints }));
    expect(await create({ EncryptionContextEquals: pairs(8, "x".repeat(384)) })).toBe(200);
    expect(await create({ EncryptionContextEquals: pairs(9) })).toBe("ValidationException");
    expect(await create({ EncryptionContextSubset: pairs(1, "x".repeat(385)) })).toBe("ValidationException");
    expect(await create({ EncryptionContextSubset: pairs(1), EncryptionContextEquals: pairs(1) })).toBe("ValidationException");
    // What binds a grant to a service's call is refused: passed over, it would give more than was asked for.
    expect(await create({ SourceArn: "arn:aws:s3:us-east-1:111122223333:bucket" })).toBe("UnsupportedOperationException");
  });

  it("needs a grantee and a retiring principal that exist", async () => {
    const { account, views, grant, listed, asRoot, KeyId } = await newGranted(ada);
    const nobody = `arn:aws:iam::${account}:user/nobody`;
    for (const name of [nobody, "s3.amazonaws.com", `arn:aws:iam::${account}:group/g`]) {
      expect(outcome(await grant(name, ["Encrypt"]))).toBe("InvalidArnException");
      expect(outcome(await grant(views.ada.arn, ["Encrypt"], { RetiringPrincipal: name }))).toBe("InvalidArnException");
    }
    expect(outcome(await grant("*", ["Encrypt"]))).toBe("ValidationException");
    expect(outcome(await asRoot("CreateGrant", { KeyId: "never", Operations: ["Encrypt"] }))).toBe("ValidationException");
    expect(outcome(await asRoot("CreateGrant", { KeyId: "never", GranteePrincipal: nobody, Operations: ["Encrypt"] }))).toBe(
      "NotFoundException",
    );
    const services = { GranteeServicePrincipal: "a.amazonaws.com" };
    expect(outcome(await asRoot("CreateGrant", { KeyId, Operations: ["Encrypt"], ...services }))).toBe(
      "UnsupportedOperationException",
    );
    expect(await listed()).toEqual([]);
  });

  it("answers the same grant with a new token where name and parameters are the same, and another where they are not", async () => {
    const { views, granted, listed } = await newGranted(two);
    const Constraints = (...pairs: [string, string][]) => ({ EncryptionContextEquals: Object.fromEntries(pairs) });
    const create = (operations: string[], more: Record<string, unknown> = {}, grantee = views.ada.arn) =>
      granted(grantee, operations, { Name: "one", Constraints: Constraints(["a", "1"], ["b", "2"]), ...more });
    const first = await create(["Encrypt", "Decrypt"]);
    const again = await create(["Decrypt", "Encrypt", "Decrypt"], { Constraints: Constraints(["b", "2"], ["a", "1"]) });
    expect(again.GrantId).toBe(first.GrantId);
    expect(again.GrantToken).not.toBe(first.GrantToken);
    const others = [
      await create(["Encrypt"]),
      await create(["Encrypt", "Decrypt"], { Constraints: Constraints(["a", "1"]) }),
      await create(["Encrypt", "Decrypt"], { Constraints: { EncryptionContextSubset: { a: "1", b: "2" } } }),
      await create(["Encrypt", "Decrypt"], { RetiringPrincipal: views.eve.arn }),
      await create(["Encrypt", "Decrypt"], {}, views.eve.arn),
      await create(["Encrypt", "Decrypt"], { Name: "two" }),
      await granted(views.ada.arn, ["Encrypt"]),
      await granted(views.ada.arn, ["Encrypt"]),
    ];
    expect(new Set([first, ...others].map(({ GrantId }) => GrantId)).size).toBe(9);
    expect(await listed()).toHaveLength(9);
  });

  it("keeps to the quota, which a grant that is there already does not touch", async () => {
    const { account, views, grant } = await newGranted(ada);
    await inStore(account, (world) => void override(world, "quotas", (quotas) => ({ ...quotas, grantsPerKey: 2 })));
    const create = async (Name: string) => outcome(await grant(views.ada.arn, ["Encrypt"], { Name }));
    expect([await create("1"), await create("2"), await create("3"), await create("2")]).toEqual([
      200,
      200,
      "LimitExceededException",
      200,
    ]);
  });

  it("needs an enabled key, and a key's grants need none to be listed and revoked", async () => {
    const { KeyId, views, asRoot, grant, granted, listed } = await newGranted(ada);
    const [one, other] = [await granted(views.ada.arn, ["Encrypt"]), await granted(views.ada.arn, ["Decrypt"])];
    await asRoot("DisableKey", { KeyId });
    expect(outcome(await grant(views.ada.arn, ["Encrypt"]))).toBe("DisabledException");
    expect(outcome(await asRoot("RevokeGrant", { KeyId, GrantId: one.GrantId }))).toBe(200);
    await asRoot("ScheduleKeyDeletion", { KeyId });
    expect(outcome(await grant(views.ada.arn, ["Encrypt"]))).toBe("KMSInvalidStateException");
    expect(await listed()).toHaveLength(1);
    expect(outcome(await asRoot("RetireGrant", { GrantToken: other.GrantToken }))).toBe(200);
  });
});

describe("a list of grants", () => {
  it("has pages, and is filtered by a grant's id and by the grantee, however he is written", async () => {
    const { account, KeyId, views, asRoot, granted, listed } = await newGranted(ada);
    const made = [];
    for (const grantee of [views.ada.arn, account, rootOf(account)]) made.push((await granted(grantee, ["Encrypt"])).GrantId);
    const pages: unknown[] = [];
    let Marker: unknown;
    do {
      const { json } = await asRoot("ListGrants", { KeyId, Limit: 2, ...(Marker === undefined ? {} : { Marker }) });
      pages.push(...(json["Grants"] as { GrantId: string }[]).map(({ GrantId }) => GrantId));
      Marker = json["NextMarker"];
      expect(json["Truncated"]).toBe(Marker !== undefined);
    } while (Marker !== undefined);
    expect(pages).toEqual(made.toSorted());
    const ids = async (filter: Record<string, unknown>) => (await listed(filter)).map(({ GrantId }) => GrantId);
    expect(await ids({ GrantId: made[0] })).toEqual([made[0]]);
    expect(await ids({ GrantId: "0".repeat(64) })).toEqual([]);
    expect(await ids({ GranteePrincipal: views.ada.arn })).toEqual([made[0]]);
    expect(await ids({ GranteePrincipal: `arn:aws:iam::${account}:user/nobody` })).toEqual([]);
    for (const name of [account, rootOf(account)])
      expect(await ids({ GranteePrincipal: name })).toEqual(made.slice(1).toSorted());
    expect(outcome(await asRoot("ListGrants", { KeyId, Limit: 101 }))).toBe("ValidationException");
  });

  it("of whom one may retire is of every key, by who it is and not how it is written, and allowed on the principal", async () => {
    const { account, KeyId, views, asRoot, as, granted } = await newGranted((own) => ({
      ada: user(own, "ada", { identity: [allow("kms:ListRetirableGrants", { Resource: `arn:aws:iam::${own}:root` })] }),
    }));
    const other = await newKey(account);
    const made: string[] = [];
    for (const retiring of [account, rootOf(account)])
      for (const key of [KeyId, other])
        made.push((await granted(rootOf(account), ["Encrypt"], { KeyId: key, RetiringPrincipal: retiring })).GrantId);
    await granted(rootOf(account), ["Encrypt"], { RetiringPrincipal: views.ada.arn });
    await granted(rootOf(account), ["Encrypt"]);
    for (const RetiringPrincipal of [account, rootOf(account)]) {
      const { json } = await as(views.ada)("ListRetirableGrants", { RetiringPrincipal });
      expect((json["Grants"] as { GrantId: string }[]).map(({ GrantId }) => GrantId).toSorted()).toEqual(made.toSorted());
      const found: unknown[] = [];
      let page: Record<string, unknown> = {};
      do {
        const Marker = page["NextMarker"];
        page = (await asRoot("ListRetirableGrants", { RetiringPrincipal, Limit: 1, ...(Marker ? { Marker } : {}) })).json;
        found.push(...(page["Grants"] as { GrantId: string }[]).map(({ GrantId }) => GrantId));
      } while (page["Truncated"] === true);
      expect(found.toSorted()).toEqual(made.toSorted());
    }
    expect(outcome(await as(views.ada)("ListRetirableGrants", { RetiringPrincipal: views.ada.arn }))).toBe(
      "AccessDeniedException",
    );
    expect(outcome(await asRoot("ListRetirableGrants"))).toBe("ValidationException");
  });
});

describe("a grant", () => {
  it("gives its operations to its grantee alone, under its encryption contexts, until it is revoked (GRANT-04)", async () => {
    const { KeyId, views, asRoot, as, granted, listed } = await newGranted(two);
    const encrypt = async (who: (typeof views)["ada"], EncryptionContext?: Record<string, string>) =>
      outcome(await as(who)("Encrypt", { KeyId, Plaintext: PLAINTEXT, ...(EncryptionContext && { EncryptionContext }) }));
    expect(await encrypt(views.ada)).toBe("AccessDeniedException");
    const Constraints = { EncryptionContextSubset: { a: "1" } };
    const { GrantId } = await granted(views.ada.arn, ["Encrypt", "DescribeKey"], { Constraints });
    expect(await encrypt(views.ada, { a: "1", b: "2" })).toBe(200);
    expect(await encrypt(views.ada, { a: "2" })).toBe("AccessDeniedException");
    expect(await encrypt(views.ada)).toBe("AccessDeniedException"); // no context is an empty one
    expect(await encrypt(views.eve, { a: "1" })).toBe("AccessDeniedException");
    expect(outcome(await as(views.ada)("DescribeKey", { KeyId }))).toBe(200); // it has no context
    expect(outcome(await as(views.ada)("GenerateDataKey", { KeyId, KeySpec: "AES_256" }))).toBe("AccessDeniedException");
    expect(outcome(await asRoot("RevokeGrant", { KeyId, GrantId: "0".repeat(64) }))).toBe("NotFoundException");
    expect(await asRoot("RevokeGrant", { KeyId, GrantId })).toMatchObject({ status: 200, text: "" });
    expect(await listed()).toEqual([]);
    expect(await encrypt(views.ada, { a: "1" })).toBe("AccessDeniedException");
    expect(outcome(await asRoot("RevokeGrant", { KeyId, GrantId }))).toBe("NotFoundException");
  });

  it("that gives CreateGrant gives grants of no more than itself", async () => {
    const { KeyId, views, as, granted } = await newGranted(two);
    const constraint = { EncryptionContextSubset: { a: "1" } };
    await granted(views.ada.arn, ["CreateGrant", "Encrypt"], { Constraints: constraint });
    const child = async (Operations: string[], Constraints?: Record<string, unknown>) =>
      outcome(
        await as(views.ada)("CreateGrant", {
          KeyId,
          GranteePrincipal: views.eve.arn,
          Operations,
          ...(Constraints && { Constraints }),
        }),
      );
    expect(await child(["Encrypt"], constraint)).toBe(200);
    expect(await child(["Encrypt"], { EncryptionContextSubset: { a: "1", b: "2" } })).toBe(200);
    expect(await child(["Encrypt"], { EncryptionContextEquals: { a: "1", b: "2" } })).toBe(200);
    expect(await child(["Encrypt"])).toBe("AccessDeniedException");
    expect(await child(["Encrypt"], { EncryptionContextSubset: { b: "2" } })).toBe("AccessDeniedException");
    expect(await child(["Decrypt"], constraint)).toBe("AccessDeniedException");
    expect(await child(["Encrypt", "Decrypt"], constraint)).toBe("AccessDeniedException");
  });

  it("is its grantee's, and not a namesake's", async () => {
    const { account, KeyId, views, as, change, granted } = await newGranted(ada);
    await granted(views.ada.arn, ["DescribeKey"]);
    expect(outcome(await as(views.ada)("DescribeKey", { KeyId }))).toBe(200);
    const namesake = user(account, "ada");
    change(views.ada, { ...namesake, principal: { ...namesake.principal, uniqueId: "AIDAANOTHERADA12345" } });
    expect(outcome(await as(views.ada)("DescribeKey", { KeyId }))).toBe("AccessDeniedException");
  });

  it("may be another account's root's", async () => {
    const account = newAccount();
    const [KeyId, GranteePrincipal] = [await newKey(account), rootOf(await exist(newAccount()))];
    expect(outcome(await raw("CreateGrant", { KeyId, GranteePrincipal, Operations: ["Encrypt"] }, { account }))).toBe(200);
  });
});
