// The key: its metadata, its states, and which transitions between them exist. Pure. Source: KMS developer guide, "Key states".

export const KEY_STATES = [
  "Creating",
  "Enabled",
  "Disabled",
  "PendingDeletion",
  "PendingImport",
  "PendingReplicaDeletion",
  "Unavailable",
  "Updating",
] as const;
export type KeyState = (typeof KEY_STATES)[number];

export const ORIGINS = ["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"] as const;
export type Origin = (typeof ORIGINS)[number];

export const KEY_USAGES = [
  "SIGN_VERIFY",
  "ENCRYPT_DECRYPT",
  "GENERATE_VERIFY_MAC",
  "KEY_AGREEMENT",
  "ENCAPSULATE_DECAPSULATE",
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

const DAY_MS = 86_400_000;

/** So many days after a time, in milliseconds since the epoch. */
export const daysAfter = (time: number, days: number): number => time + days * DAY_MS;

/** A key as its store keeps it. */
export interface Key {
  readonly id: string;
  readonly arn: string;
  /** 12 digits; the owner. */
  readonly account: string;
  readonly spec: string;
  readonly usage: KeyUsage;
  readonly origin: Origin;
  readonly state: KeyState;
  readonly description: string;
  readonly multiRegion: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; of a key that is pending deletion. */
  readonly deletionAt: number | undefined;
  /** Automatic rotation; undefined where it is off. It stands still while the key is not enabled. */
  readonly rotation: { readonly days: number; readonly nextAt: number } | undefined;
  /** 64 hexadecimal digits; undefined before the first material is there. */
  readonly materialId: string | undefined;
  /** Of imported material, while all of it is there. */
  readonly expiration: Expiration | undefined;
}

/** Until when imported material stays; `at` undefined: until it is deleted. */
export interface Expiration {
  /** Milliseconds since the epoch. */
  readonly at: number | undefined;
}

/** Whether material of a key has come to its end. */
export const hasEnded = ({ expiration }: Pick<Key, "expiration">, now: number): boolean =>
  expiration?.at !== undefined && expiration.at <= now;

const STATES_WITH_MATERIAL: readonly KeyState[] = ["Enabled", "Disabled", "Updating"];

/** The state of a key at a time: from the end of its material on it is pending import, whether or not the alarm has come. */
export const effectiveState = (key: Key, now: number): KeyState =>
  hasEnded(key, now) && STATES_WITH_MATERIAL.includes(key.state) ? "PendingImport" : key.state;

/** A key as a record names it. */
export const keyResource = ({ arn }: Pick<Key, "arn">): { readonly arn: string; readonly type: string } => ({
  arn,
  type: "AWS::KMS::Key",
});

const TRANSITIONS: Readonly<Record<KeyState, readonly KeyState[]>> = {
  Creating: ["Enabled", "PendingImport", "PendingDeletion"],
  Enabled: ["Disabled", "PendingImport", "PendingDeletion", "PendingReplicaDeletion", "Unavailable", "Updating"],
  Disabled: ["Enabled", "PendingImport", "PendingDeletion", "PendingReplicaDeletion", "Unavailable"],
  PendingDeletion: ["Disabled", "PendingImport"],
  PendingImport: ["Enabled", "PendingDeletion", "PendingReplicaDeletion"],
  PendingReplicaDeletion: ["PendingDeletion", "Disabled"],
  Unavailable: ["Enabled", "Disabled", "PendingDeletion"],
  Updating: ["Enabled"],
};

/** Whether a key may go from one state to another. To stay is no transition, and always allowed. */
export const canBecome = (from: KeyState, to: KeyState): boolean => from === to || TRANSITIONS[from].includes(to);

const CONDITION: Readonly<Record<Exclude<KeyState, "Enabled">, string>> = {
  Creating: "is creating.",
  Disabled: "is disabled.",
  PendingDeletion: "is pending deletion.",
  PendingImport: "is pending import.",
  PendingReplicaDeletion: "is pending deletion.",
  Unavailable: "is unavailable.",
  Updating: "is updating.",
};

/** What AWS says of a key whose state an operation does not accept. Enabled is refused only where a deletion was to be cancelled. */
export const conditionOf = (state: KeyState, wanted: readonly KeyState[]): string =>
  state === "Enabled" || (wanted.includes("PendingDeletion") && !wanted.includes("Enabled"))
    ? "is not pending deletion."
    : CONDITION[state];
