// Whom a statement may name, and how what it names meets a caller.

import { describe, expect, it } from "vitest";
import { isSpared, isUniqueId, meeting, type Principal, principalsOf, roleIdOf } from "../../../src/authz/principals.ts";
import { ApiError } from "../../../src/wire/api-error.ts";

const ACCOUNT = "111122223333";
const ROOT_ARN = "arn:aws:iam::111122223333:root";
const ALICE_ARN = "arn:aws:iam::111122223333:user/team/alice";
const ROLE_ARN = "arn:aws:iam::111122223333:role/svc/app";
const SESSION_ARN = "arn:aws:sts::111122223333:assumed-role/app/one";
const OTHER_SESSION_ARN = "arn:aws:sts::111122223333:assumed-role/app/two";

const ROOT: Principal = { type: "Root", arn: ROOT_ARN, account: ACCOUNT, uniqueId: ACCOUNT };
const ALICE: Principal = { type: "User", arn: ALICE_ARN, account: ACCOUNT, uniqueId: "AIDAALICEALICEALICE1" };
const SESSION: Principal = { type: "AssumedRole", arn: SESSION_ARN, account: ACCOUNT, uniqueId: "AROAAPPAPPAPPAPPAPP1:one" };
const IDS = new Map([
  [ALICE_ARN, "AIDAALICEALICEALICE1"],
  [ROLE_ARN, "AROAAPPAPPAPPAPPAPP1"],
  [SESSION_ARN, "AROAAPPAPPAPPAPPAPP1:one"],
  [OTHER_SESSION_ARN, "AROAAPPAPPAPPAPPAPP1:two"],
]);

const named = (...names: readonly string[]) => principalsOf({ AWS: names });
const met = (name: string, caller: Principal, ids = IDS) => named(name).map((each) => meeting(each, caller, ids))[0];

describe("a principal may be", () => {
  it.each([
    ["*", "wildcard"],
    [ACCOUNT, "account"],
    [ROOT_ARN, "account"],
    ["arn:aws-cn:iam::111122223333:root", "account"],
    ["arn:aws-us-gov:iam::111122223333:user/alice", "identity"],
    ["arn:aws:iam::111122223333:user/alice", "identity"],
    [ALICE_ARN, "identity"],
    [ROLE_ARN, "identity"],
    ["arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/Name", "identity"],
    ["arn:aws:iam::111122223333:user/a+=,.@_-b", "identity"],
    [SESSION_ARN, "identity"],
    ["arn:aws:sts::111122223333:federated-user/bob", "identity"],
    ["AIDAALICEALICEALICE1", "identity"],
    ["AROAAPPAPPAPPAPPAPP1", "identity"],
  ])("%s", (name, kind) => {
    expect(principalsOf({ AWS: name }).map((each) => each.kind)).toEqual([kind]);
    expect(principalsOf({ AWS: [name, name] })).toHaveLength(2);
  });

  it("everyone, in short", () => {
    expect(principalsOf("*")).toEqual(principalsOf({ AWS: "*" }));
  });

  it.each(["s3.amazonaws.com", "kms.us-east-1.amazonaws.com", "ec2.amazonaws.com.cn"])("the service %s", (name) => {
    expect(principalsOf({ Service: name })).toEqual([{ kind: "service" }]);
  });

  it.each([
    "accounts.google.com",
    "arn:aws:iam::111122223333:oidc-provider/token.example.com/a",
    "arn:aws:iam::111122223333:saml-provider/x",
  ])("the identity provider %s", (name) => {
    expect(principalsOf({ Federated: name })).toEqual([{ kind: "provider", text: name }]);
  });

  it("several of several kinds", () => {
    const kinds = principalsOf({ AWS: [ACCOUNT, ALICE_ARN], Service: "s3.amazonaws.com" }).map((each) => each.kind);
    expect(kinds).toEqual(["account", "identity", "service"]);
  });
});

describe("a principal is never", () => {
  it.each([
    ...["", " ", "**", "?", "1111222233334", "11112222333", "1111-2222-3333", "alice", "user/alice", "arn:aws:iam::111122223333"],
    ...[
      "arn:aws:iam::111122223333:*",
      "arn:aws:iam::*:root",
      "arn:aws:iam::11112222333?:root",
      "arn:aws:iam::111122223333:root/",
    ],
    ...["arn:aws:iam::111122223333:user/*", "arn:aws:iam::111122223333:role/app-*", "arn:aws:iam::111122223333:role/ap?"],
    ...["arn:aws:iam::111122223333:user/", "arn:aws:iam::111122223333:user", "arn:aws:iam::111122223333:USER/alice"],
    ...[
      "arn:aws:iam::111122223333:group/admins",
      "arn:aws:iam::111122223333:instance-profile/x",
      "arn:aws:iam::111122223333:policy/x",
    ],
    ...[
      "arn:aws:iam:us-east-1:111122223333:user/alice",
      "arn:aws:iam::aws:root",
      "arn:gcp:iam::111122223333:root",
      "ARN:aws:iam::111122223333:root",
    ],
    ...[
      "arn:aws:sts::111122223333:assumed-role/app",
      "arn:aws:sts::111122223333:assumed-role/app/",
      "arn:aws:sts::111122223333:assumed-role/svc/app/one",
    ],
    ...[
      "arn:aws:sts::111122223333:assumed-role/app/*",
      "arn:aws:sts::111122223333:federated-user/",
      "arn:aws:sts::111122223333:root",
    ],
    ...["arn:aws:iam::111122223333:user/alice:x", " arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root\n"],
    ...[
      "AIDA",
      "AKIAIOSFODNN7EXAMPLE",
      "aidaalicealicealice1",
      "AROAAPPAPPAPPAPPAPP1:one",
      "arn:aws:kms:us-east-1:111122223333:key/a",
    ],
  ])("%j", (name) => {
    expect(() => principalsOf({ AWS: name })).toThrow("Policy contains a statement with one or more invalid principals.");
    expect(() => principalsOf({ AWS: [ALICE_ARN, name] })).toThrow(ApiError);
  });

  it.each([
    { Service: "*" },
    { Federated: "*" },
    { CanonicalUser: "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be" },
    { aws: ACCOUNT },
    { AWS: 111122223333 },
    { AWS: null },
    { AWS: [[ACCOUNT, [ALICE_ARN]]] },
    { AWS: { AWS: ACCOUNT } },
    { Service: ACCOUNT },
    { Service: "s3.example.com" },
    { AWS: "s3.amazonaws.com" },
    { Everyone: "*" },
  ])("%j", (value) => {
    expect(() => principalsOf(value)).toThrow("Policy contains a statement with one or more invalid principals.");
  });

  it.each([{}, { AWS: [] }, [], null, "", ACCOUNT, ALICE_ARN, ["*"], 1, true])("left out: %j", (value) => {
    expect(() => principalsOf(value)).toThrow("Each statement of the policy needs one or more principals.");
  });
});

describe("what is named meets", () => {
  it.each([
    // name, root, user, session of a role
    ["*", "wildcard", "wildcard", "wildcard"],
    [ACCOUNT, "account", "account", "account"],
    [ROOT_ARN, "account", "account", "account"],
    ["444455556666", undefined, undefined, undefined],
    ["arn:aws:iam::444455556666:root", undefined, undefined, undefined],
    [ALICE_ARN, undefined, "direct", undefined],
    ["AIDAALICEALICEALICE1", undefined, "direct", undefined],
    [ROLE_ARN, undefined, undefined, "role"],
    ["AROAAPPAPPAPPAPPAPP1", undefined, undefined, "role"],
    [SESSION_ARN, undefined, undefined, "direct"],
    [OTHER_SESSION_ARN, undefined, undefined, undefined],
    ["arn:aws:iam::111122223333:role/app", undefined, undefined, undefined],
    ["arn:aws:iam::111122223333:user/team/ALICE", undefined, undefined, undefined],
  ])("%s: root %s, user %s, session %s", (name, ...expected) => {
    expect([ROOT, ALICE, SESSION].map((caller) => met(name, caller))).toEqual(expected);
  });

  it("nobody who has the name of somebody gone", () => {
    const ids = new Map([
      [ALICE_ARN, "AIDAALICEALICEALICE0"],
      [ROLE_ARN, "AROAAPPAPPAPPAPPAPP0"],
      [SESSION_ARN, "AROAAPPAPPAPPAPPAPP0:one"],
    ]);
    expect(met(ALICE_ARN, ALICE, ids)).toBeUndefined();
    expect(met(ROLE_ARN, SESSION, ids)).toBeUndefined();
    expect(met(SESSION_ARN, SESSION, ids)).toBeUndefined();
    expect(met(ALICE_ARN, ALICE, new Map())).toBeUndefined();
  });

  it("no federated user by his account, whose number begins his unique id", () => {
    const arn = "arn:aws:sts::111122223333:federated-user/bob";
    const bob: Principal = { type: "FederatedUser", arn, account: ACCOUNT, uniqueId: `${ACCOUNT}:bob` };
    expect(met(ROLE_ARN, bob, new Map([[ROLE_ARN, ACCOUNT]]))).toBeUndefined();
    expect(met(arn, bob, new Map([[arn, `${ACCOUNT}:bob`]]))).toBe("direct");
    expect(met(ROOT_ARN, bob)).toBe("account");
    expect(isSpared(named(ROOT_ARN, arn), bob, new Map([[arn, `${ACCOUNT}:bob`]]))).toBe(true);
    expect([ROOT, ALICE, bob, SESSION, { ...SESSION, type: "WebIdentity" as const }].map(roleIdOf)).toEqual([
      undefined,
      undefined,
      undefined,
      "AROAAPPAPPAPPAPPAPP1",
      "AROAAPPAPPAPPAPPAPP1",
    ]);
  });

  it("no service, and no session of an identity provider but its own", () => {
    const web: Principal = { ...SESSION, type: "WebIdentity", provider: "accounts.google.com" };
    const [service, provider] = [
      principalsOf({ Service: "s3.amazonaws.com" })[0],
      principalsOf({ Federated: "accounts.google.com" })[0],
    ];
    if (service === undefined || provider === undefined) expect.unreachable();
    for (const caller of [ROOT, ALICE, SESSION, web]) expect(meeting(service, caller, IDS)).toBeUndefined();
    expect(meeting(provider, web, IDS)).toBe("direct");
    for (const caller of [ROOT, ALICE, SESSION, { ...web, provider: "example.com" }])
      expect(meeting(provider, caller, IDS)).toBeUndefined();
  });
});

describe("NotPrincipal spares", () => {
  it.each([
    // names, root, user, session of a role
    [[ROOT_ARN], true, false, false],
    [[ACCOUNT], true, false, false],
    [[ALICE_ARN], false, false, false],
    [[ROOT_ARN, ALICE_ARN], true, true, false],
    [[ACCOUNT, "AIDAALICEALICEALICE1"], true, true, false],
    [[ROOT_ARN, ROLE_ARN], true, false, false],
    [[ROOT_ARN, SESSION_ARN], true, false, false],
    [[ROLE_ARN, SESSION_ARN], false, false, false],
    [[ROOT_ARN, ROLE_ARN, SESSION_ARN], true, false, true],
    [[ROOT_ARN, ROLE_ARN, OTHER_SESSION_ARN], true, false, false],
    [["444455556666", ALICE_ARN], false, false, false],
    [["*"], true, true, true],
  ])("by %j: root %s, user %s, session %s", (names, ...expected) => {
    expect([ROOT, ALICE, SESSION].map((caller) => isSpared(named(...names), caller, IDS))).toEqual(expected);
  });
});

it("unique ids are told from ARNs", () => {
  expect(["AIDAALICEALICEALICE1", "AROAAPPAPPAPPAPPAPP1"].map(isUniqueId)).toEqual([true, true]);
  expect([ALICE_ARN, ACCOUNT, "*", "AKIAIOSFODNN7EXAMPLE", "AGPAALICEALICEALICE1"].map(isUniqueId)).toEqual(Array(5).fill(false));
});
