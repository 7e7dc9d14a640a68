// The variable GUARDRAILS: what it may say, whom it binds. What it may not say throws when a store begins, as it does of QUOTAS.

import { describe, expect, it } from "vitest";
import { parseGuardrails } from "../../src/authz/guardrails.ts";
import { viewsOf } from "../../src/kms/wiring.ts";
import { newAccount, raw } from "../support/client.ts";
import { allow, deny, type Written } from "../support/identities.ts";
import { newKey } from "../support/new-key.ts";
import { inStore } from "../support/store.ts";

const policy = (...Statement: Written[]) => ({ Version: "2012-10-17", Statement });
const [OPEN, NO_DELETION] = [policy(allow("*")), policy(deny("kms:ScheduleKeyDeletion"))];

/** A store as it stands under a GUARDRAILS. */
async function under(levelsOf: (account: string) => unknown) {
  const account = newAccount();
  const KeyId = await newKey(account);
  await inStore(account, (world) => {
    world.views = viewsOf(world, parseGuardrails(JSON.stringify(levelsOf(account)))(account));
  });
  const told = async (operation: string) => {
    const { status, json } = await raw(operation, { KeyId }, { account });
    return status === 200 ? "ok" : json;
  };
  const text = (action: string) => ({
    __type: "AccessDeniedException",
    Message: `User: arn:aws:iam::${account}:root is not authorized to perform: kms:${action} on resource: arn:aws:kms:us-east-1:${account}:key/${KeyId} with an explicit deny in a service control policy`,
  });
  return { told, text };
}

describe("GUARDRAILS binds the root", () => {
  it.each<[string, (account: string) => unknown]>([
    ["of the account that it names", (account) => ({ [account]: [[OPEN, NO_DELETION]] })],
    ["of every account under `*`", () => ({ "*": [[OPEN, NO_DELETION]] })],
    ["by a second level", (account) => ({ [account]: [[OPEN], [OPEN, NO_DELETION]] })],
    ["by what `*` says, beside what is said of the account", (account) => ({ "*": [[OPEN, NO_DELETION]], [account]: [[OPEN]] })],
    ["by what is said of the account, beside `*`", (account) => ({ "*": [[OPEN]], [account]: [[OPEN, NO_DELETION]] })],
    ["by a level that does not allow", (account) => ({ [account]: [[OPEN], [policy(allow("kms:DescribeKey"))]] })],
    [
      "by the account's level, whatever `*` allows",
      (account) => ({ "*": [[OPEN]], [account]: [[policy(allow("kms:DescribeKey"))]] }),
    ],
  ])("%s", async (_, levelsOf) => {
    const { told, text } = await under(levelsOf);
    expect(await told("ScheduleKeyDeletion")).toEqual(text("ScheduleKeyDeletion"));
    expect(await told("DescribeKey")).toBe("ok");
  });

  it.each<[string, (account: string) => unknown]>([
    ["of another account", () => ({ "999988887777": [[NO_DELETION]] })],
    ["that are none", () => ({})],
    ["that allow it in one of a level's documents", (account) => ({ [account]: [[policy(allow("kms:DescribeKey")), OPEN]] })],
    ["without a level", (account) => ({ [account]: [] })],
  ])("not by guardrails %s", async (_, levelsOf) => {
    const { told } = await under(levelsOf);
    expect(await told("ScheduleKeyDeletion")).toBe("ok");
  });
});

describe("GUARDRAILS", () => {
  it.each([undefined, "", "{}"])("%j guards nobody", (text) => expect(parseGuardrails(text)("111122223333")).toEqual([]));

  it("has the levels of `*` first", () => {
    const levels = parseGuardrails(JSON.stringify({ "111122223333": [[NO_DELETION]], "*": [[OPEN]] }));
    const effects = (account: string) => levels(account).map((level) => level.map(({ statements }) => statements[0]?.effect));
    expect([effects("111122223333"), effects("444455556666")]).toEqual([[["Allow"], ["Deny"]], [["Allow"]]]);
  });

  const statement = { Effect: "Allow", Action: "*", Resource: "*" };
  it.each([
    "{",
    "[]",
    "null",
    "5",
    '"{}"',
    '{"11112222333":[]}',
    '{"constructor":[]}',
    '{"*":{}}',
    '{"*":null}',
    '{"*":[{}]}',
    '{"*":[[]]}',
    '{"*":[[5]]}',
    '{"*":[[{}]]}',
    JSON.stringify({ "*": [[policy({ ...statement, Effect: "allow" })]] }),
    JSON.stringify({ "*": [[policy({ ...statement, Principal: "*" })]] }),
    JSON.stringify({ "111122223333": [[OPEN]], "444455556666": [[policy({ ...statement, Action: 5 })]] }),
  ])("%s is refused", (text) => {
    const message = "GUARDRAILS is no JSON object of accounts, each with a list of lists of policies";
    expect(() => parseGuardrails(text)).toThrow(new TypeError(message));
  });
});
