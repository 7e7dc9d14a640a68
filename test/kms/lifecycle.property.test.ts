// The life of a key, whatever is done to it and whenever: random sequences of calls, time and restarts, driven inside the object, against
// the model of lifecycle-model.ts. FUZZ_RUNS says how many; FUZZ_SEED and FUZZ_PATH bring back what a failure has printed.

import fc from "fast-check";
import { afterEach, beforeEach, expect, inject, it, vi } from "vitest";
import * as rsa from "../../src/crypto/rsa.ts";
import type { RegionalKeyStore } from "../../src/kms/regional-key-store.ts";
import { newAccount } from "../support/client.ts";
import { callFor } from "../support/passports.ts";
import { parseRecord, recordsOf } from "../support/records.ts";
import { inStore, restart } from "../support/store.ts";
import { wrap } from "../support/wrapped.ts";
import { type Model, QUOTAS } from "./lifecycle-key.ts";
import { afterAlarm, afterCall, afterStart, begin, nextDue } from "./lifecycle-model.ts";
import { Names } from "./lifecycle-names.ts";
import { BEGINNING, type Call, ending, filledIn, type Jump, type Pass, type Step, step, stretches } from "./lifecycle-steps.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** What FUZZ_RUNS, FUZZ_SEED and FUZZ_PATH say. */
    readonly fuzz: { readonly numRuns: number; readonly seed?: number; readonly path?: string };
  }
}

/** Ahead of the machine's clock, so that the platform rings no alarm by itself. */
const START = Date.UTC(2040, 0, 1);
const STEPS_MAX = 30;
/** Far more than one takes. */
const LIFE_MS_MAX = 500;

interface Store {
  readonly storage: DurableObjectStorage;
  readonly instance: RegionalKeyStore;
}

/** What stands for RSA pairs here, each of which takes 0.1 s to make; and some bytes wrapped for it. */
const wrappingPair = rsa.generate(256);
const wrapped = wrappingPair.then(async ({ publicKey }) => {
  const bytes = [0, 1, 2].map((number) => [String(number), new Uint8Array(32).fill(number + 1)] as const);
  const made = [...bytes, ["short", new Uint8Array(31)] as const].map(async ([name, each]) => {
    return [`<wrapped ${name}>`, (await wrap("RSAES_OAEP_SHA_256", publicKey, each)).toBase64()] as const;
  });
  return new Map([...(await Promise.all(made)), ["<wrapped nothing>", new Uint8Array(256).toBase64()]]);
});

/** One sequence, in a store of its own. */
class Life {
  readonly #account = newAccount();
  readonly #names: Names;
  /** As last answered, by key. */
  readonly #deletionDates = new Map<string, number>();
  #model = begin(START);
  #jumps = 0;

  constructor(known: ReadonlyMap<string, string>) {
    this.#names = new Names(this.#account, known);
  }

  async live(steps: readonly Step[]): Promise<void> {
    this.#setClock(START);
    await this.#take(BEGINNING);
    for (const [at, stretch] of stretches(steps).entries()) {
      if (at > 0) {
        await restart(this.#account);
        this.#model = afterStart(this.#model);
      }
      await this.#take(stretch);
    }
    await this.#take(ending(this.#model));
    await this.#expectNothingLeft();
    await this.#expectEvents();
  }

  #take(steps: readonly (Call | Pass | Jump)[]): Promise<void> {
    return inStore(this.#account, async (world, { storage }, instance) => {
      world.quotas = QUOTAS;
      world.turn = async () => (await wrappingPair) as never;
      const store = { storage, instance };
      for (const each of steps) {
        if ("call" in each) await this.#call(each, store);
        else if ("pass" in each) await this.#pass(each, store);
        else await this.#jump(each, store);
      }
    });
  }

  async #call(call: Call, { instance }: Store): Promise<void> {
    const { call: name } = call;
    const input = filledIn(call, this.#model);
    const { model, answer } = afterCall(this.#model, name, input);
    const body = this.#names.meant(JSON.stringify(input));
    const reply = await instance.kms(await callFor(this.#account, name, input, { body }));
    if (reply === null) throw new Error("passport refused");
    const { __type, ...members } = JSON.parse((typeof reply === "string" ? reply : reply.body) || "{}") as Record<
      string,
      unknown
    >;
    expect(__type ?? this.#names.read(members, answer), `${name} ${JSON.stringify(input)}`).toEqual(answer);
    this.#model = model;
    const { DeletionDate } = members;
    if (typeof DeletionDate === "number") this.#deletionDates.set(input.KeyId ?? "", DeletionDate * 1000);
  }

  async #pass({ pass, from, rings }: Pass, store: Store): Promise<void> {
    const { now } = this.#model;
    const due = from === "due" ? nextDue(this.#model) : now;
    this.#setClock(Math.max(now, Number.isFinite(due) ? due + pass : now));
    for (let rung = 0; rung < rings; rung++) await this.#ring(store, { trueTime: this.#model.now, again: rung > 0 });
  }

  async #jump({ jump, lasting }: Jump, store: Store): Promise<void> {
    const { now } = this.#model;
    this.#jumps++;
    this.#setClock(now + jump);
    for (const again of [false, true]) await this.#ring(store, { trueTime: now, again });
    this.#setClock(now + lasting);
  }

  /** As the platform does it: an alarm whose time has come is taken out, and rings; at least once. */
  async #ring({ storage, instance }: Store, { trueTime, again }: { trueTime: number; again: boolean }): Promise<void> {
    const { now, keys } = this.#model;
    const next = async () => (await storage.getAlarm()) ?? Number.POSITIVE_INFINITY;
    const isDue = (await next()) <= now;
    if (nextDue(this.#model) <= now) expect(isDue || again, "an alarm for what is due").toBe(true);
    if (!isDue && !again) return;
    if (isDue) await storage.deleteAlarm();
    await instance.alarm();
    expect(await next(), "the next alarm").toBeGreaterThan(now); // an alarm in the past would ring for ever
    this.#model = afterAlarm(this.#model);
    const kept = (model: Model) => [...model.keys.values()].flatMap((key) => key.materials.filter(({ isSealed }) => isSealed));
    const left = new Set(kept(this.#model).map((material) => material.name));
    const gone = [...keys.values()].filter(({ name }) => !this.#model.keys.has(name));
    const ended = [...keys.values()].filter((key) => !gone.includes(key)).flatMap((key) => key.materials);
    const ends = ended.flatMap(({ name, isSealed, endsAt }) => (isSealed && !left.has(name) ? endsAt : []));
    // One jump of the clock must not delete what its true time would not.
    for (const at of [...gone.map(({ deletionAt }) => deletionAt), ...ends])
      expect(at).toBeLessThanOrEqual(this.#jumps > 1 ? now : trueTime);
  }

  #setClock(now: number): void {
    vi.setSystemTime(now);
    this.#model = { ...this.#model, now };
  }

  /** Of a deleted key no table holds anything, but for the records that are on their way. */
  async #expectNothingLeft(): Promise<void> {
    const rows = await inStore(this.#account, (_, { storage: { sql } }) => {
      const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'outbox' AND name NOT GLOB '_cf*'";
      const tables = sql.exec<{ name: string }>(query).toArray();
      return tables.map(({ name }) => sql.exec(`SELECT * FROM "${name}"`).toArray());
    });
    const found = this.#names.named(JSON.stringify(rows)).match(/<key \d+>/g) ?? [];
    expect([...new Set(found)].sort(), "keys in the tables").toEqual([...this.#model.keys.keys()].sort());
  }

  /** Each rotation and each deletion is recorded once, and none before the date that was answered. */
  async #expectEvents(): Promise<void> {
    const events: string[] = [];
    for (const link of await recordsOf(this.#account)) {
      const { eventName, eventType, resources, serviceEventDetails } = parseRecord(link) as unknown as ServiceEvent;
      if (eventType !== "AwsServiceEvent" || eventName === "BeginIncarnation") continue;
      const [, key = ""] = this.#names.named(resources[0].ARN).split("/");
      events.push([eventName, key, serviceEventDetails?.rotationType ?? []].flat().join(" "));
      if (eventName === "DeleteKey")
        expect(link.time, key).toBeGreaterThanOrEqual(this.#deletionDates.get(key) ?? Number.POSITIVE_INFINITY);
    }
    expect(events.sort()).toEqual(this.#model.events.toSorted());
  }
}

interface ServiceEvent {
  readonly eventName: string;
  readonly eventType: string;
  readonly resources: readonly [{ readonly ARN: string }];
  readonly serviceEventDetails?: { readonly rotationType: string };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const fuzz = inject("fuzz");

it("a store does what the model says, whatever befalls its keys", { timeout: 60_000 + fuzz.numRuns * LIFE_MS_MAX }, async () => {
  const lives = fc.asyncProperty(fc.array(step, { maxLength: STEPS_MAX, size: "max" }), async (steps) =>
    new Life(await wrapped).live(steps),
  );
  await fc.assert(lives, fuzz);
});
