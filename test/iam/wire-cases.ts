// The cases of test/vectors/authz.jsonl as calls over the wire: which of them can be made, and an account in which each comes true.

import { CreateAccessKeyCommand } from "@aws-sdk/client-iam";
import type { Case } from "../support/authz-cases.ts";
import { type Answer, newAccount, raw } from "../support/client.ts";
import { type Credentials, iamAs, rawForm, rootOf } from "../support/iam-client.ts";
import type { Step } from "./row-trial.ts";
import { done } from "./row-trials.ts";
import { inputOf, materialOf, operationOf } from "./wire-inputs.ts";

const [OWN, OTHER] = ["111122223333", "444455556666"] as const;
const [KEY, SECOND] = ["1234abcd-12ab-34cd-56ef-1234567890ab", "0987dcba-09fe-87dc-65ba-ab0987654321"] as const;
/** What the cases take for now. */
const NOW = Date.parse("2026-03-01T12:00:00Z");

/** Condition keys that no call of a user with a long-term key has. */
const OF_OTHER_CALLS = ["aws:SourceArn"];

/** Why a case is not a call that can be made here; undefined where it is. */
export function whyNot(given: Case): string | undefined {
  const { principal, checks = [], context } = given;
  const text = JSON.stringify({ keys: given.keys, grant: given.grant, policyText: given.policyText });
  const owners = [...checks.map(({ resource }) => resource), given.keyArn ?? "", given.grant?.KeyArn ?? ""];
  const names = (part: string): boolean => owners.some((arn) => arn.includes(part));
  if (principal.type !== "User" && principal.type !== "Root") return "its caller is a session";
  if (given.sessionPolicies !== undefined || /assumed-role/.test(text)) return "it is of a session";
  if (checks.some(({ trust }) => trust === true)) return "it assumes a role";
  if ((given.guardrails ?? []).length > 0) return "it has a guardrail";
  if (principal.account !== OWN || names(`:${OTHER}:`) || /444455556666:(?:user|role)/.test(text)) return "it is of two accounts";
  if (OF_OTHER_CALLS.some((name) => Object.hasOwn(context, name))) return "its context is a service's";
  if (names("key/mrk-")) return "it is of a key in several Regions";
  if (/user\/Alice/.test(text)) return "it names somebody who does not exist, whom no policy can name";
  return undefined;
}

interface Texts {
  readonly account: string;
  readonly other: string;
  /** What the users' names end in. */
  readonly suffix: string;
  /** Of the users that were made, by the names that cases have. */
  readonly ids: ReadonlyMap<string, string>;
  readonly keys: readonly string[];
}

/** A text of a case, as it is said in the account. */
function mapped(text: string, { account, other, suffix, ids, keys: [first = KEY, second = SECOND] }: Texts): string {
  const shift = Date.now() - NOW;
  let said = text.replaceAll(/AIDA(ALICE|BOB|CAROL)X+/g, (id, name: string) => ids.get(name.toLowerCase()) ?? id);
  said = said.replaceAll(/\b(alice|bob|carol)\b/g, `$1${suffix}`);
  said = said
    .replaceAll(KEY, first)
    .replaceAll(SECOND, second)
    .replaceAll(`key/${KEY.slice(0, 8)}-`, `key/${first.slice(0, 8)}-`);
  said = said.replaceAll(
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g,
    (time) => `${new Date(Date.parse(time) + shift).toISOString().slice(0, 19)}Z`,
  );
  said = said.replaceAll(/"(1[78]\d{8})"/g, (_, seconds: string) => `"${Number(seconds) + Math.round(shift / 1000)}"`);
  return said.replaceAll(OWN, account).replaceAll(OTHER, other);
}

/** Accounts in which cases are tried. */
export interface Place {
  readonly account: string;
  readonly root: Credentials;
  readonly other: string;
}

export async function newPlace(): Promise<Place> {
  const [account, other] = [newAccount(), newAccount()];
  await rawForm(await rootOf(other), "GetUser"); // so that it exists
  return { account, other, root: await rootOf(account) };
}

const NAMES = ["alice", "bob", "carol"];
const callerOf = ({ principal }: Case): string => principal.arn.split("/").at(-1) ?? "";

async function makeUser(place: Place, UserName: string, tags: readonly object[]): Promise<string> {
  const { User } = await done<{ User: { UserId: string } }>(place.root, ["CreateUser", { UserName, Tags: tags }]);
  return User.UserId;
}

const tagsIn = (context: Case["context"], prefix: string): readonly (readonly [string, string])[] =>
  Object.entries(context).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), String(value)] as const] : [],
  );

/** Makes whom the case names. @returns their unique ids. */
async function makeUsers(given: Case, place: Place, suffix: string): Promise<ReadonlyMap<string, string>> {
  const text = JSON.stringify(given);
  const ids = new Map<string, string>();
  for (const name of NAMES.filter((each) => new RegExp(`\\b${each}\\b`).test(text))) {
    const tags = name === callerOf(given) ? tagsIn(given.context, "aws:PrincipalTag/") : [];
    ids.set(
      name,
      await makeUser(
        place,
        name + suffix,
        tags.map(([Key, Value]) => ({ Key, Value })),
      ),
    );
  }
  return ids;
}

type Give = (UserName: string, name: string, PolicyDocument: string, account: string) => readonly Step[];

/** How a user comes by a document. */
const GIVING: readonly [Give, ...Give[]] = [
  (UserName, PolicyName, PolicyDocument) => [["PutUserPolicy", { UserName, PolicyName, PolicyDocument }]],
  (UserName, PolicyName, PolicyDocument, account) => [
    ["CreatePolicy", { PolicyName, PolicyDocument }],
    ["AttachUserPolicy", { UserName, PolicyArn: `arn:aws:iam::${account}:policy/${PolicyName}` }],
  ],
  (UserName, GroupName, PolicyDocument) => [
    ["CreateGroup", { GroupName }],
    ["PutGroupPolicy", { GroupName, PolicyName: "of-the-group", PolicyDocument }],
    ["AddUserToGroup", { GroupName, UserName }],
  ],
  (UserName, GroupName, PolicyDocument, account) => [
    ["CreateGroup", { GroupName }],
    ["CreatePolicy", { PolicyName: GroupName, PolicyDocument }],
    ["AttachGroupPolicy", { GroupName, PolicyArn: `arn:aws:iam::${account}:policy/${GroupName}` }],
    ["AddUserToGroup", { GroupName, UserName }],
  ],
];

/** Each case in one of the ways, in turn. */
const givingOf = ({ id }: Case, at: number): Give => GIVING[(Number(id.slice(1)) + at) % GIVING.length] ?? GIVING[0];

/** Gives the caller the documents of the case, and an access key. */
async function signIn(given: Case, place: Place, texts: Texts): Promise<Credentials> {
  if (given.principal.type === "Root") return place.root;
  const UserName = callerOf(given) + texts.suffix;
  for (const [at, document] of (given.identityPolicies ?? []).entries()) {
    const PolicyDocument = mapped(JSON.stringify(document), texts);
    const steps = givingOf(given, at)(UserName, `policy-${at}${texts.suffix}`, PolicyDocument, place.account);
    for (const step of steps) await done(place.root, step);
  }
  if (given.permissionsBoundary !== undefined) {
    const PolicyName = `boundary${texts.suffix}`;
    const PolicyDocument = mapped(JSON.stringify(given.permissionsBoundary), texts);
    await done(place.root, ["CreatePolicy", { PolicyName, PolicyDocument }]);
    const PermissionsBoundary = `arn:aws:iam::${place.account}:policy/${PolicyName}`;
    await done(place.root, ["PutUserPermissionsBoundary", { UserName, PermissionsBoundary }]);
  }
  const { AccessKey } = await iamAs(place.root).send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

async function asRoot(place: Place, operation: string, input: Record<string, unknown>): Promise<Answer> {
  const answer = await raw(operation, input, { account: place.account });
  if (answer.status !== 200) throw new Error(`${operation} ${JSON.stringify(input)}: ${answer.text}`);
  return answer;
}

const keyIdsIn = (given: Case): string[] => {
  const named = [...Object.keys(given.keys ?? {}), given.keyArn ?? "", given.grant?.KeyArn ?? ""];
  return [...new Set(named.filter((arn) => arn !== ""))].toSorted((one) => (one.endsWith(KEY) ? -1 : 1));
};

/** Makes the keys of the case, tagged, named and ready for its call. */
async function makeKeys(given: Case, place: Place): Promise<string[]> {
  const Tags = tagsIn(given.context, "aws:ResourceTag/").map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
  const made: string[] = [];
  for (const _ of keyIdsIn(given)) {
    const { json } = await asRoot(place, "CreateKey", { ...materialOf(given), Tags });
    made.push((json["KeyMetadata"] as { KeyId: string }).KeyId);
  }
  return made;
}

/** May write itself a policy, whatever that says. */
const OPEN = (account: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" },
      { Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:PutKeyPolicy", Resource: "*" },
    ],
  });

/** Root grants what the case has granted, and then puts the policy of the case, which root itself may not be able to change again. */
async function guardKeys(given: Case, place: Place, texts: Texts): Promise<string | undefined> {
  let grantId: string | undefined;
  const arns = keyIdsIn(given);
  const grants = arns.flatMap((arn, at) => (given.keys?.[arn]?.grants ?? []).map((grant) => ({ grant, KeyId: texts.keys[at] })));
  if (given.grant !== undefined) grants.push({ grant: given.grant, KeyId: texts.keys[0] });
  for (const { grant, KeyId } of grants) {
    const { GranteePrincipal, Operations, Constraints, RetiringPrincipal } = JSON.parse(
      mapped(JSON.stringify(grant), texts),
    ) as NonNullable<Case["grant"]>;
    const { json } = await asRoot(place, "CreateGrant", { KeyId, GranteePrincipal, Operations, Constraints, RetiringPrincipal });
    grantId = String(json["GrantId"]);
  }
  for (const [at, arn] of arns.entries()) {
    const policy = given.keys?.[arn]?.policy;
    if (policy === undefined && given.kind !== "validate") continue;
    const Policy = policy === undefined ? OPEN(place.account) : mapped(JSON.stringify(policy), texts);
    await asRoot(place, "PutKeyPolicy", { KeyId: texts.keys[at], Policy, BypassPolicyLockoutSafetyCheck: true });
  }
  return grantId;
}

/** A user whose unique id is another by now, where the case says so. */
async function renew(given: Case, place: Place, texts: Texts): Promise<void> {
  const [id] = /AIDA[A-Z]+/.exec(JSON.stringify(given.keys ?? {})) ?? [];
  if (id === undefined || id === given.principal.uniqueId) return;
  const UserName = callerOf(given) + texts.suffix;
  await done(place.root, ["DeleteUser", { UserName }]);
  await makeUser(place, UserName, []);
}

export interface Driven {
  readonly isAllowed: boolean;
  readonly status: number;
  /** Undefined where nothing was refused. */
  readonly code: string | undefined;
  readonly message: string;
}

/** Makes the case come true, and makes its call. */
export async function drive(given: Case, place: Place): Promise<Driven> {
  const suffix = `-${given.id.toLowerCase()}`;
  const ids = await makeUsers(given, place, suffix);
  const keys = await makeKeys(given, place);
  const texts: Texts = { account: place.account, other: place.other, suffix, ids, keys };
  const said = JSON.parse(mapped(JSON.stringify(given), texts)) as Case;
  const setting = { keys, asRoot: (operation: string, input: Record<string, unknown>) => asRoot(place, operation, input) };
  const input = await inputOf(said, setting);
  const grantId = await guardKeys(given, place, texts);
  await renew(given, place, texts);
  const caller = await signIn(given, place, texts);
  const operation = operationOf(given);
  if (operation === "GetCallerIdentity") {
    const { status, code, message = "" } = await rawForm(caller, operation, {}, { service: "sts" });
    return { isAllowed: status === 200, status, code, message };
  }
  const ip = String(given.context["aws:SourceIp"] ?? "203.0.113.10");
  const named = grantId === undefined || given.grant === undefined ? input : { ...input, GrantId: grantId };
  const { status, json } = await raw(operation, named, { credentials: caller, headers: { "cf-connecting-ip": ip } });
  const code = status === 200 ? undefined : String(json["__type"]);
  return { isAllowed: code !== "AccessDeniedException", status, code, message: String(json["message"] ?? json["Message"] ?? "") };
}
