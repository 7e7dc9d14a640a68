// Whom a role trusts: who can be named, by what he is remembered, and how he is shown when he has another name, or is gone.

import {
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetRoleCommand,
  type IAMClient,
  ListRolesCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateUserCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, it } from "vitest";
import { newAccount } from "../support/client.ts";
import { newGate } from "../support/gates.ts";
import { iamOfNewAccount } from "../support/iam-client.ts";
import { limitExceeded, MALFORMED, noSuchEntity, refusedAs } from "../support/iam-refusals.ts";
import { inIdentities } from "../support/identity-store.ts";
import { override } from "../support/override.ts";

const trusting = (Principal: unknown, more: object = {}): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...more }],
  });

const create = (iam: IAMClient, AssumeRolePolicyDocument: string, RoleName = "role", Path = "/") =>
  iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument }));
const update = (iam: IAMClient, PolicyDocument: string, RoleName = "role") =>
  iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
const makeUser = async (iam: IAMClient, UserName: string, Path = "/"): Promise<string> =>
  (await iam.send(new CreateUserCommand({ UserName, Path }))).User?.UserId ?? "";

/** The trust policy of the role as it is shown. */
const shown = async (iam: IAMClient): Promise<string> =>
  decodeURIComponent((await iam.send(new GetRoleCommand({ RoleName: "role" }))).Role?.AssumeRolePolicyDocument ?? "");
const shownPrincipals = async (iam: IAMClient): Promise<unknown> => JSON.parse(await shown(iam)).Statement[0].Principal;
const idsOf = (account: string): Promise<unknown> =>
  inIdentities(account, ({ reads }) =>
    Object.fromEntries(reads.entities.trust(reads.entities.find("role", "role")?.id ?? "")?.ids ?? []),
  );

const invalid = (text: string) => ({ ...MALFORMED, message: `Invalid principal in policy: "AWS":"${text}"` });

describe("a trust policy", () => {
  it("is shown as it was given, and replaced whole", async () => {
    const { iam } = await iamOfNewAccount();
    const document = ` ${trusting({ Service: "ec2.amazonaws.com" })}\n\t`;
    expect(decodeURIComponent((await create(iam, document)).Role?.AssumeRolePolicyDocument ?? "")).toBe(document);
    expect(await shown(iam)).toBe(document);
    const other = trusting("*", { Condition: { StringEquals: { "aws:PrincipalAccount": "111122223333" } } });
    await update(iam, other, "ROLE");
    expect(await shown(iam)).toBe(other);
    const [listed] = (await iam.send(new ListRolesCommand())).Roles ?? [];
    expect(decodeURIComponent(listed?.AssumeRolePolicyDocument ?? "")).toBe(other);
  });

  it("must be one that the engine reads", async () => {
    const { iam } = await iamOfNewAccount();
    const good = trusting({ Service: "ec2.amazonaws.com" });
    await create(iam, good);
    for (const [document, message] of [
      ["{", undefined],
      [trusting({ AWS: "*" }, { Resource: "*" }), "Has prohibited field Resource."],
      [trusting(undefined), undefined],
      [trusting(undefined, { NotPrincipal: { AWS: "*" }, Effect: "Deny" }), undefined],
      [trusting({ Service: "*" }), undefined],
      [trusting({ AWS: "*" }, { Other: "x" }), "Syntax errors in policy."],
    ] as const) {
      const expected = { ...MALFORMED, ...(message === undefined ? {} : { message }) };
      await refusedAs(create(iam, document, "other"), expected);
      await refusedAs(update(iam, document), expected);
    }
    expect(await shown(iam)).toBe(good);
    expect((await iam.send(new ListRolesCommand())).Roles).toHaveLength(1);
  });

  it("has at most 2,048 characters, white space apart", async () => {
    const { iam } = await iamOfNewAccount();
    const of = (characters: number): string => {
      const bare = trusting({ Service: "ec2.amazonaws.com" }, { Sid: "" });
      return ` \n\t${bare.replace('"Sid":""', `"Sid":"${"x".repeat(characters - bare.length)}"`)} `;
    };
    const tooLong = limitExceeded("Cannot exceed quota for ACLSizePerRole: 2048");
    await refusedAs(create(iam, of(2049)), tooLong);
    await create(iam, of(2048));
    await refusedAs(update(iam, of(2049)), tooLong);
  });
});

describe("whom a role trusts", () => {
  it("is a user, a role, a session or an account, remembered by the unique id", async () => {
    const { iam, account } = await iamOfNewAccount();
    const ada = await makeUser(iam, "Ada", "/team/");
    const bo = await makeUser(iam, "bo");
    const other = (await create(iam, trusting({ Service: "ec2.amazonaws.com" }), "Other", "/p/")).Role?.RoleId;
    const [arn, sts] = [`arn:aws:iam::${account}`, `arn:aws:sts::${account}`];
    const AWS = [`${arn}:user/team/Ada`, bo, `${arn}:role/p/Other`, `${sts}:assumed-role/Other/job-1`, `${arn}:root`, account];
    await create(iam, trusting({ AWS, Federated: "accounts.google.com" }));
    expect(await idsOf(account)).toEqual({
      ...{ [`${arn}:user/team/Ada`]: ada, [bo]: bo, [`${arn}:role/p/Other`]: other },
      [`${sts}:assumed-role/Other/job-1`]: `${other}:job-1`,
    });
    expect(await shownPrincipals(iam)).toEqual({
      AWS: [AWS[0], `${arn}:user/bo`, AWS[2], AWS[3], `${arn}:root`, `${arn}:root`],
      Federated: "accounts.google.com",
    });
  });

  it("is refused where there is no such identity", async () => {
    const { iam, account } = await iamOfNewAccount();
    const stranger = await iamOfNewAccount();
    await makeUser(stranger.iam, "ada");
    await makeUser(iam, "Ada", "/team/");
    const good = trusting({ Service: "ec2.amazonaws.com" });
    await create(iam, good);
    for (const text of [
      `arn:aws:iam::${account}:user/nobody`,
      `arn:aws:iam::${account}:user/Ada`,
      `arn:aws:iam::${account}:user/team/ada`,
      `arn:aws:iam::${account}:role/team/Ada`,
      `arn:aws:iam::${stranger.account}:user/ada`,
      `arn:aws:sts::${account}:assumed-role/nobody/job`,
      `arn:aws:sts::${account}:assumed-role/ROLE/job`,
      `arn:aws:sts::${stranger.account}:assumed-role/role/job`,
      `arn:aws:sts::${account}:federated-user/ada`,
      "AIDAABCDEFGHIJKLMNOPQ",
    ]) {
      await refusedAs(create(iam, trusting({ AWS: ["*", text] }), "other"), invalid(text));
      await refusedAs(update(iam, trusting({ AWS: text })), invalid(text));
    }
    for (const text of [`arn:aws:iam::${account}:group/g`, `arn:aws:iam::${account}:user/*`, "ada"])
      await refusedAs(update(iam, trusting({ AWS: text })), MALFORMED);
    expect(await shown(iam)).toBe(good);
    await refusedAs(
      iam.send(new GetRoleCommand({ RoleName: "other" })),
      noSuchEntity("The role with name other cannot be found."),
    );
  });

  it("is shown by the ARN that he has now, and by his id when he is gone; a namesake is somebody else", async () => {
    const { iam, account } = await iamOfNewAccount();
    const id = await makeUser(iam, "ada");
    const arn = `arn:aws:iam::${account}:user`;
    await create(iam, trusting({ AWS: `${arn}/ada` }));
    await iam.send(new UpdateUserCommand({ UserName: "ada", NewUserName: "Augusta", NewPath: "/x/" }));
    await makeUser(iam, "ada");
    expect(await shownPrincipals(iam)).toEqual({ AWS: `${arn}/x/Augusta` });
    await iam.send(new DeleteUserCommand({ UserName: "Augusta" }));
    await makeUser(iam, "Augusta", "/x/");
    expect(await shownPrincipals(iam)).toEqual({ AWS: id });
    expect(await idsOf(account)).toEqual({ [`${arn}/ada`]: id });
    await refusedAs(update(iam, await shown(iam)), invalid(id)); // what is gone can be named no more
  });

  it("is another account once that has signed a request, and by its number too", async () => {
    const { iam } = await iamOfNewAccount();
    const other = newAccount();
    const root = `arn:aws:iam::${other}:root`;
    for (const AWS of [root, other]) await refusedAs(create(iam, trusting({ AWS })), invalid(root));
    await inIdentities(other, (world) => {
      expect(world.hasSchema()).toBe(false); // being asked has made nothing there
      world.ensureSchema();
    });
    await create(iam, trusting({ AWS: other }));
    expect(await shownPrincipals(iam)).toEqual({ AWS: root });
    await refusedAs(update(iam, trusting({ AWS: [root, "999999999999"] })), invalid("arn:aws:iam::999999999999:root"));
  });

  it("is not known where another account's store is not reached, or does not tell, or not in time", async () => {
    const { iam, account } = await iamOfNewAccount();
    const document = trusting({ AWS: newAccount() });
    const unavailable = { name: "ServiceUnavailable", status: 503 };
    const lines: unknown[] = [];
    const answers = [
      () => Promise.reject(new Error("not reached")),
      () => Promise.resolve(undefined),
      () => new Promise<never>(() => {}),
    ];
    for (const exists of answers) {
      await inIdentities(account, (world) => {
        world.log = (line) => lines.push(line);
        world.identities = { exists };
        override(world, "after", (after) => (ms, then) => after(ms === 4500 ? 1 : ms, then));
      });
      await refusedAs(create(iam, document), unavailable);
    }
    expect(lines).toMatchObject([{ event: "object not reached", message: "not reached" }]);
    expect((await iam.send(new ListRolesCommand())).Roles).toEqual([]);
  });
});

describe("a trust policy under way", () => {
  /** Begins a call that names a user and another account, and holds it where the account is asked for. */
  async function held(call: (iam: IAMClient, document: string) => Promise<unknown>) {
    const { iam, account } = await iamOfNewAccount();
    await makeUser(iam, "ada");
    await create(iam, trusting({ Service: "ec2.amazonaws.com" }));
    const gate = newGate();
    await inIdentities(account, (world) => {
      world.identities = { exists: () => gate.pass().then(() => true) };
    });
    const text = `arn:aws:iam::${account}:user/ada`;
    const done = call(iam, trusting({ AWS: [text, newAccount()] }));
    await gate.reached;
    await iam.send(new DeleteUserCommand({ UserName: "ada" }));
    return { iam, account, gate, text, done };
  }

  const calls = {
    CreateRole: (iam: IAMClient, document: string) => create(iam, document, "other"),
    UpdateAssumeRolePolicy: (iam: IAMClient, document: string) => update(iam, document),
  };

  it.each(Object.entries(calls))("%s: is refused where whom it names is gone when it is put", async (_, call) => {
    const { iam, gate, text, done } = await held(call);
    const refused = refusedAs(done, invalid(text));
    gate.open();
    await refused;
    expect(await shownPrincipals(iam)).toEqual({ Service: "ec2.amazonaws.com" });
    expect((await iam.send(new ListRolesCommand())).Roles).toHaveLength(1);
  });

  it("means whoever has the name when it is put", async () => {
    const { iam, account, gate, text, done } = await held(calls.UpdateAssumeRolePolicy);
    const second = await makeUser(iam, "ada");
    gate.open();
    await done;
    expect(await idsOf(account)).toEqual({ [text]: second });
  });
});

describe("what regional key stores ask", () => {
  it("is answered of users and roles that are there, by the text that was asked for", async () => {
    const { iam, account } = await iamOfNewAccount();
    const ada = await makeUser(iam, "Ada", "/team/");
    const role = (await create(iam, trusting({ Service: "ec2.amazonaws.com" }), "Job", "/p/")).Role?.RoleId;
    const arn = `arn:aws:iam::${account}`;
    const names = [
      `${arn}:user/team/Ada`,
      ada,
      `${arn}:role/Job`,
      `${arn}:user/team/ada`,
      `${arn}:root`,
      "__proto__",
      "toString",
      "AIDANOBODY",
    ];
    const found = await inIdentities(account, ({ trusted }) => trusted.identified(names));
    const [user, job] = [
      { uniqueId: ada, arn: `${arn}:user/team/Ada` },
      { uniqueId: role, arn: `${arn}:role/p/Job` },
    ];
    expect(found).toEqual({ [`${arn}:user/team/Ada`]: user, [ada]: user, [`${arn}:role/Job`]: job });
  });
});
