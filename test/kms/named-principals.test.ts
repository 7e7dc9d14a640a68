// Whom key policies and grants name: users, roles and sessions of the own account, by their unique ids; accounts that exist; and how they are shown.

import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { exist, newAccount, raw } from "../support/client.ts";
import { outcome, rootOf } from "../support/granted.ts";
import { allow, policyOf, type Written } from "../support/identities.ts";
import { makeUpIdentities, sentUser, standing } from "../support/made-up-identities.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { passportFor } from "../support/passports.ts";
import { eventOf } from "../support/records.ts";
import { inStore, logOf, stubOf } from "../support/store.ts";

type Members = Record<string, unknown>;

const [ADA, NAMESAKE, GONE, APP] = [
  "AIDAADAADAADAADAADAAD",
  "AIDAANOTHERADA1234567",
  "AIDAGONEGONEGONEGONE1",
  "AROAAPPAPPAPPAPPAPPAP",
];
const SERIAL = 4711;
const INVALID_PRINCIPALS = refusal(
  "MalformedPolicyDocumentException",
  "Policy contains a statement with one or more invalid principals.",
);

/** An account with a key, a user ada and a role app. */
async function newNamed() {
  const account = newAccount();
  const KeyId = await newKey(account);
  const known = await makeUpIdentities(account);
  const [ada, app] = [`arn:aws:iam::${account}:user/ada`, `arn:aws:iam::${account}:role/app`];
  known.name(ADA, ada);
  known.name(APP, app);
  const asRoot = known.as(0);
  const policy = (...AWS: readonly string[]): string => policyOf(allow("kms:*", { Principal: { AWS: [account, ...AWS] } }));
  const put = (...AWS: readonly string[]) => asRoot("PutKeyPolicy", { KeyId, Policy: policy(...AWS) });
  return {
    ...{ account, KeyId, known, ada, app, asRoot, policy, put },
    grant: (GranteePrincipal: string, more: Members = {}) =>
      asRoot("CreateGrant", { KeyId, GranteePrincipal, Operations: ["Encrypt"], ...more }),
    /** The principals of the policy's one statement, as they are shown. */
    async shown(): Promise<unknown> {
      const { Policy } = (await asRoot("GetKeyPolicy", { KeyId })).json as { Policy: string };
      const { Statement } = JSON.parse(Policy) as { Statement: [{ Principal: { AWS: unknown } }] };
      return Statement[0].Principal.AWS;
    },
    /** What those who look up were asked from now on. */
    asked(): readonly string[] {
      return known.asked.splice(0).filter((each) => !each.startsWith("pull") && each !== "renew");
    },
  };
}

/** Lets an access key be that of a user of this name and id, without documents. */
async function bearing({ account, known, KeyId }: Awaited<ReturnType<typeof newNamed>>, name: string, uniqueId: string) {
  await known.know(SERIAL, { holder: sentUser(account, name, uniqueId), standing: standing() });
  await stubOf(account).forget(await passportFor(account, { kind: "identity", principal: account, accessKeyId: "" }));
  return async () => outcome(await known.as(SERIAL)("Encrypt", { KeyId, Plaintext: PLAINTEXT }));
}

describe("a new key policy", () => {
  it("names users and roles that exist, by their ARNs and by their unique ids: asked at once, shown by their ARNs", async () => {
    const { account, ada, app, asRoot, policy, put, shown, asked } = await newNamed();
    asked();
    expect(outcome(await put(ada, app))).toBe(200);
    expect(asked()).toEqual([`resolve ${ada} ${app}`]);
    expect(await shown()).toEqual([rootOf(account), ada, app]);
    expect(asked()).toEqual([`resolve ${ADA} ${APP}`]);
    expect(outcome(await put(ADA, APP))).toBe(200);
    expect(await shown()).toEqual([rootOf(account), ada, app]);
    expect(outcome(await asRoot("CreateKey", { Policy: policy(ada) }))).toBe(200);
  });

  it("asks nobody where it names its own account alone", async () => {
    const { account, asRoot, put, shown, asked } = await newNamed();
    asked();
    expect(outcome(await put(rootOf(account)))).toBe(200);
    expect(outcome(await asRoot("CreateKey"))).toBe(200);
    expect(await shown()).toEqual([rootOf(account), rootOf(account)]);
    expect(asked()).toEqual([]);
  });

  it.each<[string, (account: string) => string, isAsked: boolean]>([
    ["a user who is not there", (account) => `arn:aws:iam::${account}:user/nobody`, true],
    ["a user under another path than his", (account) => `arn:aws:iam::${account}:user/path/ada`, true],
    ["a unique id that nobody has", () => GONE, true],
    ["a session of a role that is not there", (account) => `arn:aws:sts::${account}:assumed-role/none/one`, true],
    ["a federated user", (account) => `arn:aws:sts::${account}:federated-user/ada`, false],
    ["a user of another partition", (account) => `arn:aws-cn:iam::${account}:user/ada`, false],
    ["another account's user", () => "arn:aws:iam::999988887777:user/ada", false],
    ["another account's role", () => "arn:aws:iam::999988887777:role/app", false],
    ["another account's session", () => "arn:aws:sts::999988887777:assumed-role/app/one", false],
  ])("is refused that names %s", async (_, nameOf, isAsked) => {
    const { account, KeyId, ada, asRoot, policy, put, shown, asked, grant } = await newNamed();
    const name = nameOf(account);
    asked();
    expect(await put(name)).toMatchObject(INVALID_PRINCIPALS);
    expect(asked().length).toBe(isAsked ? 1 : 0);
    expect(await put(ada, name)).toMatchObject(INVALID_PRINCIPALS);
    expect(await asRoot("CreateKey", { Policy: policy(ada, name) })).toMatchObject(INVALID_PRINCIPALS);
    expect(await shown()).toBe(rootOf(account));
    expect(((await asRoot("ListKeys")).json["Keys"] as unknown[]).length).toBe(1);
    expect(await grant(name)).toMatchObject(refusal("InvalidArnException", `Invalid arn ${name}`));
    expect(await grant(ada, { RetiringPrincipal: name })).toMatchObject(refusal("InvalidArnException", `Invalid arn ${name}`));
    expect((await asRoot("ListGrants", { KeyId })).json["Grants"]).toEqual([]);
  });

  it("names other accounts once they exist, each asked once", async () => {
    const { account, KeyId, known, asRoot, put, asked, grant } = await newNamed();
    const [there, none] = ["999988887777", "888877776666"];
    known.accounts.add(there);
    asked();
    expect(outcome(await put(there, rootOf(there)))).toBe(200);
    expect(asked()).toEqual([`exists ${there}`]);
    expect(await put(there, none)).toMatchObject(INVALID_PRINCIPALS);
    expect(asked().toSorted()).toEqual([`exists ${none}`, `exists ${there}`]);
    expect(outcome(await grant(rootOf(there), { RetiringPrincipal: there }))).toBe(200);
    expect(asked()).toEqual([`exists ${there}`]);
    expect(await grant(none)).toMatchObject(refusal("InvalidArnException", `Invalid arn ${none}`));
    const { Grants } = (await asRoot("ListGrants", { KeyId })).json as { Grants: Members[] };
    expect(Grants).toMatchObject([{ GranteePrincipal: rootOf(there), RetiringPrincipal: there }]);
    expect(outcome(await put(account))).toBe(200);
  });

  it("names as many accounts as find room in it", async () => {
    const { known, put, asked } = await newNamed();
    const names = Array.from({ length: 100 }, (_, at) => String(500_000_000_000 + at));
    for (const name of names) known.accounts.add(name);
    asked();
    expect(outcome(await put(...names))).toBe(200);
    expect(asked().length).toBe(100);
    known.accounts.delete(names[70] ?? "");
    expect(await put(...names)).toMatchObject(INVALID_PRINCIPALS);
  });

  it("finds an account by its own IdentityStore: it exists from its first signed request", async () => {
    const [account, other] = [newAccount(), newAccount()];
    const KeyId = await newKey(account);

    const Policy = policyOf(allow("kms:*", { Principal: { AWS: [account, other] } }));
    expect(await raw("PutKeyPolicy", { KeyId, Policy }, { account })).toMatchObject(INVALID_PRINCIPALS);
    await exist(other);
    expect(outcome(await raw("PutKeyPolicy", { KeyId, Policy }, { account }))).toBe(200);
  });

  it("names a session of a role that is there; its name is shown while the role is", async () => {
    const { account, KeyId, known, put, shown, grant, asRoot } = await newNamed();
    const session = `arn:aws:sts::${account}:assumed-role/app/one`;
    expect(outcome(await put(session))).toBe(200);
    const { GrantId } = (await grant(session)).json;
    const principals = await inStore(account, ({ tables }) => [...tables.keys.principals(KeyId)]);
    expect(principals).toEqual([[session, `${APP}:one`]]);
    const listed = async () => (await asRoot("ListGrants", { KeyId, GrantId })).json["Grants"];
    expect(await shown()).toEqual([rootOf(account), session]);
    expect(await listed()).toMatchObject([{ GranteePrincipal: session }]);
    known.remove(APP);
    expect(await shown()).toEqual([rootOf(account), `${APP}:one`]);
    expect(await listed()).toMatchObject([{ GranteePrincipal: `${APP}:one` }]);
  });
});

describe("a user that a policy names", () => {
  it("keeps what it has under another name, which is shown then; gone, its id is shown, and a namesake has nothing", async () => {
    const named = await newNamed();
    const { account, known, ada, KeyId, asRoot, shown } = named;
    const statement: Written = allow("kms:Encrypt", { Principal: { AWS: ada } });
    const own = allow("kms:*", { Principal: { AWS: account } });
    const Policy = policyOf(statement, own);
    expect(outcome(await asRoot("PutKeyPolicy", { KeyId, Policy }))).toBe(200);
    expect(await (await bearing(named, "ada", ADA))()).toBe(200);
    const renamed = `arn:aws:iam::${account}:user/lovelace`;
    known.name(ADA, renamed);
    expect(await shown()).toBe(renamed);
    expect(await (await bearing(named, "lovelace", ADA))()).toBe(200);
    known.remove(ADA);
    expect(await shown()).toBe(ADA);
    known.name(NAMESAKE, ada);
    expect(await shown()).toBe(ADA);
    expect(await (await bearing(named, "ada", NAMESAKE))()).toBe("AccessDeniedException");
    const { Policy: again } = (await asRoot("GetKeyPolicy", { KeyId })).json;
    expect(await asRoot("PutKeyPolicy", { KeyId, Policy: again })).toMatchObject(INVALID_PRINCIPALS);
    expect(outcome(await asRoot("PutKeyPolicy", { KeyId, Policy }))).toBe(200); // whoever bears the name now
    expect(await (await bearing(named, "ada", NAMESAKE))()).toBe(200);
  });
});

describe("a grant", () => {
  it("is to users and roles that exist; lists show their ARNs, or the ids of those who are gone", async () => {
    const { known, KeyId, ada, app, asRoot, grant, asked } = await newNamed();
    expect(outcome(await grant(ada, { RetiringPrincipal: app }))).toBe(200);
    expect(outcome(await grant(APP))).toBe(200);
    asked();
    const lists = async (filter: Members = {}) => {
      const { json } = await asRoot("ListGrants", { KeyId, ...filter });
      return (json["Grants"] as Members[]).map(({ GranteePrincipal, RetiringPrincipal }) => [
        GranteePrincipal,
        RetiringPrincipal,
      ]);
    };
    const retirable = async (RetiringPrincipal: string) => {
      const { json } = await asRoot("ListRetirableGrants", { RetiringPrincipal });
      return (json["Grants"] as Members[]).map((each) => [each["GranteePrincipal"], each["RetiringPrincipal"]]);
    };
    expect((await lists()).toSorted()).toEqual([
      [app, undefined],
      [ada, app],
    ]);
    expect(asked().length).toBe(1);
    expect(await lists({ GranteePrincipal: ada })).toEqual([[ada, app]]);
    expect(await lists({ GranteePrincipal: ADA })).toEqual([[ada, app]]);
    expect(await retirable(app)).toEqual([[ada, app]]);
    known.remove(ADA);
    known.remove(APP);
    known.name(NAMESAKE, ada);
    expect(await lists({ GranteePrincipal: ADA })).toEqual([[ADA, APP]]);
    expect(await lists({ GranteePrincipal: ada })).toEqual([]);
    expect(await retirable(APP)).toEqual([[ADA, APP]]);
    expect(await retirable(app)).toEqual([]);
  });

  it("gives to whom it is made out, and to no namesake", async () => {
    const named = await newNamed();
    expect(outcome(await named.grant(named.ada))).toBe(200);
    expect(await (await bearing(named, "ada", ADA))()).toBe(200);
    expect(await (await bearing(named, "ada", NAMESAKE))()).toBe("AccessDeniedException");
  });
});

describe("an IdentityStore that is not in reach", () => {
  it("keeps whoever names or shows somebody waiting, and then changes nothing: DependencyTimeoutException, recorded", async () => {
    const { account, known, KeyId, ada, asRoot, put, grant, shown } = await newNamed();
    expect(outcome(await put(ada))).toBe(200);
    await logOf(account);
    known.over.reply = () => Promise.reject(new Error("the network is gone"));
    const calls = [
      await asRoot("PutKeyPolicy", { KeyId, Policy: policyOf(allow("kms:*", { Principal: { AWS: [account, APP] } })) }),
      await asRoot("CreateKey", { Policy: policyOf(allow("kms:*", { Principal: { AWS: [account, "999988887777"] } })) }),
      await grant(ada),
      await asRoot("GetKeyPolicy", { KeyId }),
    ];
    for (const answer of calls) {
      expect(answer).toMatchObject({ status: 503, json: { __type: "DependencyTimeoutException" } });
      expect(await eventOf(account, answer.requestId)).toMatchObject({ errorCode: "DependencyTimeoutException" });
    }
    expect(outcome(await asRoot("ListKeys"))).toBe(200); // the view is held
    delete known.over.reply;
    expect(await shown()).toEqual([rootOf(account), ada]);
  });

  it("is waited for less than five seconds", async () => {
    const { account, known, ada, put } = await newNamed();
    await logOf(account);
    known.over.reply = () => new Promise(() => {});
    const begin = Date.now();
    expect(outcome(await put(ada))).toBe("DependencyTimeoutException");
    expect(Date.now() - begin).toBeLessThan(5000);
  });
});
