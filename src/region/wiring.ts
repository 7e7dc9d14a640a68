// Puts a store's world together, once an instance.

import { d1Trail } from "../audit/trail.ts";
import { Keyring } from "../keyring/keyring.ts";
import { hasSchema, migrate } from "../store/schema.ts";
import { store } from "../store/store.ts";
import { PARTITION } from "../wire/regions.ts";
import { followDeadlines } from "./alarm.ts";
import { rootOnly } from "./callers.ts";
import { armFlush, disarm } from "./chores.ts";
import { Ledger } from "./ledger.ts";
import { markers } from "./markers.ts";
import { keepName } from "./own-name.ts";
import { Passports } from "./passports.ts";
import { tokenBuckets, unlimited } from "./rates.ts";
import { rootKeyGuard } from "./root-key-guard.ts";
import { described, type Effects, type World } from "./world.ts";

/** Bytes of the object's database: half of what the platform gives it for its keys is kept free of undelivered records. */
const DATABASE_BYTES_MAX = 1024 ** 3;
/** Beyond that limit, for the calls that take away: whoever fills a store must not keep its owner from disabling a key. */
const RESERVE_BYTES = 64 * 1024 ** 2;
/** The outbox is measured with every so many commits, because a flush may wait for D1 while records come. */
const COMMITS_A_MEASURE = 100;

export function createWorld(effects: Effects): World {
  const { storage, name, rootKeys, database } = effects;
  const [account = "", region = ""] = name.split("/");
  const scope = { partition: PARTITION, account, region };
  const tables = store(storage.sql, scope, (keyId) => keyring.drop(keyId));
  const guard = rootKeyGuard(rootKeys, tables.meta);
  const keyring = new Keyring({
    account,
    region,
    rootKeys,
    random: effects.random,
    materials: tables.materials,
    requireRootKey: guard,
  });
  let commits = 0;
  /** Belongs into each transaction that has put records into the outbox. */
  const recorded = (): void => {
    armFlush(world);
    followDeadlines(world);
    if (++commits % COMMITS_A_MEASURE === 0) world.measure();
  };
  const rates = effects.requestRates(region);
  let ready = hasSchema(storage.sql);
  const makeSchema = (now: number): void => {
    migrate(storage.sql, now);
    keepName(storage.sql, name);
  };
  if (ready) storage.transactionSync(() => makeSchema(effects.now()));

  const world: World = {
    name,
    scope,
    storage,
    now: () => effects.now(),
    random: (bytes) => effects.random(bytes),
    uuid: () => effects.uuid(),
    after: (ms, then) => effects.after(ms, then),
    log: (line) => effects.log({ store: name, ...line }),
    passports: new Passports(
      name,
      rootKeys,
      () => effects.now(),
      (reason) => world.log({ event: "passport refused", reason }),
    ),
    callers: rootOnly,
    rates: rates === undefined ? unlimited : tokenBuckets(rates, () => world.now()),
    throttled: new Map(),
    quotas: effects.quotas,
    store: tables,
    keyring,
    markers: markers({ account, region, rootKeys, random: effects.random }),
    ledger: new Ledger({
      storage,
      store: tables,
      name,
      account,
      region,
      now: () => world.now(),
      uuid: () => world.uuid(),
      recorded,
      failed: (cause) => {
        world.dropCaches();
        tables.usages.forget();
        disarm(world);
        world.log({ event: "commit failed", ...described(cause) });
      },
    }),
    trail: d1Trail(database),
    changes: 0,
    changed() {
      tables.keys.settle();
      world.changes++;
    },
    room: "any call",
    ensureSchema() {
      if (ready) return;
      try {
        storage.transactionSync(() => {
          makeSchema(world.now());
          world.ledger.begin("created");
          recorded();
        });
      } catch (cause) {
        world.ledger.reload(); // what memory says of a chain, storage does not hold
        disarm(world);
        throw cause;
      }
      ready = true;
    },
    hasDeadlines: () => ready && tables.deadlines.earliest() !== undefined,
    measure() {
      const over = storage.sql.databaseSize - DATABASE_BYTES_MAX;
      world.room = over < 0 ? "any call" : over < RESERVE_BYTES ? "what takes away" : "no call";
    },
    dropCaches() {
      tables.keys.forget();
      keyring.dropAll();
      world.changes++;
    },
  };
  if (ready) world.measure(); // otherwise a store that is full already would take one call before it noticed
  return world;
}
