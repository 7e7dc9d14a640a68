// Puts a store's world together, once an instance: a list of parts.

import { CompiledDocuments } from "../authz/compiled.ts";
import type { Levels } from "../authz/guardrails.ts";
import { reached } from "../durable/answered.ts";
import { createHost } from "../durable/assemble.ts";
import type { Memory } from "../durable/host.ts";
import { Leased } from "../durable/leased.ts";
import { markers } from "../durable/page-markers.ts";
import { PassportControl } from "../durable/passport-control.ts";
import { Peers } from "../durable/peers.ts";
import { rootKeyGuard } from "../durable/root-key-guard.ts";
import { tokenBuckets, unlimited } from "../durable/token-buckets.ts";
import { importTokens } from "../keyring/import-token.ts";
import { Keyring } from "../keyring/keyring.ts";
import { IDENTITY_LEASE_SECONDS } from "../limits/lease.ts";
import { type Turn, turns } from "../limits/turns.ts";
import { awsJson } from "../wire/aws-json.ts";
import { PARTITION } from "../wire/regions.ts";
import { throttling } from "./call/tokens.ts";
import { type Known, leasedCallers, readerOf } from "./callers.ts";
import { type Identities, identitiesOf } from "./identities.ts";
import { KeyPolicies } from "./key-policies.ts";
import { principalsOf } from "./principals.ts";
import { lastUses } from "./tables/last-uses.ts";
import { MIGRATIONS } from "./tables/schema.ts";
import { tablesOf } from "./tables/tables.ts";
import type { Given, World } from "./world.ts";

const EVENT_SOURCE = "kms.amazonaws.com";

/** The views of the callers of an account, which these guardrails bind. `world`: asked as it stands at each question. */
export function viewsOf(world: Pick<World, "now" | "after" | "log" | "identities">, guardrails: Levels): Leased<Known> {
  return new Leased({
    now: () => world.now(),
    after: (ms, then) => world.after(ms, then),
    leaseMs: IDENTITY_LEASE_SECONDS * 1000,
    pull: (subject, held) => reached(world.identities.pull(subject, held), world),
    renew: (held) => reached(world.identities.renew(held), world),
    read: readerOf(guardrails, new CompiledDocuments()),
  });
}

export function createWorld(given: Given): World {
  const { storage, name, rootKeys, quotas, random } = given;
  const [account = "", region = ""] = name.split("/");
  const scope = { partition: PARTITION, account, region };
  const uses = lastUses(storage.sql);
  const memory: Memory = {
    settle() {
      tables.keys.settle();
      world.changes++;
    },
    undo: () => tables.keys.undo(),
    forget() {
      tables.keys.forget();
      keyring.dropAll();
      keyPolicies.dropAll();
      uses.forget();
      world.changes++;
    },
  };
  const own = { account, region, eventSource: EVENT_SOURCE, migrations: MIGRATIONS, attachments: uses, memory };
  const host = createHost(given, own);
  const tables = tablesOf({ ...host, now: () => world.now() }, scope, uses, (keyId) => {
    keyring.drop(keyId);
    keyPolicies.drop(keyId);
  });
  const requireRootKey = rootKeyGuard(rootKeys, host.meta);
  const { materials, publicKeys } = tables;
  const turn: Turn = (work) => world.turn(work); // as it stands then: tests exchange it
  const keyring = new Keyring({ account, region, rootKeys, random, materials, publicKeys, requireRootKey, turn });
  const keyPolicies = new KeyPolicies(tables.keys);
  const rates = given.requestRates(region);
  const peers = new Peers(rootKeys, { kind: "store", account, principal: name }, () => given.now());
  /** As they stand at each question: tests exchange them. */
  const asked = {
    account,
    now: () => world.now(),
    after: (ms: number, then: () => void) => world.after(ms, then),
    log: (line: Readonly<Record<string, unknown>>) => world.log(line),
    get identities(): Identities {
      return world.identities;
    },
  };
  const world: World = Object.assign(host, {
    scope,
    passports: new PassportControl(rootKeys, { name, account, now: () => given.now(), log: (line) => host.log(line) }),
    identities: identitiesOf(account, peers, (other) => given.identityStore(other)),
    views: viewsOf(asked, given.guardrails(account)),
    callers: leasedCallers(() => world.views),
    rates: rates === undefined ? unlimited : tokenBuckets(rates, () => world.now()),
    quotas,
    protocol: awsJson,
    tables,
    reads: tables,
    keyring,
    keyPolicies,
    principals: principalsOf(asked),
    importTokens: importTokens({ account, region, rootKeys, random }),
    turn: turns({ now: () => world.now(), after: host.after, refusal: throttling }),
    markers: markers({ account, region, rootKeys, random }),
    changes: 0,
  });
  return world;
}
