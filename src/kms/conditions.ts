// Condition keys: where the value of each comes from. A decision asks, and only what a policy mentions is computed. A name that ends with ":" or
// "/" begins many keys. Sources: KMS developer guide, "Condition keys for AWS KMS"; IAM user guide, "AWS global condition context keys".

import { among, type Value } from "../authz/context.ts";
import { fold } from "../authz/fold.ts";
import { GLOBAL, PRINCIPAL_TAG, principalTag } from "../authz/global-keys.ts";
import { type Constraint, constraintIn } from "../authz/grants.ts";
import { principalArn } from "../authz/principals.ts";
import type { View } from "../authz/view.ts";
import type { ObjectCall } from "../durable/call.ts";
import type { Key } from "../keyring/key.ts";
import { DEFAULT_CIPHER } from "../keyring/specs.ts";
import { parseKeyName } from "../wire/arn.ts";
import type { ConditionKey, Conditions } from "./condition-keys.ts";
import type { Request, Resource } from "./operation.ts";
import type { StoredGrant } from "./tables/grants.ts";
import type { Reads } from "./tables/tables.ts";
import type { Tag } from "./tables/tags.ts";

/** One check of a call: an action on one of the things that it acts on. */
export interface Asked {
  readonly call: ObjectCall;
  readonly view: View;
  readonly request: Request;
  /** Of the operation's row. */
  readonly conditions: Conditions | undefined;
  /** Without its `kms:`. */
  readonly action: string;
  readonly resource: Resource;
  /** The key that the check is about; undefined: it is about an alias, or the account. */
  readonly key: Key | undefined;
  /** A grant that is to be retired. */
  readonly grant: StoredGrant | undefined;
  /** All keys that the call acts on. */
  readonly keys: readonly Key[];
  /** Who owns what the check is about: 12 digits. */
  readonly account: string;
  readonly region: string;
  readonly reads: Reads;
  /** One instant a call: milliseconds since the epoch. */
  readonly time: number;
}

type Source = (asked: Asked) => Value | undefined;
/** `name`: what stands behind the prefix, folded. */
type ManySource = (asked: Asked, name: string) => Value | undefined;

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const printed = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));
/** A member of the request, with its default. */
const member =
  (name: string): Source =>
  ({ request }) =>
    printed(request.recorded[name]);
/** A member of the request as it was given: where it was not, the key is absent. */
const given =
  (name: string): Source =>
  ({ request }) =>
    printed(request.given[name]);
/** A principal in the request, by its ARN. */
const principal =
  (name: string): Source =>
  ({ request }) => {
    const named = text(request.given[name]);
    return named === undefined ? undefined : principalArn(named);
  };
/** Something of the key; where the call makes one, a member of the request. */
const ofKey =
  (read: (key: Key) => string | boolean | undefined, name: string): Source =>
  ({ key, request }) =>
    printed(key === undefined ? request.recorded[name] : read(key));

/** ReEncrypt has two halves, each with members of its own. */
function half({ action, request }: Asked, member: string): unknown {
  if (action === "ReEncryptFrom") return request.recorded[`Source${member}`];
  return request.recorded[action === "ReEncryptTo" ? `Destination${member}` : member];
}

type Pairs = ReadonlyMap<string, string>;

/** What a grant that a request makes is bound to. */
export const newConstraint = ({ recorded }: Request): Constraint | undefined =>
  constraintIn(recorded["Constraints"] as Parameters<typeof constraintIn>[0]);

/** What a grant is bound to: one that is there, or is to be made. */
const constraintOf = ({ grant, request }: Asked): Constraint | undefined =>
  grant === undefined ? newConstraint(request) : grant.constraint;

/** The pairs of the request's context; of a grant, those of its constraint. */
function pairsOf(asked: Asked): Pairs | undefined {
  const pairs = half(asked, "EncryptionContext");
  return pairs instanceof Map ? (pairs as Pairs) : constraintOf(asked)?.pairs;
}

/** The context that a grant's constraint is held against: where the operation takes one, a request without it has an empty one. */
export const contextOf = (asked: Asked): Pairs | undefined =>
  asked.conditions?.includes("kms:EncryptionContext:") ? (pairsOf(asked) ?? new Map()) : undefined;

const DAY_MS = 86_400_000;

function alias({ resource }: Asked): string | undefined {
  const id = resource.kind === "key" || resource.kind === "ciphertext" ? resource.id : undefined;
  const name = id === undefined ? undefined : parseKeyName(id);
  return name?.kind === "alias" ? name.name : undefined;
}

const tagsOf = ({ request }: Asked): readonly Tag[] => (request.recorded["Tags"] as readonly Tag[] | undefined) ?? [];

const amongTags = (tags: readonly Tag[], folded: string): Value | undefined =>
  among(
    tags.map(({ TagKey, TagValue }) => [TagKey, TagValue] as const),
    folded,
  );

const listed = (values: readonly string[]): Value | undefined => (values.length === 0 ? undefined : values);

/** What an operation adds to the keys that every operation on a key has. */
const OWN: Readonly<Record<Exclude<ConditionKey, ManyKey | OfKeys | OfPresentKeys>, Source>> = {
  "aws:TagKeys": (asked) =>
    listed([
      ...tagsOf(asked).map(({ TagKey }) => TagKey),
      ...((asked.request.recorded["TagKeys"] as string[] | undefined) ?? []),
    ]),
  "kms:BypassPolicyLockoutSafetyCheck": given("BypassPolicyLockoutSafetyCheck"),
  "kms:DataKeyPairSpec": member("KeyPairSpec"),
  "kms:EncryptionAlgorithm": (asked) => text(half(asked, "EncryptionAlgorithm")) ?? DEFAULT_CIPHER,
  "kms:EncryptionContextKeys": (asked) => listed([...(pairsOf(asked)?.keys() ?? [])]),
  "kms:ExpirationModel": given("ExpirationModel"),
  "kms:GrantConstraintType": (asked) => constraintOf(asked)?.type,
  "kms:GranteePrincipal": principal("GranteePrincipal"),
  "kms:GrantIsForAWSResource": () => "false",
  "kms:GrantOperations": ({ request }) => listed((request.recorded["Operations"] as string[] | undefined) ?? []),
  "kms:KeyAgreementAlgorithm": member("KeyAgreementAlgorithm"),
  "kms:MacAlgorithm": member("MacAlgorithm"),
  "kms:MessageType": member("MessageType"),
  "kms:PrimaryRegion": member("PrimaryRegion"),
  "kms:ReEncryptOnSameKey": ({ keys: [source, destination] }) => printed(source !== undefined && source.id === destination?.id),
  "kms:ReplicaRegion": member("ReplicaRegion"),
  "kms:RequestAlias": alias,
  "kms:RetiringPrincipal": principal("RetiringPrincipal"),
  "kms:RotationPeriodInDays": member("RotationPeriodInDays"),
  "kms:ScheduleKeyDeletionPendingWindowInDays": member("PendingWindowInDays"),
  "kms:SigningAlgorithm": member("SigningAlgorithm"),
  "kms:TrailingDaysWithoutKeyUsage": ({ key, reads: { lastUses }, time }) => {
    if (key === undefined) return undefined;
    const unusedSince = lastUses.find(key.id)?.at ?? Math.max(key.createdAt, lastUses.trackedSince()); // as GetKeyLastUsage has it
    return String(Math.floor((time - unusedSince) / DAY_MS));
  },
  "kms:ValidTo": ({ request }) => {
    const { ValidTo } = request.given;
    return ValidTo instanceof Date ? String(Math.floor(ValidTo.getTime() / 1000)) : undefined;
  },
  "kms:WrappingAlgorithm": member("WrappingAlgorithm"),
  "kms:WrappingKeySpec": member("WrappingKeySpec"),
};

type OwnMany = "aws:RequestTag/" | "kms:EncryptionContext:";
type ManyKey = OwnMany | "aws:ResourceTag/";

const OWN_MANY: Readonly<Record<OwnMany, ManySource>> = {
  "aws:RequestTag/": (asked, name) => amongTags(tagsOf(asked), name),
  "kms:EncryptionContext:": (asked, name) => among(pairsOf(asked) ?? [], name),
};

/** Of every check against a key but RetireGrant's, and of CreateKey for the key to be. */
const OF_KEYS: Readonly<Record<OfKeys, Source>> = {
  "kms:KeySpec": ofKey(({ spec }) => spec, "KeySpec"),
  "kms:CustomerMasterKeySpec": ofKey(({ spec }) => spec, "KeySpec"),
  "kms:KeyUsage": ofKey(({ usage }) => usage, "KeyUsage"),
  "kms:CustomerMasterKeyUsage": ofKey(({ usage }) => usage, "KeyUsage"),
  "kms:KeyOrigin": ofKey(({ origin }) => origin, "Origin"),
  "kms:MultiRegion": ofKey(({ multiRegion }) => multiRegion, "MultiRegion"),
  "kms:MultiRegionKeyType": () => undefined, // until there are keys of several Regions
};

type OfKeys =
  | "kms:CustomerMasterKeySpec"
  | "kms:CustomerMasterKeyUsage"
  | "kms:KeyOrigin"
  | "kms:KeySpec"
  | "kms:KeyUsage"
  | "kms:MultiRegion"
  | "kms:MultiRegionKeyType";

type OfPresentKeys = "kms:CallerAccount" | "kms:ResourceAliases";

/** Of every check against a key that is there. */
const OF_PRESENT_KEYS: Readonly<Record<OfPresentKeys, Source>> = {
  "kms:CallerAccount": ({ view }) => view.principal.account,
  "kms:ResourceAliases": ({ key, reads }) => key && listed(reads.aliases.page(key.id, "", ALIASES_MAX).map(({ name }) => name)),
};
const ALIASES_MAX = 1000;

const OF_PRESENT_KEYS_MANY: Readonly<Record<"aws:ResourceTag/", ManySource>> = {
  /** Of a key to be: the tags that it is made with. */
  "aws:ResourceTag/": (asked, name) =>
    amongTags(asked.key === undefined ? tagsOf(asked) : asked.reads.tags.page(asked.key.id, "0", TAGS_MAX), name),
};
const TAGS_MAX = 1000;

const GLOBAL_MANY: Readonly<Record<string, ManySource>> = { [PRINCIPAL_TAG]: principalTag };

interface Entry<T> {
  readonly name: string;
  readonly source: T;
  /** Whether a check has the key even where the operation's row does not name it. */
  readonly isCommon: (asked: Asked) => boolean;
}

const entries = <T>(table: Readonly<Record<string, T>>, isCommon: Entry<T>["isCommon"]): readonly Entry<T>[] =>
  Object.entries(table).map(([name, source]) => ({ name, source, isCommon }));

const always = (): boolean => true;
const never = (): boolean => false;
const ofPresentKey = ({ key }: Asked): boolean => key !== undefined;
/** The grant decides about RetireGrant: its check does not see what kind of key it is of. */
const ofAnyKey = ({ key, grant }: Asked): boolean => key !== undefined && grant === undefined;

const SINGLES: readonly Entry<Source>[] = [
  ...entries<Source>(OWN, never),
  ...entries<Source>(OF_KEYS, ofAnyKey),
  ...entries<Source>(OF_PRESENT_KEYS, ofPresentKey),
  ...entries<Source>(GLOBAL, always),
];
const MANY: readonly Entry<ManySource>[] = [
  ...entries<ManySource>(OWN_MANY, never),
  ...entries<ManySource>(OF_PRESENT_KEYS_MANY, ofPresentKey),
  ...entries<ManySource>(GLOBAL_MANY, always),
];

/** Every key that has a source, as AWS writes it. */
export const CONDITION_KEYS: readonly string[] = [...SINGLES, ...MANY].map(({ name }) => name);

const byName = <T>(all: readonly Entry<T>[]): ReadonlyMap<string, Entry<T>> =>
  new Map(all.map((entry) => [fold(entry.name), entry]));
const singles = byName(SINGLES);
const many = byName(MANY);

/** The value of a condition key, by its folded name; undefined where the check has none. */
export function conditionValue(key: string, asked: Asked): Value | undefined {
  const single = singles.get(key);
  if (single !== undefined) return has(single, asked) ? single.source(asked) : undefined;
  const cut = prefixLength(key);
  const several = many.get(key.slice(0, cut));
  return several !== undefined && has(several, asked) ? several.source(asked, key.slice(cut)) : undefined;
}

const has = ({ name, isCommon }: Entry<unknown>, asked: Asked): boolean =>
  isCommon(asked) || (asked.conditions as readonly string[] | undefined)?.includes(name) === true;

const CONTEXT = "kms:encryptioncontext:";

/** A key of a context may hold colons and slashes of its own: the prefix ends with the first that ends one. */
const prefixLength = (key: string): number => (key.startsWith(CONTEXT) ? CONTEXT.length : key.indexOf("/") + 1);
