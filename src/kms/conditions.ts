// Condition keys: where the value of each comes from. A decision asks, and only what a policy mentions is computed. A name that ends with ":" or
// "/" begins many keys. Sources: KMS developer guide, "Condition keys for AWS KMS"; IAM user guide, "AWS global condition context keys".

import type { Value } from "../authz/context.ts";
import { fold } from "../authz/fold.ts";
import type { ObjectCall } from "../durable/call.ts";
import type { Key } from "../keyring/key.ts";
import { DEFAULT_CIPHER } from "../keyring/specs.ts";
import { parseKeyName } from "../wire/arn.ts";
import type { View } from "./callers.ts";
import type { ConditionKey, Conditions } from "./condition-keys.ts";
import type { Request, Resource } from "./operation.ts";
import type { StoredGrant } from "./tables/grants.ts";
import type { Reads } from "./tables/tables.ts";

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

/** What a grant is bound to, and how: one that is there, or is to be made. */
function constraintOf({ grant, request: { recorded } }: Asked): readonly [type: string, pairs: Pairs] | undefined {
  if (grant !== undefined) return grant.constraints && [grant.constraints.type, new Map(grant.constraints.pairs)];
  const constraints = (recorded["Constraints"] ?? {}) as Readonly<Record<string, Pairs | undefined>>;
  for (const type of ["EncryptionContextEquals", "EncryptionContextSubset"]) {
    const pairs = constraints[type];
    if (pairs !== undefined) return [type, pairs];
  }
  return undefined;
}

/** The pairs of the request's context; of a grant, those of its constraint. */
export function pairsOf(asked: Asked): Pairs | undefined {
  const pairs = half(asked, "EncryptionContext");
  return pairs instanceof Map ? (pairs as Pairs) : constraintOf(asked)?.[1];
}

const DAY_MS = 86_400_000;

function alias({ resource }: Asked): string | undefined {
  const id = resource.kind === "key" || resource.kind === "ciphertext" ? resource.id : undefined;
  const name = id === undefined ? undefined : parseKeyName(id);
  return name?.kind === "alias" ? name.name : undefined;
}

const tagsOf = ({ request }: Asked): readonly { readonly TagKey: string; readonly TagValue: string }[] =>
  (request.recorded["Tags"] as readonly { TagKey: string; TagValue: string }[] | undefined) ?? [];

/** Values whose names differ in case alone cannot be told apart. */
function among(pairs: Iterable<readonly [name: string, value: string]>, folded: string): Value | undefined {
  const values = [...pairs].filter(([name]) => fold(name) === folded).map(([, value]) => value);
  return values.length > 1 ? { either: values } : values[0];
}

const listed = (values: readonly string[]): Value | undefined => (values.length === 0 ? undefined : values);

/** What an operation adds to the keys that every operation on a key has. */
const OWN: Readonly<Record<Exclude<ConditionKey, ManyKey | OfKeys>, Source>> = {
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
  "kms:GrantConstraintType": (asked) => constraintOf(asked)?.[0],
  "kms:GranteePrincipal": member("GranteePrincipal"),
  "kms:GrantIsForAWSResource": () => "false",
  "kms:GrantOperations": ({ request }) => listed((request.recorded["Operations"] as string[] | undefined) ?? []),
  "kms:KeyAgreementAlgorithm": member("KeyAgreementAlgorithm"),
  "kms:MacAlgorithm": member("MacAlgorithm"),
  "kms:MessageType": member("MessageType"),
  "kms:PrimaryRegion": member("PrimaryRegion"),
  "kms:ReEncryptOnSameKey": ({ keys: [source, destination] }) => printed(source !== undefined && source.id === destination?.id),
  "kms:ReplicaRegion": member("ReplicaRegion"),
  "kms:RequestAlias": alias,
  "kms:RetiringPrincipal": given("RetiringPrincipal"),
  "kms:RotationPeriodInDays": member("RotationPeriodInDays"),
  "kms:ScheduleKeyDeletionPendingWindowInDays": member("PendingWindowInDays"),
  "kms:SigningAlgorithm": member("SigningAlgorithm"),
  "kms:TrailingDaysWithoutKeyUsage": ({ key, reads, time }) =>
    key && String(Math.floor((time - (reads.lastUses.find(key.id)?.at ?? key.createdAt)) / DAY_MS)),
  "kms:ValidTo": ({ request }) => {
    const { ValidTo } = request.given;
    return ValidTo instanceof Date ? String(Math.floor(ValidTo.getTime() / 1000)) : undefined;
  },
  "kms:WrappingAlgorithm": member("WrappingAlgorithm"),
  "kms:WrappingKeySpec": member("WrappingKeySpec"),
};

type ManyKey = "aws:RequestTag/" | "kms:EncryptionContext:";

const OWN_MANY: Readonly<Record<ManyKey, ManySource>> = {
  "aws:RequestTag/": (asked, name) =>
    among(
      tagsOf(asked).map(({ TagKey, TagValue }) => [TagKey, TagValue] as const),
      name,
    ),
  "kms:EncryptionContext:": (asked, name) => among(pairsOf(asked) ?? [], name),
};

/** Of every check against a key, and of CreateKey for the key to be. */
const OF_KEYS: Readonly<Record<OfKeys | "kms:CustomerMasterKeySpec" | "kms:CustomerMasterKeyUsage", Source>> = {
  "kms:KeySpec": ofKey(({ spec }) => spec, "KeySpec"),
  "kms:CustomerMasterKeySpec": ofKey(({ spec }) => spec, "KeySpec"),
  "kms:KeyUsage": ofKey(({ usage }) => usage, "KeyUsage"),
  "kms:CustomerMasterKeyUsage": ofKey(({ usage }) => usage, "KeyUsage"),
  "kms:KeyOrigin": ofKey(({ origin }) => origin, "Origin"),
  "kms:MultiRegion": ofKey(({ multiRegion }) => multiRegion, "MultiRegion"),
  "kms:MultiRegionKeyType": () => undefined, // until there are keys of several Regions
};

type OfKeys = "kms:KeySpec" | "kms:KeyUsage" | "kms:KeyOrigin" | "kms:MultiRegion" | "kms:MultiRegionKeyType";

/** Of every check against a key that is there. */
const OF_PRESENT_KEYS: Readonly<Record<string, Source>> = {
  "kms:ResourceAliases": ({ key, reads }) => key && listed(reads.aliases.page(key.id, "", ALIASES_MAX).map(({ name }) => name)),
};
const ALIASES_MAX = 1000;

const OF_PRESENT_KEYS_MANY: Readonly<Record<string, ManySource>> = {
  "aws:ResourceTag/": ({ key, reads }, name) =>
    key &&
    among(
      reads.tags.page(key.id, "0", TAGS_MAX).map(({ TagKey, TagValue }) => [TagKey, TagValue] as const),
      name,
    ),
};
const TAGS_MAX = 1000;

/** Of every check. */
const GLOBAL: Readonly<Record<string, Source>> = {
  "aws:CurrentTime": ({ time }) => new Date(time).toISOString(),
  "aws:EpochTime": ({ time }) => String(Math.floor(time / 1000)),
  "aws:PrincipalAccount": ({ view }) => view.principal.account,
  "aws:PrincipalArn": ({ view }) => view.arn,
  "aws:PrincipalIsAWSService": () => "false",
  "aws:PrincipalType": ({ view }) => (view.principal.type === "Root" ? "Account" : view.principal.type),
  "aws:RequestedRegion": ({ region }) => region,
  "aws:ResourceAccount": ({ account }) => account,
  "aws:SecureTransport": ({ call }) => printed(call.tlsVersion !== undefined),
  "aws:SourceIp": ({ call }) => (call.sourceAddress === "" ? undefined : call.sourceAddress),
  "aws:UserAgent": ({ call }) => (call.userAgent === "" ? undefined : call.userAgent),
  "aws:userid": ({ view }) => view.principal.uniqueId,
  "aws:username": ({ view }) => view.userName,
  "aws:ViaAWSService": () => "false",
  "kms:CallerAccount": ({ view }) => view.principal.account,
};

const GLOBAL_MANY: Readonly<Record<string, ManySource>> = {
  "aws:PrincipalTag/": ({ view }, name) => among(view.tags, name),
};

const folded = <T>(table: Readonly<Record<string, T>>): ReadonlyMap<string, { readonly name: string; readonly source: T }> =>
  new Map(Object.entries(table).map(([name, source]) => [fold(name), { name, source }]));

const own = folded<Source>(OWN);
const ownMany = folded<ManySource>(OWN_MANY);
const ofKeys = folded<Source>(OF_KEYS);
const ofPresent = folded<Source>(OF_PRESENT_KEYS);
const ofPresentMany = folded<ManySource>(OF_PRESENT_KEYS_MANY);
const global = folded<Source>(GLOBAL);
const globalMany = folded<ManySource>(GLOBAL_MANY);

/** The value of a condition key, by its folded name; undefined where the check has none. */
export function conditionValue(key: string, asked: Asked): Value | undefined {
  const { conditions = [] } = asked;
  const isOwn = ({ name }: { readonly name: string }): boolean => (conditions as readonly string[]).includes(name);
  const always = global.get(key) ?? (asked.key === undefined ? undefined : (ofKeys.get(key) ?? ofPresent.get(key)));
  if (always !== undefined) return always.source(asked);
  const single = own.get(key) ?? ofKeys.get(key);
  if (single !== undefined) return isOwn(single) ? single.source(asked) : undefined;
  const cut = prefixLength(key);
  const [prefix, name] = [key.slice(0, cut), key.slice(cut)];
  const many = globalMany.get(prefix) ?? (asked.key === undefined ? undefined : ofPresentMany.get(prefix));
  if (many !== undefined) return many.source(asked, name);
  const several = ownMany.get(prefix);
  return several !== undefined && isOwn(several) ? several.source(asked, name) : undefined;
}

const CONTEXT = "kms:encryptioncontext:";

/** A key of a context may hold colons and slashes of its own: the prefix ends with the first that ends one. */
const prefixLength = (key: string): number => (key.startsWith(CONTEXT) ? CONTEXT.length : key.indexOf("/") + 1);
