// Random requests with all that bears on them: principal, documents of every layer, key policy, grants. Alphabets are small, so that statements
// often apply and every reason comes up.

import fc from "fast-check";
import { conditions, context } from "./authz-conditions.ts";
import type { NaiveConstraints, NaiveDocument, NaiveGrant, NaiveRequest, NaiveStatement } from "./naive-authz.ts";

const OWN = "111122223333";
const OTHER = "444455556666";
const root = (account: string): string => `arn:aws:iam::${account}:root`;

const ALICE = "arn:aws:iam::111122223333:user/alice";
const APP = "arn:aws:iam::111122223333:role/svc/app";
const SESSION = "arn:aws:sts::111122223333:assumed-role/app/one";
const IDS = {
  [ALICE]: "AIDAALICEALICEALICE1",
  [APP]: "AROAAPPAPPAPPAPPAPP1",
  [SESSION]: "AROAAPPAPPAPPAPPAPP1:one",
  "arn:aws:sts::111122223333:assumed-role/app/two": "AROAAPPAPPAPPAPPAPP1:two",
  "arn:aws:iam::111122223333:user/bob": "AIDABOBBOBBOBBOBBOB1",
};
/** Of a former user and a former session of the same names. */
const FORMER = { ...IDS, [ALICE]: "AIDAALICEALICEALICE0", [SESSION]: "AROAAPPAPPAPPAPPAPP0:one" };

const PRINCIPALS = [
  { type: "Root", arn: root(OWN), account: OWN, uniqueId: OWN },
  { type: "User", arn: ALICE, account: OWN, uniqueId: IDS[ALICE] },
  { type: "AssumedRole", arn: SESSION, account: OWN, uniqueId: IDS[SESSION] },
] as const;

/** So many times of ten, or else the other. */
const often = <T, U>(weight: number, arbitrary: fc.Arbitrary<T>, other: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof<fc.MaybeWeightedArbitrary<T | U>[]>({ weight, arbitrary }, { weight: 10 - weight, arbitrary: other });
const some = (values: readonly string[], maxLength: number): fc.Arbitrary<string | string[]> =>
  fc.oneof(fc.constantFrom(...values), fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength }));

const ACTIONS = [
  ...[
    "*",
    "kms:*",
    "KMS:*",
    "kms:Encrypt",
    "KMS:eNCRYPT",
    "kms:*crypt",
    "kms:?ncrypt",
    "kms:Describe*",
    "kms:Create*",
    "kms:*Key*",
  ],
  ...["kms:List*", "kms:CreateGrant", "s3:*", "kms:Encryp", "kms:Encryp?", "kms:Encrypt?"],
];
const actions = often(
  8,
  often(6, fc.constantFrom("kms:*", "*"), some(ACTIONS, 3)).map((Action) => ({ Action })),
  some(["kms:Put*", "s3:*", "kms:encrypt", "kms:Decrypt"], 2).map((NotAction) => ({ NotAction })),
);

const KMS = "arn:aws:kms:us-east-1";
const RESOURCES = [
  ...[`${KMS}:${OWN}:key/*`, `arn:aws:kms:*:${OWN}:key/k1`, `${KMS}:${OTHER}:key/k1`, `${KMS}:*:key/k?`, `${KMS}:*:*`],
  ...[`${KMS}:${OWN}:*`, `${KMS}:${OWN}:key/K1`, `${KMS}:${OWN}:alias/*`, "arn:aws:kms:*:alias/a:b", `${KMS}:*:key/\${*}`],
  ...[`${KMS}:*:key/\${aws:PrincipalTag/Team}`, `${KMS}:*:key/\${aws:principaltag/nobody, 'k1'}`, `${KMS}:*:key/\${aws:TagKeys}`],
  // A variable's name needs no colon, so the fifth one stands behind it.
  ...[`${KMS}:\${Nobody, '${OWN}'}:key/*`, `${KMS}:*\${*}*:key/*`],
];
const resources = often(
  8,
  often(4, fc.constant("*"), some(RESOURCES, 3)).map((Resource) => ({ Resource })),
  some(RESOURCES, 2).map((NotResource) => ({ NotResource })),
);

const NAMES = [
  ...[root(OWN), OWN, ALICE, APP, SESSION, root(OTHER), "arn:aws:sts::111122223333:assumed-role/app/two", IDS[APP] ?? ""],
  ...["arn:aws:iam::111122223333:user/bob", "arn:aws:iam::111122223333:role/app"],
];
const everyone = fc.constantFrom("*" as const, { AWS: "*" });
const named = fc.oneof(
  { weight: 2, arbitrary: everyone },
  { weight: 3, arbitrary: some(NAMES.slice(0, 5), 3).map((AWS) => ({ AWS })) },
  { weight: 3, arbitrary: some(NAMES, 3).map((AWS) => ({ AWS })) },
  { weight: 3, arbitrary: fc.constant({ AWS: root(OWN) }) },
  { weight: 1, arbitrary: some(NAMES, 2).map((AWS) => ({ AWS, Service: "s3.amazonaws.com" })) },
);
/** The whole chain of a caller, perhaps short of a link. */
const spared = fc.oneof(
  { weight: 3, arbitrary: fc.subarray([root(OWN), ALICE, APP, SESSION], { minLength: 2 }).map((AWS) => ({ AWS })) },
  { weight: 1, arbitrary: named },
);

/** Conditions stand in some statements. */
const unless = (isOfKeyPolicy: boolean, share: number) =>
  often(
    share,
    fc.constant({}),
    conditions(isOfKeyPolicy).map((Condition) => ({ Condition })),
  );

const whole = (...parts: readonly fc.Arbitrary<object>[]): fc.Arbitrary<NaiveStatement> =>
  fc.tuple(...parts).map((each) => Object.assign({}, ...each));

const thisKey = often(9, fc.constant({ Resource: "*" }), fc.constant({ Resource: `${KMS}:${OWN}:key/k1` }));
const naming = named.map((Principal) => ({ Principal }));
const sparing = spared.map((NotPrincipal) => ({ NotPrincipal }));

/** `isOfKeyPolicy`: it names principals, and this key. */
export function statement(Effect: "Allow" | "Deny", isOfKeyPolicy: boolean): fc.Arbitrary<NaiveStatement> {
  const effect = fc.constant({ Effect });
  if (!isOfKeyPolicy) return whole(effect, actions, resources, unless(false, Effect === "Allow" ? 5 : 2));
  if (Effect === "Allow") return whole(effect, actions, thisKey, unless(true, 6), naming);
  return whole(effect, actions, thisKey, unless(true, 4), often(5, naming, sparing));
}

const ofIdentity = often(9, statement("Allow", false), statement("Deny", false));
const ofKey = often(8, statement("Allow", true), statement("Deny", true));

const version = fc.constantFrom({}, { Version: "2012-10-17" }, { Version: "2012-10-17" }, { Version: "2008-10-17" });
const documentOf = (each: fc.Arbitrary<NaiveStatement>, maxLength: number): fc.Arbitrary<NaiveDocument> =>
  fc
    .tuple(version, fc.oneof(each, fc.array(each, { minLength: 1, maxLength })))
    .map(([members, Statement]) => ({ ...members, Statement }));

/** Mostly one that lets everything pass: the other layers would hardly be reached otherwise. */
const OPEN: NaiveDocument = { Statement: { Effect: "Allow", Action: "*", Resource: "*" } };
const ceiling = often(5, fc.constant(OPEN), documentOf(often(7, statement("Allow", false), statement("Deny", false)), 3));
/** Session policies, or a level of guardrails. */
export const level = fc.array(ceiling, { minLength: 1, maxLength: 2 });

const pairs = fc.constantFrom({}, { a: "1" }, { a: "2" }, { a: "1", b: "2" }, { A: "1" });
const constraints: fc.Arbitrary<NaiveConstraints> = fc.oneof(
  fc.constant({}),
  pairs.map((EncryptionContextEquals) => ({ EncryptionContextEquals })),
  pairs.map((EncryptionContextSubset) => ({ EncryptionContextSubset })),
);
const OPERATIONS = ["Encrypt", "Decrypt", "DescribeKey", "CreateGrant"];
export const grant: fc.Arbitrary<NaiveGrant> = fc.record({
  GranteePrincipal: fc.constantFrom(...NAMES.slice(0, 6).filter((name) => name !== OWN), APP, ALICE),
  IssuingAccount: fc.constantFrom(root(OWN), root(OTHER)),
  Operations: fc.subarray(OPERATIONS, { minLength: 2 }),
  Constraints: constraints,
});

const key = (account: string) => [`${KMS}:${account}:key/k1`];
const ACTED_ON = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ keyAccount: OWN, resources: key(OWN) }) },
  { weight: 4, arbitrary: fc.constant({ keyAccount: OTHER, resources: key(OTHER) }) },
  { weight: 1, arbitrary: fc.constant({ keyAccount: OWN, resources: [`${KMS}:${OWN}:alias/a:b`], action: "kms:CreateAlias" }) },
  { weight: 1, arbitrary: fc.constant({ keyAccount: OWN, resources: ["*", `${KMS}:${OWN}:*`], action: "kms:ListKeys" }) },
);
const ACTED = [
  "kms:Encrypt",
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:CreateGrant",
  "kms:CreateGrant",
  "kms:PutKeyPolicy",
];

const parts = fc.record({
  principal: fc.constantFrom(...PRINCIPALS, ...PRINCIPALS.slice(1), ...PRINCIPALS.slice(2)),
  ids: often(9, fc.constant(IDS), fc.constant(FORMER)),
  actedOn: ACTED_ON,
  action: fc.constantFrom(...ACTED),
  context,
  identity: often(1, fc.constant([]), fc.array(documentOf(ofIdentity, 3), { minLength: 1, maxLength: 2 })),
  boundary: often(5, fc.constant(undefined), ceiling),
  session: often(5, fc.constant([]), level),
  guardrails: often(6, fc.constant([]), fc.array(level, { minLength: 1, maxLength: 2 })),
  keyPolicy: documentOf(ofKey, 3),
  grants: often(4, fc.constant([]), fc.array(grant, { minLength: 1, maxLength: 3 })),
  encryptionContext: pairs,
  newGrant: fc.record({ Operations: fc.subarray(OPERATIONS, { minLength: 1, maxLength: 2 }), Constraints: constraints }),
});

/** Root has neither policies nor ceilings, but for guardrails; a user has no session policies. */
const anything: fc.Arbitrary<NaiveRequest> = parts.map(
  ({ actedOn, boundary, keyPolicy, encryptionContext, newGrant, ...given }) => {
    const { type } = given.principal;
    const isOnKey = !("action" in actedOn);
    const action = isOnKey ? given.action : actedOn.action;
    return {
      ...given,
      keyAccount: actedOn.keyAccount,
      resources: actedOn.resources,
      action,
      worksAcrossAccounts: isOnKey && action !== "kms:PutKeyPolicy",
      identity: type === "Root" ? [] : given.identity,
      session: type === "AssumedRole" ? given.session : [],
      ...(type !== "Root" && boundary !== undefined ? { boundary } : {}),
      ...(isOnKey ? { keyPolicy } : {}),
      ...(/crypt$/.test(action) ? { encryptionContext } : {}),
      ...(action === "kms:CreateGrant" ? { newGrant } : {}),
    };
  },
);

const ALLOW_ALL = { Effect: "Allow", Action: "*", Resource: "*" } as const;
const delegating: NaiveDocument = { Statement: { ...ALLOW_ALL, Principal: { AWS: root(OWN) } } };
const closed: NaiveDocument = { Statement: { ...ALLOW_ALL, Principal: { AWS: root("777788889999") } } };
const alone = { guardrails: [], session: [], grants: [], keyPolicy: delegating };

const allows = (principals: object): NaiveDocument => ({ Statement: { ...ALLOW_ALL, ...principals } });
const denies = (principals: object): NaiveDocument => ({
  Statement: [
    { ...ALLOW_ALL, Principal: "*" },
    { ...ALLOW_ALL, Effect: "Deny", ...principals },
  ],
});

/** All hangs on the conditions and resources of one statement. */
const onOneStatement: fc.Arbitrary<NaiveRequest> = fc
  .tuple(
    anything.filter(({ principal, keyPolicy }) => principal.type !== "Root" && keyPolicy !== undefined),
    fc.constantFrom<"Allow" | "Deny">("Allow", "Deny"),
    often(7, fc.constant({ Resource: "*" }), resources),
    conditions(false, 1),
    version,
  )
  .map(([{ boundary: _, ...given }, Effect, speaksOf, Condition, members]) => {
    const hinge = { Effect, Action: "kms:*", ...speaksOf, Condition };
    const Statement = Effect === "Deny" ? [ALLOW_ALL, hinge] : [hinge];
    return { ...given, ...alone, action: "kms:DescribeKey", identity: [{ ...members, Statement }] };
  });

/** All hangs on one grant. */
const onOneGrant: fc.Arbitrary<NaiveRequest> = fc
  .tuple(
    anything.filter(({ keyPolicy, worksAcrossAccounts }) => keyPolicy !== undefined && worksAcrossAccounts),
    grant,
    fc.constantFrom([], [OPEN]),
  )
  .map(([given, each, identity]) => {
    const documents = given.principal.type === "Root" ? [] : identity;
    return { ...given, ...alone, keyPolicy: closed, grants: [each], identity: documents };
  });

/** All hangs on whom one statement of the key policy names, and on the ceilings. */
const onOneName: fc.Arbitrary<NaiveRequest> = fc
  .tuple(
    anything.filter(({ keyPolicy }) => keyPolicy !== undefined),
    fc.oneof(naming.map(allows), naming.map(denies), sparing.map(denies)),
  )
  .map(([given, keyPolicy]) => {
    const identity = given.principal.type === "Root" ? [] : [OPEN];
    return { ...given, guardrails: [], grants: [], keyPolicy, identity };
  });

export const request: fc.Arbitrary<NaiveRequest> = fc.oneof(
  { weight: 5, arbitrary: anything },
  { weight: 3, arbitrary: onOneStatement },
  { weight: 1, arbitrary: onOneGrant },
  { weight: 2, arbitrary: onOneName },
);
