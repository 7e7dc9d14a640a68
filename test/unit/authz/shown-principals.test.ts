// How stored policies and grants show whom they name: by the ARN that he has now, or by his unique id where he has none.

import { describe, expect, it } from "vitest";
import { shownPolicy } from "../../../src/authz/key-policy.ts";
import { holdersOf, shownPrincipal } from "../../../src/authz/shown-principals.ts";

const ACCOUNT = "111122223333";
const [ADA, BOB, APP] = ["AIDAADAADAADAADAADAAD", "AIDABOBBOBBOBBOBBOBBO", "AROAAPPAPPAPPAPPAPPAP"];
const [ada, bob, app, session] = [
  `arn:aws:iam::${ACCOUNT}:user/ada`,
  `arn:aws:iam::${ACCOUNT}:user/bob`,
  `arn:aws:iam::${ACCOUNT}:role/app`,
  `arn:aws:sts::${ACCOUNT}:assumed-role/app/one`,
];
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const ARNS = new Map([
  [ADA, "arn:aws:iam::111122223333:user/lovelace"],
  [APP, app],
]);

describe("a principal", () => {
  it.each([
    ["a user by the name that he has now", ada, ADA, "arn:aws:iam::111122223333:user/lovelace"],
    ["a user who was written by his id", ADA, ADA, "arn:aws:iam::111122223333:user/lovelace"],
    ["a user who is gone by his id", bob, BOB, BOB],
    ["a role", app, APP, app],
    ["a session of a role that is there", session, `${APP}:one`, session],
    ["a session of a role that is gone", session, "AROAGONEGONEGONEGONEG:one", "AROAGONEGONEGONEGONEG:one"],
    ["an account as it was written", ROOT, ACCOUNT, ROOT],
    ["an account by its number", ACCOUNT, ACCOUNT, ACCOUNT],
  ])("is shown: %s", (_, text, id, shown) => {
    expect(shownPrincipal(text, id, ARNS)).toBe(shown);
  });

  it("is asked for once, a session by its role, an account never", () => {
    expect(holdersOf([ADA, `${APP}:one`, APP, ADA, ACCOUNT, `${APP}:two`])).toEqual([ADA, APP]);
  });
});

describe("a policy", () => {
  const statement = (Principal: unknown) => ({ Effect: "Allow", Principal, Action: "kms:*", Resource: "*" });
  const shownOf = (principal: unknown, ids: ReadonlyMap<string, string>): unknown => {
    const text = JSON.stringify({ Version: "2012-10-17", Statement: [statement(principal), statement("*")] });
    const { Statement } = JSON.parse(shownPolicy(text, ids, ARNS)) as { Statement: { Principal: unknown }[] };
    expect(Statement[1]?.Principal).toBe("*");
    return Statement[0]?.Principal;
  };
  const ids = new Map([
    [ada, ADA],
    [bob, BOB],
    [session, `${APP}:one`],
  ]);

  it("shows users, roles and sessions among the AWS principals, and all else as it stands", () => {
    const AWS = [ada, ACCOUNT, bob, session, "*"];
    expect(shownOf({ AWS, Service: [ada, "s3.amazonaws.com"] }, ids)).toEqual({
      ...{ AWS: [ARNS.get(ADA), ROOT, BOB, session, "*"], Service: [ada, "s3.amazonaws.com"] },
    });
    expect(shownOf({ AWS: ada }, ids)).toEqual({ AWS: ARNS.get(ADA) });
  });

  it("shows a name as it was written that was never looked up", () => {
    expect(shownOf({ AWS: [ada, bob] }, new Map())).toEqual({ AWS: [ada, bob] });
  });

  it("says the same of NotPrincipal, and of nothing else that has its text", () => {
    const denied = { Effect: "Deny", NotPrincipal: { AWS: bob }, Action: "kms:*", Resource: "*", Sid: bob };
    const Condition = { ArnEquals: { "aws:PrincipalArn": bob } };
    const text = JSON.stringify({ Statement: [{ ...denied, Condition }] });
    const { Statement } = JSON.parse(shownPolicy(text, ids, ARNS)) as { Statement: unknown[] };
    expect(Statement[0]).toEqual({ ...denied, NotPrincipal: { AWS: BOB }, Condition });
  });

  it("that is no document any longer is shown as it stands", () => {
    expect(shownPolicy("{", ids, ARNS)).toBe("{");
  });
});
