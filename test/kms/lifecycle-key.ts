// What the models of a key's life speak of: keys, their materials, calls and refusals. Names stand for what a store alone knows: <key 0> and
// its <key 0 material 1>, <material 1 0> that was imported into <key 1>, <token 2>, <ciphertext 2> and its <plaintext 2>, and <scope> for how
// every ARN begins.

import { parseQuotas } from "../../src/limits/quotas.ts";
export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
/** Small, so that a short life meets them. */
export const QUOTAS = {
  ...parseQuotas(undefined),
  keys: 3,
  aliasesPerKey: 2,
  tagsPerKey: 50,
  grantsPerKey: 10,
  onDemandRotations: 3,
};

export type RotationType = "AUTOMATIC" | "ON_DEMAND";

export interface Material {
  readonly name: string;
  state: "CURRENT" | "NON_CURRENT" | "PENDING_ROTATION";
  rotation?: { readonly at: number; readonly type: RotationType };
  /** Whether its bytes are kept. */
  isSealed: boolean;
  endsAt?: number | undefined;
}

export interface Key {
  readonly name: string;
  readonly origin: "AWS_KMS" | "EXTERNAL";
  readonly createdAt: number;
  /** While material is missing the key is pending import, whichever of the first two stands here. */
  readonly state: "Enabled" | "Disabled" | "PendingDeletion";
  readonly description: string;
  readonly policy?: string;
  readonly tags: Map<string, string>;
  readonly materials: Material[];
  readonly rotation?: { readonly days: number; readonly nextAt: number } | undefined;
  readonly lastUsage?: { readonly operation: string; readonly at: number };
  readonly deletionAt?: number | undefined;
  /** When the second look is due, once the first has found the key's time come. */
  readonly secondLookAt?: number | undefined;
  /** When the alarm looks at the ends of its materials, for the first or the second time. */
  readonly ending?: { readonly at: number; readonly isSecond: boolean } | undefined;
}

export interface Model {
  readonly now: number;
  /** Those that are not deleted, by name. */
  readonly keys: Map<string, Key>;
  keysMade: number;
  /** The key of each. */
  readonly aliases: Map<string, string>;
  readonly ciphertexts: { readonly key: string; readonly material: string; readonly plaintext: string }[];
  /** Of imports, in the order of their making. */
  readonly tokens: { readonly key: string; readonly endsAt: number; hasWrappingKey: boolean }[];
  /** What the service has done unprompted. */
  readonly events: string[];
}

type Name = "KeyId" | "TargetKeyId" | "DestinationKeyId" | "AliasName" | "CiphertextBlob" | "ImportToken" | "KeyMaterialId";
type Text = "Plaintext" | "Description" | "Policy" | "KeySpec" | "IncludeKeyMaterial" | "Origin";
type Import = "WrappingAlgorithm" | "WrappingKeySpec" | "EncryptedKeyMaterial" | "ExpirationModel" | "ImportType";
type Count = "PendingWindowInDays" | "RotationPeriodInDays" | "ValidTo";
interface Tagged {
  readonly Tags?: readonly { readonly TagKey: string; readonly TagValue: string }[];
}
/** The members that calls are made of. */
export type Input = Readonly<Partial<Record<Name | Text | Import, string | undefined> & Record<Count, number | undefined>>> &
  Tagged;
export type Output = Readonly<Record<string, unknown>>;

export interface Call {
  readonly model: Model;
  readonly input: Input;
  /** Of KeyId or TargetKeyId: looked up, in its state, where it is asked for. */
  readonly key: Key;
}

export class Refusal extends Error {}
export const refuse = (type: string): never => {
  throw new Refusal(type);
};

export function change(key: Key, to: Partial<Key>): undefined {
  Object.assign(key, to);
}

export const arn = (name: string): string => `<scope>:key/${name}`;
export const seconds = (time: number | undefined): number | undefined => (time === undefined ? undefined : time / 1000);
export const isOver = ({ endsAt }: Material, now: number): boolean => endsAt !== undefined && endsAt <= now;

/** Those that there are: pending material that has ended is none. */
export const materialsOf = ({ materials }: Key, now: number): Material[] =>
  materials.filter((material) => material.state !== "PENDING_ROTATION" || !isOver(material, now));

export const needed = ({ materials }: Key): Material[] => materials.filter(({ state }) => state !== "PENDING_ROTATION");
export const current = ({ materials }: Key): string | undefined => materials.find(({ state }) => state === "CURRENT")?.name;

export function stateOf(key: Key, now: number): Key["state"] | "PendingImport" {
  const isWhole = needed(key).length > 0 && needed(key).every((material) => material.isSealed && !isOver(material, now));
  return key.state === "PendingDeletion" || isWhole ? key.state : "PendingImport";
}

/** Makes material the current one. */
export function promote({ now, events }: Model, key: Key, material: Material, type: RotationType): void {
  for (const each of needed(key)) each.state = "NON_CURRENT";
  Object.assign(material, { state: "CURRENT", rotation: { at: now, type } });
  events.push(`RotateKey ${key.name} ${type}`);
}
