// Every operation under every layer of policy: who may, who may not, what a refused caller is told and what is recorded of it. Nothing that is
// refused changes anything.

import { beforeAll, describe, expect, it } from "vitest";
import type { View } from "../../src/authz/view.ts";
import { OPERATIONS, operation } from "../../src/kms/table.ts";
import { newAccount } from "../support/client.ts";
import { putAway } from "../support/faults.ts";
import { type Attached, allow, deny, policyOf, root, session, user, type Written } from "../support/identities.ts";
import { undeliveredEventOf } from "../support/records.ts";
import { changed, type Rows, reset, rowsOf } from "../support/rows.ts";
import { type Casts, cast } from "../support/views.ts";
import { givenIn, setKey } from "./given-keys.ts";
import type { Given } from "./key-state-trials.ts";
import {
  ACROSS_ACCOUNTS,
  arnOf,
  BY_THE_GRANT,
  keyOf,
  PERMISSION_TRIALS,
  type PermissionTrial,
  type Right,
  wordsOf,
} from "./permission-trials.ts";

const FOREIGN_ROOT = "arn:aws:iam::999988887777:root";
const account = newAccount();
const USER = `arn:aws:iam::${account}:user/caller`;
const someone = user(account, "caller");

let given: Given;
let before: Rows;
let casts: Casts;
let current: View = someone;

beforeAll(async () => {
  given = await givenIn(account);
  casts = await cast(account, someone);
  await putAway(account);
  before = await rowsOf(account);
});

/** Whether nothing has changed in the store since it was furnished. */
let isAsFurnished = true;

/** Puts the store back to where it stood, with the key that a trial is about in the state that its operation takes. */
async function prepare(trial: PermissionTrial, policies: Readonly<Record<string, string>> = {}): Promise<Rows> {
  if (!isAsFurnished) await reset(account, before);
  isAsFurnished = false;
  const isDoomed = trial.operation === "CancelKeyDeletion";
  if (!isDoomed && Object.keys(policies).length === 0) return before;
  if (isDoomed) await setKey(account, given.KeyId, { state: "PendingDeletion" });
  for (const [id, policy] of Object.entries(policies)) await setKey(account, id, { policy });
  return rowsOf(account);
}

/** A policy for every key that a trial names. */
const everywhere = (trial: PermissionTrial, policy: string): Record<string, string> =>
  Object.fromEntries(trial.rights.flatMap(([, on]) => keyOf(on, trial, given) ?? []).map((id) => [id, policy]));

/** A call of whoever the view says. */
function call(view: View, trial: PermissionTrial) {
  casts.change(current, view);
  current = view;
  return casts.as(someone)(trial.operation, trial.input(given));
}

async function allows(view: View, trial: PermissionTrial, policies: Readonly<Record<string, string>> = {}): Promise<void> {
  await prepare(trial, policies);
  const { status, text, requestId } = await call(view, trial);
  expect({ status, text }).toEqual({ status: 200, text: expect.any(String) });
  const { eventName, errorCode } = await undeliveredEventOf(account, requestId);
  expect({ eventName, errorCode }).toEqual({ eventName: trial.operation, errorCode: undefined });
}

/** `Message`: the whole text. */
async function refuses(view: View, trial: PermissionTrial, Message: string, policies: Readonly<Record<string, string>> = {}) {
  const start = await prepare(trial, policies);
  const { status, json, requestId } = await call(view, trial);
  expect({ status, json }).toEqual({ status: 400, json: { __type: "AccessDeniedException", Message } });
  expect(changed(start, await rowsOf(account))).toEqual([]);
  isAsFurnished = start === before;
  const { eventName, errorCode, errorMessage, responseElements, resources } = await undeliveredEventOf(account, requestId);
  expect({ eventName, errorCode, errorMessage, responseElements, resources }).toEqual({
    ...{ eventName: trial.operation, errorCode: "AccessDenied", errorMessage: Message, responseElements: null },
    resources: recorded(trial),
  });
}

/** The aliases and keys that the record of a refusal names, each once. */
function recorded(trial: PermissionTrial) {
  const arns = trial.rights.map(([, on]) => arnOf(on, trial, given, account)).filter((arn) => arn.startsWith("arn:aws:kms:"));
  if (arns.length === 0) return undefined;
  return [...new Set(arns)].map((ARN) => ({
    ...{ accountId: account, ARN },
    type: ARN.includes(":alias/") ? "AWS::KMS::Alias" : "AWS::KMS::Key",
  }));
}

/** The text of a refusal, up to its reason. */
const refusal = (arn: string, [action, on]: Right, trial: PermissionTrial): string =>
  `User: ${arn} is not authorized to perform: kms:${action}${wordsOf(on, arnOf(on, trial, given, account))}`;

/** The first permission that is asked. */
function firstOf({ rights: [first] }: PermissionTrial): Right {
  if (first === undefined) throw new Error("a trial has a right");
  return first;
}

/** Statements that give a trial's rights and nothing else. */
const exactly = (trial: PermissionTrial, rights = trial.rights): Written[] =>
  rights.map(([action, on]) => allow(`kms:${action}`, { Resource: arnOf(on, trial, given, account) }));

/** All rights of a trial but one: of that one its action on other keys, and every other action on its resource. */
const allBut = (trial: PermissionTrial, [action, on]: Right): Written[] => {
  const { Action: _, ...rest } = allow("", { NotAction: `kms:${action}`, Resource: arnOf(on, trial, given, account) });
  const others = trial.rights.filter((right) => right[0] !== action || right[1] !== on);
  const elsewhere = `arn:aws:kms:us-east-1:${account}:key/11111111-2222-4333-8444-555555555555`;
  return [...exactly(trial, others), rest, allow(`kms:${action}`, { Resource: elsewhere })];
};

const OWN_ROOT = `arn:aws:iam::${account}:root`;
const FULL = { Principal: { AWS: OWN_ROOT } };
const isBuilt = (name: string): boolean => operation(name)?.read !== undefined;
const built = Object.keys(OPERATIONS).filter(isBuilt);
const trials = [...PERMISSION_TRIALS];
const rightsOnKeys = trials.flatMap(([name, trial]) =>
  trial.operation === BY_THE_GRANT
    ? []
    : trial.rights.filter(([, on]) => /key|ciphertext/.test(on)).map((right) => [name, ...right, trial] as const),
);

it.each(built)("%s has a trial", (name) => {
  expect([...PERMISSION_TRIALS.values()].map((trial) => trial.operation)).toContain(name);
});

describe("the account's root, under a key policy that denies everything,", () => {
  const DENYING: readonly (readonly [string, Written])[] = [
    ["root", { Principal: { AWS: OWN_ROOT } }],
    ["everybody", { Principal: "*" }],
  ];

  it.each(rightsOnKeys)("is refused %s: %s on the %s", async (_, action, on, trial) => {
    const id = keyOf(on, trial, given) ?? "";
    for (const [, principal] of DENYING) {
      const policies = { [id]: policyOf(allow("kms:*", FULL), deny("kms:*", principal)) };
      const text = `${refusal(OWN_ROOT, [action, on], trial)} with an explicit deny in a resource-based policy`;
      await refuses(root(account), trial, text, policies);
    }
  });

  const decidedElsewhere = trials.filter(
    ([, { operation: name, rights }]) => name === BY_THE_GRANT || rights.every(([, on]) => !/key|ciphertext/.test(on)),
  );
  it.each(decidedElsewhere)("may call %s", (_, trial) =>
    allows(root(account), trial, {
      ...everywhere(trial, policyOf(deny("kms:*", { Principal: "*" }))),
      [given.KeyId]: policyOf(deny("kms:*", { Principal: "*" })),
    }),
  );
});

describe("under a key policy that says nothing of them,", () => {
  const silent = policyOf(allow("kms:*", { Principal: { AWS: FOREIGN_ROOT } }));

  it.each(rightsOnKeys)("the root and a user with the rights are refused %s: %s on the %s", async (_, action, on, trial) => {
    const policies = { [keyOf(on, trial, given) ?? ""]: silent };
    const ending = ` because no resource-based policy allows the kms:${action} action`;
    await refuses(root(account), trial, `${refusal(OWN_ROOT, [action, on], trial)}${ending}`, policies);
    const entitled = user(account, "caller", { identity: exactly(trial) });
    await refuses(entitled, trial, `${refusal(USER, [action, on], trial)}${ending}`, policies);
  });
});

describe("a user", () => {
  it.each(trials)("without rights is refused %s", (_, trial) => {
    const right = firstOf(trial);
    const text = `${refusal(USER, right, trial)} because no identity-based policy allows the kms:${right[0]} action`;
    return refuses(someone, trial, text);
  });

  it.each(trials)("with exactly its rights may call %s", (_, trial) =>
    allows(user(account, "caller", { identity: exactly(trial) }), trial),
  );

  const each = trials.flatMap(([name, trial]) => trial.rights.map((right) => [name, ...right, trial] as const));
  it.each(each)("is refused %s without the right to %s on %s", (_, action, on, trial) => {
    const text = `${refusal(USER, [action, on], trial)} because no identity-based policy allows the kms:${action} action`;
    return refuses(user(account, "caller", { identity: allBut(trial, [action, on]) }), trial, text);
  });
});

describe("the root of another account", () => {
  const foreign = root("999988887777");
  const closed = ([action, on]: Right): string =>
    on === "ciphertext" || on === "other ciphertext"
      ? "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."
      : `User: ${FOREIGN_ROOT} is not authorized to perform: kms:${action} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;

  it.each(trials)("is refused %s", (_, trial) => refuses(foreign, trial, closed(firstOf(trial))));

  const open = policyOf(allow("kms:*", { Principal: { AWS: [OWN_ROOT, FOREIGN_ROOT] } }));
  const across = trials.filter(([, trial]) => ACROSS_ACCOUNTS.includes(trial.operation));
  it.each(across)("may call %s where the key's policy lets it", (_, trial) => allows(foreign, trial, everywhere(trial, open)));

  const within = trials.filter(([, trial]) => !ACROSS_ACCOUNTS.includes(trial.operation));
  it.each(within)("is refused %s whatever the key's policy says", (_, trial) =>
    refuses(foreign, trial, closed(firstOf(trial)), everywhere(trial, open)),
  );
});

type Ceiling = readonly [
  name: string,
  (attached: Attached) => View,
  arn: string,
  keyof Attached,
  denied: string,
  silent: (action: string) => string,
];

const SESSION = `arn:aws:sts::${account}:assumed-role/app/one`;
const asRoot = (attached: Attached) => root(account, attached);
const asUser = (attached: Attached) => user(account, "caller", attached);
const asSession = (attached: Attached) => session(account, "app", "one", attached);

const CEILINGS: readonly Ceiling[] = [
  [
    "guardrail of the root",
    asRoot,
    OWN_ROOT,
    "guardrails",
    " with an explicit deny in a service control policy",
    () => " with an explicit deny in a service control policy",
  ],
  [
    "guardrail of a user",
    asUser,
    USER,
    "guardrails",
    " with an explicit deny in a service control policy",
    () => " with an explicit deny in a service control policy",
  ],
  [
    "boundary of a user",
    asUser,
    USER,
    "boundary",
    " with an explicit deny in a permissions boundary",
    (action) => ` because no permissions boundary allows the ${action} action`,
  ],
  [
    "policy of a session",
    asSession,
    SESSION,
    "session",
    " with an explicit deny in a session policy",
    (action) => ` because no session policy allows the ${action} action`,
  ],
];

describe.each(CEILINGS)("a %s", (_name, as, arn, layer, denied, silent) => {
  const under = (trial: PermissionTrial, ceiling: Written[]): View => as({ identity: exactly(trial), [layer]: ceiling });

  it.each(trials)("that allows what it takes lets %s through", (_, trial) => allows(under(trial, exactly(trial)), trial));

  it.each(trials)("denies %s", (_, trial) => {
    const right = firstOf(trial);
    const ceiling = [allow("*"), deny(`kms:${right[0]}`)];
    return refuses(under(trial, ceiling), trial, `${refusal(arn, right, trial)}${denied}`);
  });

  it.each(trials)("that does not allow %s holds it back", (_, trial) => {
    const [right] = trial.rights.slice(-1);
    if (right === undefined) throw new Error("a trial has a right");
    return refuses(under(trial, allBut(trial, right)), trial, `${refusal(arn, right, trial)}${silent(`kms:${right[0]}`)}`);
  });
});
