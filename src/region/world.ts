// What a store works with. Clock, randomness and the outside come in as arguments (wiring.ts puts them together).

import type { Trail } from "../audit/trail.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import type { Keyring } from "../keyring/keyring.ts";
import type { Markers } from "../operations/operation.ts";
import type { Quotas } from "../operations/quotas.ts";
import type { RequestRates } from "../operations/rates.ts";
import type { Store } from "../store/store.ts";
import type { ArnScope } from "../wire/arn.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Callers } from "./callers.ts";
import type { Ledger } from "./ledger.ts";
import type { Passports } from "./passports.ts";
import type { Rates, Throttled } from "./rates.ts";

/** What an instance is given from outside. */
export interface Effects {
  readonly storage: DurableObjectStorage;
  /** `ACCOUNT/REGION` */
  readonly name: string;
  readonly rootKeys: RootKeys;
  readonly database: D1Database;
  readonly quotas: Quotas;
  now(): number;
  random(bytes: number): Bytes;
  /** Undefined: not limited. */
  requestRates(region: string): RequestRates | undefined;
  uuid(): string;
  /** Calls `then` once, after so many milliseconds. @returns what calls it off. */
  after(ms: number, then: () => void): () => void;
  /** Never of a request's content. */
  log(line: Readonly<Record<string, unknown>>): void;
}

export interface World extends Pick<Effects, "now" | "random" | "uuid" | "after" | "log" | "storage"> {
  readonly name: string;
  readonly scope: ArnScope;
  readonly passports: Passports;
  readonly callers: Callers;
  readonly rates: Rates;
  /** By principal and operation. */
  readonly throttled: Map<string, Throttled>;
  readonly quotas: Quotas;
  readonly store: Store;
  readonly keyring: Keyring;
  readonly markers: Markers;
  readonly ledger: Ledger;
  /** Replaceable, so that tests can let it fail. */
  trail: Trail;
  /** Moves with every change that a decision may rest on. */
  changes: number;
  /** Moves the change counter, at the end of a change that stands. */
  changed(): void;
  /** Which calls the outbox still has room for. The others fail closed: there is no answer without a record. */
  room: "any call" | "what takes away" | "no call";
  /** Makes the schema in the first call of the own account; a stranger's call leaves no trace. */
  ensureSchema(): void;
  hasDeadlines(): boolean;
  /** Looks how full the outbox is. It costs a query, so it is asked with each flush and with every so many commits. */
  measure(): void;
  /** Drops what memory may hold and storage not. */
  dropCaches(): void;
}

/** An unknown error as the log shows it: never with the request. */
export const described = (cause: unknown): Record<string, unknown> =>
  cause instanceof Error ? { name: cause.name, message: cause.message, stack: cause.stack } : { name: typeof cause };
