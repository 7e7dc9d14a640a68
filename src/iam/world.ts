// What an IdentityStore works with: a Host with the parts of IAM (wiring.ts puts them together).

import type { CompiledDocuments } from "../authz/compiled.ts";
import type { Levels } from "../authz/guardrails.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import type { Host, Outside } from "../durable/host.ts";
import type { Markers } from "../durable/page-markers.ts";
import type { PassportControl } from "../durable/passport-control.ts";
import type { Rates } from "../durable/token-buckets.ts";
import type { Quotas } from "../limits/quotas.ts";
import type { RateName, RequestRates } from "../limits/rates.ts";
import type { IdentityPeer, StorePeer } from "../wire/views.ts";
import type { Rounds } from "./leases/rounds.ts";
import type { Versions } from "./leases/versions.ts";
import type { NewAccessKey } from "./operation.ts";
import type { LeaseRows } from "./tables/leases.ts";
import type { Reads, Writes } from "./tables/tables.ts";
import type { Trusted } from "./trusted.ts";
import type { Views } from "./views.ts";

/** What an IdentityStore is given besides. */
export interface Given extends Outside {
  readonly rootKeys: RootKeys;
  readonly quotas: Quotas;
  /** What an account may do at most. */
  guardrails(account: string): Levels;
  /** Undefined: not limited. */
  requestRates(region: string): RequestRates | undefined;
  /** The id of the account root's first access key. Asked for when the tables are made. */
  rootAccessKeyId(): string;
  /** A regional key store, by its name. */
  store(name: string): StorePeer;
  /** Another account's IdentityStore. */
  identityStore(account: string): Pick<IdentityPeer, "exists">;
}

export interface Stores {
  /** Tells a store, by its name, to forget what it holds. @returns whether it has. Rejects where it is not reached. */
  forget(store: string): Promise<boolean>;
}

export interface Identities {
  /** Whether an account has ever signed a request; undefined where that is not told. Rejects where it is not reached. */
  exists(account: string): Promise<boolean | undefined>;
}

/** What a stage may look at that changes nothing. */
export interface Sight {
  readonly account: string;
  readonly reads: Reads;
  readonly views: Views;
  readonly guardrails: Levels;
  readonly compiled: CompiledDocuments;
  now(): number;
  /** Moves with every change that a decision may rest on. */
  readonly changes: number;
}

export interface World extends Host, Sight {
  now(): number;
  readonly account: string;
  readonly passports: PassportControl;
  readonly rates: Rates<RateName>;
  readonly quotas: Quotas;
  readonly tables: Writes;
  readonly markers: (operation: string) => Markers;
  readonly trusted: Trusted;
  readonly leases: LeaseRows;
  readonly versions: Versions;
  readonly rounds: Rounds;
  /** How long a lease is promised, in milliseconds. */
  leaseMs: number;
  /** The account's regional key stores. */
  stores: Stores;
  /** Other accounts' IdentityStores. */
  identities: Identities;
  accessKey(serial: number): Promise<NewAccessKey>;
  changes: number;
}
