// A toy object on what every object of ours is made of: one table, one chore, one write. It knows nothing of keys, nor does its host.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { d1Trail } from "../../src/audit/trail.ts";
import { createHost } from "../../src/durable/assemble.ts";
import { type Chores, doChores } from "../../src/durable/chores.ts";
import type { Host } from "../../src/durable/host.ts";
import { OWN_TABLES } from "../../src/durable/migrate.ts";
import { ownChange, serviceEntry } from "../../src/durable/own-change.ts";

const migrations = [OWN_TABLES, "CREATE TABLE toy (name TEXT PRIMARY KEY, broken INTEGER NOT NULL) STRICT"];

const told = (name: string, arn: string, host: Host) =>
  serviceEntry({ name, resource: { arn, type: "Toy::Toy" }, details: undefined }, host);

/** The write: a toy, and the time at which it breaks. */
const make = (host: Host, name: string, breaksAt: number): void =>
  ownChange(host, () => {
    host.storage.sql.exec("INSERT INTO toy (name, broken) VALUES (?, 0)", name);
    host.agenda.set({ kind: "break", ref: name, at: breaksAt });
    return told("MakeToy", name, host);
  });

const CHORES: Chores<Host, "break"> = {
  kinds: {
    break: async (host, name) =>
      ownChange(host, () => {
        host.storage.sql.exec("UPDATE toy SET broken = 1 WHERE name = ?", name);
        host.agenda.remove("break", name);
        return told("BreakToy", name, host);
      }),
  },
};

it("an object of one table, one chore and one write has its record, its alarm and its trail", async () => {
  const stub = env.REGIONAL_KEY_STORE.getByName("999999999999/us-east-1"); // for its storage alone
  await runInDurableObject(stub, async (_, { storage }) => {
    let clock = Date.now() + 3_600_000; // so that no real alarm rings meanwhile
    const outside = { storage, name: "toys", trail: d1Trail(env.AUDIT), now: () => clock, uuid: () => crypto.randomUUID() };
    const after = (ms: number, then: () => void) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    };
    const rest = { random: () => new Uint8Array(), after, log() {} };
    const own = { account: "999999999999", region: "us-east-1", eventSource: "toys.example", migrations };
    const host = createHost({ ...outside, ...rest }, own);
    host.ensureSchema();
    make(host, "bear", clock + 60_000);
    expect(await storage.getAlarm()).toBe(clock + 1000); // the flush comes first
    clock += 61_000;
    await doChores(host, CHORES);
    clock += 30_000;
    await doChores(host, CHORES);
    expect(storage.sql.exec("SELECT name, broken FROM toy").toArray()).toEqual([{ name: "bear", broken: 1 }]);
    expect(await storage.getAlarm()).toBeNull();
  });
  const query =
    "SELECT json_extract(record, '$.eventSource', '$.eventName') AS event FROM trail JOIN chain ON number = place >> 40 WHERE store = 'toys' ORDER BY 1";
  const events = (await env.AUDIT.prepare(query).all<{ event: string }>()).results.map(({ event }) => JSON.parse(event));
  expect(events).toEqual(["BeginIncarnation", "BreakToy", "MakeToy"].map((name) => ["toys.example", name]));
});
