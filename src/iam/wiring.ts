// Puts an IdentityStore's world together, once an instance: a list of parts.

import { accessKey } from "../auth/credentials.ts";
import { CompiledDocuments } from "../authz/compiled.ts";
import { createHost } from "../durable/assemble.ts";
import type { Memory } from "../durable/host.ts";
import { markers } from "../durable/page-markers.ts";
import { PassportControl } from "../durable/passport-control.ts";
import { Peers } from "../durable/peers.ts";
import { tokenBuckets, unlimited } from "../durable/token-buckets.ts";
import { IDENTITY_LEASE_SECONDS, IDENTITY_LEASE_SECONDS_EVER } from "../limits/lease.ts";
import { IAM_REGION } from "../wire/regions.ts";
import { marks } from "./leases/marks.ts";
import { Rounds } from "./leases/rounds.ts";
import { versions } from "./leases/versions.ts";
import { leaseRows } from "./tables/leases.ts";
import { migrationsOf } from "./tables/schema.ts";
import { tablesOf } from "./tables/tables.ts";
import { trustedBy } from "./trusted.ts";
import { Views } from "./views.ts";
import type { Given, World } from "./world.ts";

const EVENT_SOURCE = "iam.amazonaws.com";

export function createWorld(given: Given): World {
  const { storage, name: account, rootKeys, quotas, random } = given;
  const moved = (): void => {
    world.changes++;
  };
  const memory: Memory = { settle: moved, undo() {}, forget: moved }; // nothing of a table is kept in memory
  const migrations = migrationsOf(given.rootAccessKeyId);
  const host = createHost(given, { account, region: IAM_REGION, eventSource: EVENT_SOURCE, migrations, memory });
  const tables = tablesOf(storage.sql);
  const leases = leaseRows(storage.sql);
  const peers = new Peers(rootKeys, { kind: "identity", account, principal: account }, () => given.now());
  const rates = given.requestRates(IAM_REGION);
  const world: World = Object.assign(host, {
    passports: new PassportControl(rootKeys, { name: account, account, now: () => given.now(), log: (line) => host.log(line) }),
    rates: rates === undefined ? unlimited : tokenBuckets(rates, () => world.now()),
    quotas,
    tables,
    reads: tables,
    views: new Views(account, tables),
    guardrails: given.guardrails(account),
    compiled: new CompiledDocuments(),
    markers: markers({ account, region: "iam", rootKeys, random }),
    trusted: trustedBy(account, tables, {
      exists: (other) => world.identities.exists(other),
      after: (ms, then) => world.after(ms, then),
      log: (line) => world.log(line),
    }),
    leases,
    leaseMs: IDENTITY_LEASE_SECONDS * 1000,
    versions: versions(host.meta, () => world.uuid()),
    rounds: new Rounds({
      ...marks(host.meta),
      after: (ms, then) => world.after(ms, then),
      forget: (store) => world.stores.forget(store),
      log: (line) => world.log(line),
      rows: () => leases.all(),
      drop: (store, version) => leases.drop(store, version),
      leaseMsEver: IDENTITY_LEASE_SECONDS_EVER * 1000,
    }),
    stores: {
      forget: async (store) => (await peers.call(store, (passport) => given.store(store).forget(passport))) === true,
    },
    identities: {
      exists: async (other) => (await peers.call(other, (passport) => given.identityStore(other).exists(passport)))?.exists,
    },
    accessKey: (serial) => accessKey(rootKeys, account, serial),
    changes: 0,
  } satisfies Omit<World, keyof typeof host>);
  return world;
}
