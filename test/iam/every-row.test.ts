// Every row of the tables of IAM and STS, by the real SDK: as root, as a user who has exactly the right that it takes, as one who has none, and as
// one whom a Deny forbids it; what changed, and what its record keeps.

import { beforeAll, describe, expect, it } from "vitest";
import type { Operation } from "../../src/iam/operation.ts";
import { IAM_OPERATIONS, STS_OPERATIONS } from "../../src/iam/table.ts";
import { memberPath } from "../../src/wire/shape.ts";
import { newAccount } from "../support/client.ts";
import { type Credentials, iamAs, newUser, rawForm, rootOf } from "../support/iam-client.ts";
import { everythingOfIdentities, identitiesOf } from "../support/identity-rows.ts";
import { inIdentities } from "../support/identity-store.ts";
import { type EventRecord, eventsOfIdentities } from "../support/records.ts";
import { ADMINISTRATOR, type Input, type Laid, type RowTrial } from "./row-trial.ts";
import { done, isOfSts, layOut, ROW_TRIALS, type Told, told } from "./row-trials.ts";

const TABLE: Readonly<Record<string, Operation>> = { ...IAM_OPERATIONS, ...STS_OPERATIONS };
const trialOf = (name: string): RowTrial => ROW_TRIALS.get(name) ?? expect.unreachable(`${name} has no trial`);

const account = newAccount();
const secrets: string[] = [];
const lines: unknown[] = [];
let root: Credentials;
let bare: Credentials;
let bearer: Credentials;
let forbidden: Credentials;
let laid: Laid;

beforeAll(async () => {
  root = await rootOf(account);
  const iam = iamAs(root);
  laid = await layOut(root, account);
  [bare, bearer, forbidden] = [await newUser(iam, "bare"), await newUser(iam, "bearer"), await newUser(iam, "forbidden")];
  await done(root, ["AttachUserPolicy", { UserName: "forbidden", PolicyArn: ADMINISTRATOR }]);
  await inIdentities(account, (world) => {
    world.log = (line) => lines.push(line);
  });
  for (const { secretAccessKey } of [root, bare, bearer, forbidden]) secrets.push(secretAccessKey);
});

const actionOf = (name: string): string => `${isOfSts(name) ? "sts" : "iam"}:${name}`;
const arnOf = (on: string): string => (on === "*" ? "*" : `arn:aws:iam::${account}:${on}`);

/** Gives a user one document, of one statement. */
const give = (UserName: string, Effect: "Allow" | "Deny", Action: string, ...Resource: readonly string[]) => {
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: { Effect, Action, Resource } });
  return done(root, ["PutUserPolicy", { UserName, PolicyName: "right", PolicyDocument }]);
};

const denied = (user: string, name: string, on: string, why: string) => ({
  ...{ code: "AccessDenied", status: 403, requestId: expect.any(String) },
  message: `User: arn:aws:iam::${account}:user/${user} is not authorized to perform: ${actionOf(name)} on resource: ${arnOf(on)} ${why}`,
});
const unallowed = (user: string, name: string, on: string) =>
  denied(user, name, on, `because no identity-based policy allows the ${actionOf(name)} action`);

const eventOf = async ({ requestId }: Told): Promise<EventRecord> =>
  (await eventsOfIdentities(account)).find(({ requestID }) => requestID === requestId) ?? expect.unreachable("no record");

const written = (names: readonly string[]): string[] => names.map(memberPath);

/** Holds the record of an admitted call against its row. */
function holdRecord(record: EventRecord, name: string, input: Input): void {
  const { kept, effect } = TABLE[name] ?? expect.unreachable();
  const { requestParameters, responseElements } = record as {
    requestParameters?: Readonly<Record<string, unknown>> | null;
    responseElements?: Readonly<Record<string, unknown>> | null;
  };
  const asked = Object.keys(requestParameters ?? {});
  expect(written(kept.request)).toEqual(expect.arrayContaining(asked));
  expect(asked).toEqual(expect.arrayContaining(written(Object.keys(input))));
  expect(Object.keys(responseElements ?? {})).toEqual(written(kept.answer));
  expect(record).toMatchObject({
    ...{ eventName: name, eventSource: `${isOfSts(name) ? "sts" : "iam"}.amazonaws.com`, readOnly: effect === "read" },
    ...{ awsRegion: "us-east-1", recipientAccountId: account },
    userIdentity: { type: "IAMUser", userName: "bearer", accessKeyId: bearer.accessKeyId },
  });
}

it("every row has a trial, and every trial a row", () => {
  expect([...ROW_TRIALS.keys()].toSorted()).toEqual(Object.keys(TABLE).toSorted());
});

describe("a user", () => {
  it.each(Object.keys(TABLE))("may %s by its right alone", async (name) => {
    const { on, also, input, first, refused, isAlwaysAllowed } = trialOf(name);
    const asked = input(laid);
    for (const step of first(laid)) await done(root, step);
    await give("bearer", "Allow", actionOf(name), on === "*" ? `arn:aws:iam::${account}:user/bearer` : `${arnOf(on)}x`);
    await give("forbidden", "Deny", actionOf(name), arnOf(on));
    const before = await identitiesOf(account);
    const refusals = [await told(bare, name, asked), await told(bearer, name, asked), await told(forbidden, name, asked)];
    expect(await identitiesOf(account)).toBe(before);
    const expected = [
      ...[unallowed("bare", name, on), unallowed("bearer", name, on)],
      denied("forbidden", name, on, "with an explicit deny in an identity-based policy"),
    ];
    if (isAlwaysAllowed) expect(refusals.map(({ code }) => code)).toEqual([undefined, undefined, undefined]);
    else expect(refusals).toEqual(expected);

    await give("bearer", "Allow", actionOf(name), arnOf(on));
    if (also !== undefined) {
      expect(await told(bearer, name, asked)).toEqual(unallowed("bearer", name, also));
      await give("bearer", "Allow", actionOf(name), arnOf(on), arnOf(also));
    }
    const given = await identitiesOf(account);
    const admitted = await told(bearer, name, asked);
    expect(admitted.code).toBe(refused);
    const { effect } = TABLE[name] ?? expect.unreachable();
    const isChange = effect !== "read" && refused === undefined;
    expect((await identitiesOf(account)) !== given).toBe(isChange);
    holdRecord(await eventOf(admitted), name, asked);
  });

  const ofCaller = Object.keys(TABLE).filter((name) => {
    const { UserName } = TABLE[name]?.input.constraints.members ?? {};
    return UserName !== undefined && "optional" in UserName;
  });

  it.each(ofCaller)("that calls %s without a name does it to himself", async (name) => {
    const { UserName: _, ...asked } = trialOf(name).input(laid);
    await give("bearer", "Allow", actionOf(name), `arn:aws:iam::${account}:user/bare`);
    expect(await told(bearer, name, asked)).toEqual(unallowed("bearer", name, "user/bearer"));
    await give("bearer", "Allow", actionOf(name), `arn:aws:iam::${account}:user/bearer`);
    const isOfKey = "AccessKeyId" in asked; // which is another's
    const isOfLogin = name.endsWith("LoginProfile");
    expect((await told(bearer, name, asked)).code).toBe(isOfKey || isOfLogin ? "NoSuchEntity" : undefined);
  });
});

describe("root, in an account that has nothing", () => {
  const empty = newAccount();
  /** What is asked of all, and what is made. */
  const isDone = (name: string): boolean =>
    name === "GetAccessKeyInfo" ||
    /^Create(?:Group|Policy|Role|User)$/.test(name) ||
    (trialOf(name).on === "*" && name !== "GetAccessKeyLastUsed");

  it.each(Object.keys(TABLE))("is told by %s what there is", async (name) => {
    const asked = trialOf(name).input({ ...laid, account: empty, rules: laid.rules.replace(account, empty) });
    expect((await told(await rootOf(empty), name, asked)).code).toBe(isDone(name) ? undefined : "NoSuchEntity");
  });

  it("finds in no record what no row names", async () => {
    const owner = await rootOf(empty);
    const Canary = "a-canary-that-no-row-names";
    for (const name of Object.keys(TABLE)) {
      const service = isOfSts(name) ? "sts" : "iam";
      expect((await rawForm(owner, name, { Canary, "Tags.member.1.Canary": Canary }, { service })).status).toBeLessThan(500);
    }
    const events = await eventsOfIdentities(empty);
    const names = new Set(events.map(({ eventName }) => eventName));
    expect(Object.keys(TABLE).filter((name) => !names.has(name))).toEqual([]);
    expect(JSON.stringify(events) + (await everythingOfIdentities(empty))).not.toContain(Canary);
  });
});

it("a secret access key stands in the one answer that gives it: in no table, record or line of the log", async () => {
  const { status, text } = await rawForm(root, "CreateAccessKey", { UserName: "cy" });
  const [, secret = ""] = /<SecretAccessKey>([^<]+)<\/SecretAccessKey>/.exec(text) ?? [];
  expect([status, secret.length]).toEqual([200, 40]);
  secrets.push(secret);
  const kept = [
    await everythingOfIdentities(account),
    JSON.stringify(await eventsOfIdentities(account)),
    JSON.stringify(lines),
  ].join("\n");
  expect(kept).toContain("CreateAccessKey");
  const writings = secrets.flatMap((each) => [each, encodeURIComponent(each), btoa(each).replace(/=+$/, "")]);
  expect(writings.filter((each) => kept.includes(each))).toEqual([]);
});
