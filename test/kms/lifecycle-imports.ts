// What imports do in the life of a key of origin EXTERNAL, and what the alarm does at the ends of materials and of wrapping keys. Pure, a part
// of lifecycle-model.ts. Sources: KMS API reference; developer guide, "Importing key material"; docs/divergences.md.

import {
  arn,
  type Call,
  change,
  current,
  DAY_MS,
  isOver,
  type Key,
  type Material,
  MINUTE_MS,
  type Model,
  materialsOf,
  needed,
  type Output,
  refuse,
  seconds,
  stateOf,
} from "./lifecycle-key.ts";

const WRAPPING_KEYS_MAX = 10;

/** ExpirationModel and ValidTo of so many materials, if all of them are here. */
export function shown(materials: readonly Material[], now: number): Output {
  if (materials.length === 0 || materials.some((material) => !material.isSealed || isOver(material, now))) return {};
  const end = firstEnd(materials);
  return { ExpirationModel: `KEY_MATERIAL_${end === undefined ? "DOES_NOT_EXPIRE" : "EXPIRES"}`, ValidTo: seconds(end) };
}

function firstEnd(materials: readonly Material[]): number | undefined {
  const ends = materials.flatMap(({ isSealed, endsAt }) => (isSealed ? (endsAt ?? []) : []));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** @returns undefined: for ever. */
function endOf({ input: { ExpirationModel, ValidTo }, model: { now } }: Call): number | undefined {
  const end = ValidTo === undefined ? undefined : Math.round(ValidTo * 1000);
  const isForEver = ExpirationModel === "KEY_MATERIAL_DOES_NOT_EXPIRE";
  const isRight = isForEver ? end === undefined : end !== undefined && end > now && end <= now + 365 * DAY_MS;
  return isRight ? end : refuse("ValidationException");
}

export const IMPORTS: Readonly<Record<string, (call: Call) => Output>> = {
  GetParametersForImport({ model: { now, tokens }, key }) {
    const own = tokens.filter(({ key: name, hasWrappingKey }) => name === key.name && hasWrappingKey);
    const [oldest] = own.toSorted((one, other) => one.endsAt - other.endsAt);
    if (own.length === WRAPPING_KEYS_MAX && oldest !== undefined) oldest.hasWrappingKey = false;
    const endsAt = now + DAY_MS;
    tokens.push({ key: key.name, endsAt, hasWrappingKey: true });
    return { KeyId: arn(key.name), ImportToken: `<token ${tokens.length - 1}>`, ParametersValidTo: seconds(endsAt) };
  },
  ImportKeyMaterial(call) {
    const { key, input, model } = call;
    const endsAt = endOf(call);
    const token = model.tokens[Number(/-?\d+/.exec(input.ImportToken ?? ""))];
    if (token?.key !== key.name) return refuse("InvalidImportTokenException");
    if (token.endsAt <= model.now) refuse("ExpiredImportTokenException");
    if (!token.hasWrappingKey) refuse("InvalidImportTokenException");
    const [sent] = /\w+(?=>)/.exec(input.EncryptedKeyMaterial ?? "") ?? [];
    if (sent === "nothing") refuse("InvalidCiphertextException");
    if (sent === "short") refuse("IncorrectKeyMaterialException");
    const name = `<material ${/\d+/.exec(key.name)} ${sent}>`;
    const wasPending = stateOf(key, model.now) === "PendingImport";
    takeIn(call, { name, isSealed: true, endsAt, state: "PENDING_ROTATION" });
    look(key, undefined);
    if (wasPending && needed(key).every(({ isSealed }) => isSealed)) change(key, { state: "Enabled" });
    return { KeyId: arn(key.name), KeyMaterialId: name };
  },
  DeleteImportedKeyMaterial({ key, input, model: { now } }) {
    const KeyMaterialId = input.KeyMaterialId ?? current(key);
    const material = materialsOf(key, now).find(({ name }) => name === KeyMaterialId);
    if (input.KeyMaterialId !== undefined && material === undefined) refuse("NotFoundException");
    if (material?.isSealed) {
      giveUp(key, material);
      look(key, undefined);
    }
    return { KeyId: arn(key.name), KeyMaterialId };
  },
};

function takeIn({ key, input, model: { now, events } }: Call, material: Material): void {
  const there = materialsOf(key, now);
  const known = there.find(({ name }) => name === material.name);
  const type = input.ImportType ?? (there.length === 0 ? "NEW_KEY_MATERIAL" : "EXISTING_KEY_MATERIAL");
  if ((type === "NEW_KEY_MATERIAL") !== (known === undefined)) refuse("IncorrectKeyMaterialException");
  if (known !== undefined) {
    Object.assign(known, { isSealed: true, endsAt: material.endsAt });
    return;
  }
  if (there.length === 0) material.state = "CURRENT";
  else if (there.some(({ state }) => state === "PENDING_ROTATION")) refuse("KMSInvalidStateException");
  for (const ended of key.materials.filter((each) => !there.includes(each))) {
    giveUp(key, ended);
    events.push(`DeleteExpiredKeyMaterial ${key.name}`);
  }
  key.materials.push(material);
}

function giveUp({ materials }: Key, material: Material): void {
  if (material.state === "PENDING_ROTATION") materials.splice(materials.indexOf(material), 1);
  else Object.assign(material, { isSealed: false, endsAt: undefined });
}

/** When the alarm is to look next; `now`: it has looked just now. */
export function look(key: Key, now: number | undefined): void {
  const at = firstEnd(key.materials);
  const isFirst = now === undefined || (at !== undefined && at > now);
  const ending = isFirst ? { at: at ?? 0, isSecond: false } : { at: now + MINUTE_MS, isSecond: true };
  change(key, { ending: at === undefined ? undefined : ending });
}

/** The alarm looks at the ends of a key's materials. */
export function lookAtEnds({ now, events }: Model, key: Key): void {
  const { at, isSecond } = key.ending ?? { at: now, isSecond: false };
  const ended = key.materials.filter((material) => material.isSealed && isOver(material, at - MINUTE_MS));
  if (isSecond && now - at <= MINUTE_MS && ended.length > 0) {
    for (const material of ended) giveUp(key, material);
    events.push(`DeleteExpiredKeyMaterial ${key.name}`);
  }
  look(key, now);
}
