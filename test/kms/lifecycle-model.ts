// The life of a key as the documents have it: what each call is answered in each state, and what time brings. Pure: a step gives the next
// model. Sources: KMS API reference; developer guide, "Key states", "Rotate AWS KMS keys", "Delete AWS KMS keys"; docs/divergences.md.
//
// Names stand for what a store alone knows: <key 0> and its <key 0 material 1>, <ciphertext 2> and its <plaintext 2>, and <scope> for how
// every ARN begins.

import { answerIn } from "../vectors/key-states.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
/** Small, so that a short life meets them. */
export const QUOTAS = { keys: 3, aliasesPerKey: 2, tagsPerKey: 50, onDemandRotations: 3 };

type RotationType = "AUTOMATIC" | "ON_DEMAND";

interface Key {
  readonly name: string;
  readonly createdAt: number;
  readonly state: "Enabled" | "Disabled" | "PendingDeletion";
  readonly description: string;
  readonly policy?: string;
  readonly tags: Map<string, string>;
  readonly materials: { readonly name: string; readonly rotation?: { readonly at: number; readonly type: RotationType } }[];
  readonly rotation?: { readonly days: number; readonly nextAt: number } | undefined;
  readonly lastUsage?: { readonly operation: string; readonly at: number };
  readonly deletionAt?: number | undefined;
  /** When the second look is due, once the first has found the key's time come. */
  readonly secondLookAt?: number | undefined;
}

export interface Model {
  readonly now: number;
  /** Those that are not deleted, by name. */
  readonly keys: Map<string, Key>;
  keysMade: number;
  /** The key of each. */
  readonly aliases: Map<string, string>;
  readonly ciphertexts: { readonly key: string; readonly material: string; readonly plaintext: string }[];
  /** What the service has done unprompted. */
  readonly events: string[];
}

export const begin = (now: number): Model => {
  return { now, keys: new Map(), keysMade: 0, aliases: new Map(), ciphertexts: [], events: [] };
};

type Name = "KeyId" | "TargetKeyId" | "DestinationKeyId" | "AliasName" | "CiphertextBlob";
type Text = "Plaintext" | "Description" | "Policy" | "KeySpec" | "IncludeKeyMaterial";
type Count = "PendingWindowInDays" | "RotationPeriodInDays";
interface Tagged {
  readonly Tags?: readonly { readonly TagKey: string; readonly TagValue: string }[];
}
/** The members that calls are made of. */
export type Input = Readonly<Partial<Record<Name | Text, string | undefined> & Record<Count, number | undefined>>> & Tagged;
type Output = Readonly<Record<string, unknown>>;

class Refusal extends Error {}
const refuse = (type: string): never => {
  throw new Refusal(type);
};

/** The key that a name or an alias means, if it is in a state for the operation. */
function find(operation: string, { keys, aliases }: Model, name = ""): Key {
  const key = keys.get(aliases.get(name) ?? name) ?? refuse("NotFoundException");
  const answer = answerIn(operation, key.state);
  if (answer !== "+") refuse(answer === "D" ? "DisabledException" : "KMSInvalidStateException");
  return key;
}

/** A ciphertext, if its key is there and in a state for the operation. A caller who names another key is told that first. */
function open(operation: string, model: Model, { CiphertextBlob = "", KeyId }: Input) {
  const sealed = model.ciphertexts[Number(/\d+/.exec(CiphertextBlob))] ?? refuse("InvalidCiphertextException");
  if (KeyId === undefined && !model.keys.has(sealed.key)) refuse("AccessDeniedException");
  if (KeyId !== undefined && find("", model, KeyId).name !== sealed.key) refuse("IncorrectKeyException");
  use(operation, model, find(operation, model, sealed.key));
  return sealed;
}

function seal(operation: string, model: Model, key: Key, plaintext: string) {
  use(operation, model, key);
  const { ciphertexts } = model;
  ciphertexts.push({ key: key.name, material: current(key), plaintext });
  return { CiphertextBlob: `<ciphertext ${ciphertexts.length - 1}>`, KeyId: arn(key.name) };
}

const use = (operation: string, { now }: Model, key: Key): void => change(key, { lastUsage: { operation, at: now } });

function rotate({ now, events }: Model, { name, materials }: Key, type: RotationType): void {
  materials.push({ name: materialName(name, materials.length), rotation: { at: now, type } });
  events.push(`RotateKey ${name} ${type}`);
}

function requireRoom({ aliases }: Model, { name }: Key): void {
  if ([...aliases.values()].filter((target) => target === name).length >= QUOTAS.aliasesPerKey) refuse("LimitExceededException");
}

function change(key: Key, to: Partial<Key>): undefined {
  Object.assign(key, to);
}

const arn = (name: string): string => `<scope>:key/${name}`;
const materialName = (key: string, number: number): string => `${key.slice(0, -1)} material ${number}>`;
const current = ({ materials }: Key): string => materials.at(-1)?.name ?? "";
const seconds = (time: number | undefined): number | undefined => (time === undefined ? undefined : time / 1000);

const described = (key: Key): Output => ({
  KeyMetadata: {
    KeyId: key.name,
    Arn: arn(key.name),
    CreationDate: seconds(key.createdAt),
    Enabled: key.state === "Enabled",
    KeyState: key.state,
    Description: key.description,
    DeletionDate: seconds(key.deletionAt),
    CurrentKeyMaterialId: current(key),
  },
});

interface Call {
  readonly model: Model;
  readonly input: Input;
  /** Of KeyId or TargetKeyId: looked up, in its state, where it is asked for. */
  readonly key: Key;
}

const OPERATIONS: Readonly<Record<string, (call: Call) => Output | undefined>> = {
  CancelKeyDeletion({ key }) {
    change(key, { state: "Disabled", deletionAt: undefined, secondLookAt: undefined });
    return { KeyId: arn(key.name) };
  },
  CreateAlias({ model, key, input: { AliasName = "" } }) {
    if (model.aliases.has(AliasName)) refuse("AlreadyExistsException");
    requireRoom(model, key);
    model.aliases.set(AliasName, key.name);
  },
  CreateKey({ model }) {
    if (model.keys.size >= QUOTAS.keys) refuse("LimitExceededException");
    const name = `<key ${model.keysMade++}>`;
    const materials = [{ name: materialName(name, 0) }];
    const key: Key = { name, createdAt: model.now, state: "Enabled", description: "", tags: new Map(), materials };
    model.keys.set(name, key);
    return described(key);
  },
  Decrypt({ model, input }) {
    const { key, material, plaintext } = open("Decrypt", model, input);
    return { KeyId: arn(key), KeyMaterialId: material, Plaintext: plaintext };
  },
  DeleteAlias({ model, input: { AliasName = "" } }) {
    if (!model.aliases.delete(AliasName)) refuse("NotFoundException");
  },
  DescribeKey: ({ key }) => described(key),
  DisableKey: ({ key }) => change(key, { state: "Disabled" }),
  DisableKeyRotation: ({ key }) => change(key, { rotation: undefined }),
  EnableKey: ({ key }) => change(key, { state: "Enabled" }),
  EnableKeyRotation(call) {
    const { RotationPeriodInDays: days = 365 } = call.input;
    if (days < 90 || days > 2560) refuse("ValidationException");
    const { model, key } = call;
    if (key.rotation?.days !== days) change(key, { rotation: { days, nextAt: model.now + days * DAY_MS } }); // the same period leaves its date
  },
  Encrypt: ({ model, key, input: { Plaintext = "" } }) => seal("Encrypt", model, key, Plaintext),
  GenerateDataKey({ model, key }) {
    const Plaintext = `<plaintext ${model.ciphertexts.length}>`;
    return { ...seal("GenerateDataKey", model, key, Plaintext), KeyMaterialId: current(key), Plaintext };
  },
  GetKeyLastUsage: ({ key: { name, createdAt, lastUsage } }) => ({
    KeyId: name,
    KeyLastUsage: { Operation: lastUsage?.operation, Timestamp: seconds(lastUsage?.at) },
    KeyCreationDate: seconds(createdAt),
  }),
  GetKeyPolicy: ({ key: { policy } }) => (policy === undefined ? {} : { Policy: policy }),
  GetKeyRotationStatus({ key }) {
    const rotation = key.state === "PendingDeletion" ? undefined : key.rotation; // a cancelled deletion brings it back
    return {
      KeyId: arn(key.name),
      KeyRotationEnabled: rotation !== undefined,
      RotationPeriodInDays: rotation?.days,
      NextRotationDate: seconds(rotation?.nextAt),
    };
  },
  ListAliases({ model }) {
    return { Aliases: [...model.aliases].sort().map(([AliasName, TargetKeyId]) => ({ AliasName, TargetKeyId })) };
  },
  ListKeyRotations: ({ key }) => ({
    Rotations: key.materials.map(({ name, rotation }) => ({
      KeyMaterialId: name,
      KeyMaterialState: name === current(key) ? "CURRENT" : "NON_CURRENT",
      RotationDate: seconds(rotation?.at),
      RotationType: rotation?.type,
    })),
  }),
  ListResourceTags: ({ key }) => ({ Tags: [...key.tags].map(([TagKey, TagValue]) => ({ TagKey, TagValue })) }),
  PutKeyPolicy: ({ key, input: { Policy = "" } }) => change(key, { policy: Policy }),
  ReEncrypt({ model, input }) {
    const { key, material, plaintext } = open("ReEncrypt", model, input);
    const to = find("ReEncrypt", model, input.DestinationKeyId);
    const materials = { SourceKeyMaterialId: material, DestinationKeyMaterialId: current(to) };
    return { ...seal("ReEncrypt", model, to, plaintext), SourceKeyId: arn(key), ...materials };
  },
  RotateKeyOnDemand({ model, key }) {
    const onDemand = key.materials.filter(({ rotation }) => rotation?.type === "ON_DEMAND");
    if (onDemand.length >= QUOTAS.onDemandRotations) refuse("LimitExceededException");
    if (key.rotation !== undefined && key.rotation.nextAt - model.now <= 20 * MINUTE_MS) refuse("ConflictException");
    rotate(model, key, "ON_DEMAND");
    return { KeyId: arn(key.name) };
  },
  ScheduleKeyDeletion(call) {
    const { PendingWindowInDays = 30 } = call.input;
    if (PendingWindowInDays < 7 || PendingWindowInDays > 30) refuse("ValidationException");
    const { model, key } = call;
    const deletionAt = model.now + PendingWindowInDays * DAY_MS;
    change(key, { state: "PendingDeletion", deletionAt });
    return { KeyId: arn(key.name), KeyState: key.state, DeletionDate: seconds(deletionAt), PendingWindowInDays };
  },
  TagResource({ key, input: { Tags = [] } }) {
    for (const { TagKey, TagValue } of Tags) key.tags.set(TagKey, TagValue); // one that is there keeps its place
  },
  UpdateAlias(call) {
    const { AliasName = "" } = call.input;
    const before = call.model.aliases.get(AliasName) ?? refuse("NotFoundException");
    const { model, key } = call;
    if (key.name !== before) requireRoom(model, key);
    model.aliases.set(AliasName, key.name);
  },
  UpdateKeyDescription: ({ key, input: { Description = "" } }) => change(key, { description: Description }),
};

/** Answers a call with the members that matter, or with the error's type. */
export function afterCall(before: Model, operation: string, input: Input): { model: Model; answer: Output | string } {
  const model = structuredClone(before);
  const made: Call = {
    model,
    input,
    get key() {
      return find(operation, model, input.KeyId ?? input.TargetKeyId);
    },
  };
  try {
    return { model, answer: OPERATIONS[operation]?.(made) ?? {} };
  } catch (cause) {
    if (cause instanceof Refusal) return { model: before, answer: cause.message };
    throw cause;
  }
}

/** When the alarm has something to do for a key. While it is not enabled its rotation stands still. */
const dueAt = ({ state, rotation, deletionAt, secondLookAt }: Key): number =>
  (state === "Enabled" ? rotation?.nextAt : (secondLookAt ?? deletionAt)) ?? Number.POSITIVE_INFINITY;

/** When the alarm next has something to do. */
export const nextDue = ({ keys }: Model): number => Math.min(...[...keys.values()].map(dueAt));

/** A second look that is farther off than a minute is none: the clock was ahead when it was set. */
export function afterStart(before: Model): Model {
  const model = structuredClone(before);
  for (const key of model.keys.values())
    if ((key.secondLookAt ?? 0) > model.now + MINUTE_MS) change(key, { secondLookAt: undefined });
  return model;
}

/**
 * Each key that is due is rotated once, however late, the next time a period later; or looked at, and a minute after that deleted. A second
 * look that is a minute late is a first one again.
 */
export function afterAlarm(before: Model): Model {
  const model = afterStart(before);
  const { now, keys, aliases, events } = model;
  for (const key of [...keys.values()].filter((each) => dueAt(each) <= now)) {
    if (key.rotation !== undefined && key.state === "Enabled") {
      rotate(model, key, "AUTOMATIC");
      change(key, { rotation: { days: key.rotation.days, nextAt: now + key.rotation.days * DAY_MS } });
    } else if (key.secondLookAt === undefined || now - key.secondLookAt > MINUTE_MS) {
      change(key, { secondLookAt: now + MINUTE_MS });
    } else {
      keys.delete(key.name);
      for (const [alias, target] of aliases) if (target === key.name) aliases.delete(alias);
      events.push(`DeleteKey ${key.name}`);
    }
  }
  return model;
}
