// What a regional key store works with: a Host with the parts of KMS (wiring.ts puts them together).

import type { Levels } from "../authz/guardrails.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import type { Host, Outside } from "../durable/host.ts";
import type { Leased } from "../durable/leased.ts";
import type { Markers } from "../durable/page-markers.ts";
import type { PassportControl } from "../durable/passport-control.ts";
import type { Rates } from "../durable/token-buckets.ts";
import type { ImportTokens } from "../keyring/import-token.ts";
import type { Keyring } from "../keyring/keyring.ts";
import type { Quotas } from "../limits/quotas.ts";
import type { RateName, RequestRates } from "../limits/rates.ts";
import type { Turn } from "../limits/turns.ts";
import type { Protocol } from "../wire/api-error.ts";
import type { ArnScope } from "../wire/arn.ts";
import type { IdentityPeer } from "../wire/views.ts";
import type { Callers, Known } from "./callers.ts";
import type { Identities } from "./identities.ts";
import type { KeyPolicies } from "./key-policies.ts";
import type { Principals } from "./principals.ts";
import type { Reads, Tables } from "./tables/tables.ts";

/** What a store is given besides. */
export interface Given extends Outside {
  readonly rootKeys: RootKeys;
  readonly quotas: Quotas;
  /** What an account may do at most. */
  guardrails(account: string): Levels;
  /** An account's IdentityStore, to be called once. */
  identityStore(account: string): IdentityPeer;
  /** Undefined: not limited. */
  requestRates(region: string): RequestRates | undefined;
}

/** What a stage may look at that changes nothing. */
export interface Sight {
  readonly scope: ArnScope;
  readonly reads: Reads;
  readonly keyPolicies: KeyPolicies;
  now(): number;
  /** Moves with every change that a decision may rest on. */
  readonly changes: number;
}

export interface World extends Host, Sight {
  now(): number;
  readonly passports: PassportControl;
  readonly identities: Identities;
  /** What is known of access keys, under the store's one lease. */
  readonly views: Leased<Known>;
  readonly callers: Callers;
  readonly rates: Rates<RateName>;
  readonly quotas: Quotas;
  /** How answers are printed. */
  readonly protocol: Protocol;
  readonly tables: Tables;
  readonly keyring: Keyring;
  readonly importTokens: ImportTokens;
  readonly principals: Principals;
  /** Whoever makes a key that blocks the store makes it here. */
  turn: Turn;
  readonly markers: (operation: string) => Markers;
  changes: number;
}
