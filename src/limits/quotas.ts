// How much an account may have: of keys in each Region, of identities once. Sources: KMS developer guide, "Resource quotas"; IAM user guide, "IAM and
// AWS STS quotas". A deployment overrides rows by the variable QUOTAS, a JSON object such as {"keys": 5000}.

import { readOverrides } from "./overrides.ts";

export interface Quotas {
  /** Customer managed keys that are not yet deleted. AWS's is 100,000; one object holds them all, so ours is lower. */
  readonly keys: number;
  readonly aliasesPerKey: number;
  readonly tagsPerKey: number;
  readonly grantsPerKey: number;
  /** Over a key's whole life. */
  readonly onDemandRotations: number;
  readonly users: number;
  readonly groups: number;
  readonly roles: number;
  /** Managed policies of the account. */
  readonly policies: number;
  /** Root's too. */
  readonly accessKeysPerUser: number;
  readonly groupsPerUser: number;
  /** Managed policies attached to one user, group or role. */
  readonly attachedPolicies: number;
  readonly versionsPerPolicy: number;
}

const DEFAULT_QUOTAS: Quotas = {
  ...{ keys: 1000, aliasesPerKey: 50, tagsPerKey: 50, grantsPerKey: 50_000, onDemandRotations: 25 },
  ...{ users: 5000, groups: 300, roles: 1000, policies: 1500 },
  ...{ accessKeysPerUser: 2, groupsPerUser: 10, attachedPolicies: 10, versionsPerPolicy: 5 },
};

/** Reads the variable. @throws TypeError for a quota that does not exist, or is no whole number. */
export function parseQuotas(text: string | undefined): Quotas {
  if (text === undefined || text === "") return DEFAULT_QUOTAS;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  return { ...DEFAULT_QUOTAS, ...readOverrides("QUOTAS", text, { ...DEFAULT_QUOTAS }, isCount) };
}
