// The life of a key as the documents have it: what each call is answered in each state, and what time brings. Pure: a step gives the next
// model. Sources: KMS API reference; developer guide, "Key states", "Rotate AWS KMS keys", "Delete AWS KMS keys"; docs/divergences.md.

import { answerIn } from "../vectors/key-states.ts";
import { IMPORTS, look, lookAtEnds, shown } from "./lifecycle-imports.ts";
import {
  arn,
  type Call,
  change,
  current,
  DAY_MS,
  type Input,
  isOver,
  type Key,
  type Material,
  MINUTE_MS,
  type Model,
  materialsOf,
  needed,
  type Output,
  promote,
  QUOTAS,
  Refusal,
  type RotationType,
  refuse,
  seconds,
  stateOf,
} from "./lifecycle-key.ts";

export const begin = (now: number): Model => {
  return { now, keys: new Map(), keysMade: 0, aliases: new Map(), ciphertexts: [], tokens: [], events: [] };
};

/** Operations that keys of one origin alone have. */
const ORIGINS: Readonly<Record<string, Key["origin"]>> = {
  EnableKeyRotation: "AWS_KMS",
  DisableKeyRotation: "AWS_KMS",
  GetKeyRotationStatus: "AWS_KMS",
  GetParametersForImport: "EXTERNAL",
  ImportKeyMaterial: "EXTERNAL",
  DeleteImportedKeyMaterial: "EXTERNAL",
};

/** The key that a name or an alias means, if it is in a state for the operation. */
function find(operation: string, model: Model, name = ""): Key {
  const { keys, aliases } = model;
  const key = keys.get(aliases.get(name) ?? name) ?? refuse("NotFoundException");
  if ((ORIGINS[operation] ?? key.origin) !== key.origin) refuse("UnsupportedOperationException");
  const answer = answerIn(operation, stateOf(key, model.now));
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
  ciphertexts.push({ key: key.name, material: current(key) ?? "", plaintext });
  return { CiphertextBlob: `<ciphertext ${ciphertexts.length - 1}>`, KeyId: arn(key.name) };
}

const use = (operation: string, { now }: Model, key: Key): void => change(key, { lastUsage: { operation, at: now } });

function rotate(model: Model, key: Key, type: RotationType): undefined {
  const material: Material = { name: materialName(key.name, key.materials.length), state: "PENDING_ROTATION", isSealed: true };
  key.materials.push(material);
  promote(model, key, material, type);
}

/** Material that was made here is there from the beginning on, or made when it is wanted. */
function rotateOnDemand(model: Model, key: Key): undefined {
  if (key.origin === "AWS_KMS") return rotate(model, key, "ON_DEMAND");
  const pending = materialsOf(key, model.now).find(({ state }) => state === "PENDING_ROTATION");
  promote(model, key, pending ?? refuse("KMSInvalidStateException"), "ON_DEMAND");
  look(key, undefined);
}

function requireRoom({ aliases }: Model, { name }: Key): void {
  if ([...aliases.values()].filter((target) => target === name).length >= QUOTAS.aliasesPerKey) refuse("LimitExceededException");
}

const materialName = (key: string, number: number): string => `${key.slice(0, -1)} material ${number}>`;

const described = (key: Key, { now }: Model): Output => ({
  KeyMetadata: {
    KeyId: key.name,
    Arn: arn(key.name),
    CreationDate: seconds(key.createdAt),
    Enabled: stateOf(key, now) === "Enabled",
    KeyState: stateOf(key, now),
    Description: key.description,
    DeletionDate: seconds(key.deletionAt),
    CurrentKeyMaterialId: current(key),
    Origin: key.origin,
    ...(key.origin === "EXTERNAL" && { ExpirationModel: undefined, ValidTo: undefined, ...shown(needed(key), now) }),
  },
});

const OPERATIONS: Readonly<Record<string, (call: Call) => Output | undefined>> = {
  ...IMPORTS,
  CancelKeyDeletion({ key }) {
    change(key, { state: "Disabled", deletionAt: undefined, secondLookAt: undefined });
    return { KeyId: arn(key.name) };
  },
  CreateAlias({ model, key, input: { AliasName = "" } }) {
    if (model.aliases.has(AliasName)) refuse("AlreadyExistsException");
    requireRoom(model, key);
    model.aliases.set(AliasName, key.name);
  },
  CreateKey({ model, input: { Origin } }) {
    if (model.keys.size >= QUOTAS.keys) refuse("LimitExceededException");
    const name = `<key ${model.keysMade++}>`;
    const origin = Origin === "EXTERNAL" ? Origin : "AWS_KMS";
    const first: Material = { name: materialName(name, 0), state: "CURRENT", isSealed: true };
    const materials = origin === "EXTERNAL" ? [] : [first];
    const key: Key = { name, origin, createdAt: model.now, state: "Enabled", description: "", tags: new Map(), materials };
    model.keys.set(name, key);
    return described(key, model);
  },
  Decrypt({ model, input }) {
    const { key, material, plaintext } = open("Decrypt", model, input);
    return { KeyId: arn(key), KeyMaterialId: material, Plaintext: plaintext };
  },
  DeleteAlias({ model, input: { AliasName = "" } }) {
    if (!model.aliases.delete(AliasName)) refuse("NotFoundException");
  },
  DescribeKey: ({ key, model }) => described(key, model),
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
  ListKeyRotations: ({ key, model: { now } }) => ({
    Rotations: materialsOf(key, now).map((material) => ({
      KeyMaterialId: material.name,
      KeyMaterialState: material.state,
      RotationDate: seconds(material.rotation?.at),
      RotationType: material.rotation?.type,
      ...(key.origin === "EXTERNAL" && { ImportState: "PENDING_IMPORT", ExpirationModel: undefined, ValidTo: undefined }),
      ...(key.origin === "EXTERNAL" && material.isSealed && !isOver(material, now) && { ImportState: "IMPORTED" }),
      ...(key.origin === "EXTERNAL" && shown([material], now)),
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
    rotateOnDemand(model, key);
    return { KeyId: arn(key.name) };
  },
  ScheduleKeyDeletion(call) {
    const { PendingWindowInDays = 30 } = call.input;
    if (PendingWindowInDays < 7 || PendingWindowInDays > 30) refuse("ValidationException");
    const { model, key } = call;
    const deletionAt = model.now + PendingWindowInDays * DAY_MS;
    change(key, { state: "PendingDeletion", deletionAt });
    return { KeyId: arn(key.name), KeyState: "PendingDeletion", DeletionDate: seconds(deletionAt), PendingWindowInDays };
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
export const nextDue = ({ keys, tokens }: Model): number =>
  Math.min(
    ...[...keys.values()].flatMap((key) => [dueAt(key), key.ending?.at ?? Number.POSITIVE_INFINITY]),
    ...tokens.filter(({ hasWrappingKey }) => hasWrappingKey).map(({ endsAt }) => endsAt),
  );

/** A second look that is farther off than a minute is none: the clock was ahead when it was set. */
export function afterStart(before: Model): Model {
  const model = structuredClone(before);
  const isTooFar = (at: number | undefined): boolean => (at ?? 0) > model.now + MINUTE_MS;
  for (const key of model.keys.values()) {
    if (isTooFar(key.secondLookAt)) change(key, { secondLookAt: undefined });
    if (key.ending?.isSecond && isTooFar(key.ending.at)) look(key, model.now);
  }
  return model;
}

/**
 * Each key that is due is rotated once, however late, the next time a period later; or looked at, and a minute after that deleted. A second
 * look that is a minute late is a first one again.
 */
export function afterAlarm(before: Model): Model {
  const model = afterStart(before);
  const { now, keys, tokens } = model;
  const due = [...keys.values()].flatMap((key) => [
    { key, at: dueAt(key), act: key.state === "PendingDeletion" ? lookAtDeletion : rotateByCalendar },
    { key, at: key.ending?.at ?? Number.POSITIVE_INFINITY, act: lookAtEnds },
  ]);
  const inTurn = due.filter(({ at }) => at <= now).toSorted((one, other) => one.at - other.at);
  for (const { key, act } of inTurn) if (keys.has(key.name)) act(model, key);
  for (const token of tokens) if (token.endsAt <= now || !keys.has(token.key)) token.hasWrappingKey = false;
  return model;
}

function rotateByCalendar(model: Model, key: Key): void {
  const { days } = key.rotation ?? refuse("a key without a calendar");
  rotate(model, key, "AUTOMATIC");
  change(key, { rotation: { days, nextAt: model.now + days * DAY_MS } });
}

function lookAtDeletion({ now, keys, aliases, events }: Model, key: Key): undefined {
  if (key.secondLookAt === undefined || now - key.secondLookAt > MINUTE_MS) return change(key, { secondLookAt: now + MINUTE_MS });
  keys.delete(key.name);
  for (const [alias, target] of aliases) if (target === key.name) aliases.delete(alias);
  events.push(`DeleteKey ${key.name}`);
}
