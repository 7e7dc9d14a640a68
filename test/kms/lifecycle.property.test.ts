// The life of a key, whatever is done to it and whenever: random sequences of calls, time and restarts, driven inside the object, against
// the model of lifecycle-model.ts. FUZZ_RUNS says how many; FUZZ_SEED and FUZZ_PATH bring back what a failure has printed.

import fc from "fast-check";
import { afterEach, beforeEach, expect, inject, it, vi } from "vitest";
import type { RegionalKeyStore } from "../../src/kms/regional-key-store.ts";
import { newAccount } from "../support/client.ts";
import { callFor } from "../support/passports.ts";
import { parseRecord, recordsOf } from "../support/records.ts";
import { inStore, restart } from "../support/store.ts";
import {
  afterAlarm,
  afterCall,
  afterStart,
  begin,
  DAY_MS,
  type Input,
  MINUTE_MS,
  type Model,
  nextDue,
  QUOTAS,
} from "./lifecycle-model.ts";
import { Names } from "./lifecycle-names.ts";

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

interface Call {
  readonly call: string;
  readonly input: Input;
}

/** Time passes: so long, or until something is due and so much more. */
interface Pass {
  readonly pass: number;
  readonly from: "now" | "due";
  /** Of the alarm, if it is set for this time: 0 where it is late, 2 where it comes once too often. */
  readonly rings: 0 | 1 | 2;
}

/** The clock jumps ahead, the alarm rings, once too often too, and within a minute the clock is right again. */
interface Jump {
  readonly jump: number;
  readonly lasting: number;
}

type Step = Call | Pass | Jump | "restart";

// What may happen.

const often = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
/** The first most often: what hits the same key tells more. */
const numbered = (what: string, ...weights: number[]) =>
  fc.oneof(...weights.map((weight, number) => often(weight, fc.constant(`<${what} ${number}>`))));
const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const KeyId = numbered("key", 8, 3, 1);
const CiphertextBlob = numbered("ciphertext", 6, 2, 1, 1);
const AliasName = fc.oneof(often(4, fc.constant("alias/a")), often(1, fc.constantFrom("alias/b", "alias/c")));
const keyOrAlias = fc.oneof(often(4, KeyId), often(1, AliasName));
const window = fc.oneof(
  often(3, fc.constant(7)),
  often(3, fc.integer({ min: 7, max: 30 })),
  often(2, fc.constantFrom(6, 31, 0, 366)),
);
const period = fc.oneof(
  often(3, fc.constant(90)),
  often(3, fc.integer({ min: 90, max: 2560 })),
  often(2, fc.constantFrom(89, 2561)),
);
const tag = fc.record({ TagKey: fc.constantFrom("a", "b"), TagValue: fc.constantFrom("", "c") });
const policy = fc
  .constantFrom("kms:*", "kms:Encrypt")
  .map((Action) => JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", Action, Resource: "*" }] }));
const duration = fc.oneof(
  fc.constantFrom(0, MINUTE_MS, 20 * MINUTE_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 90 * DAY_MS, 365 * DAY_MS),
  fc.nat({ max: 1000 * DAY_MS }),
);
const rings = fc.constantFrom(1, 0, 2);

const calls = (weight: number, name: string, members: { [M in keyof Input]: fc.Arbitrary<Input[M]> } = {}) =>
  often(weight, fc.record({ call: fc.constant(name), input: fc.record(members) }));

const step = fc.oneof(
  calls(1, "CreateKey"),
  calls(3, "EnableKey", { KeyId }),
  calls(3, "DisableKey", { KeyId }),
  calls(4, "ScheduleKeyDeletion", { KeyId, PendingWindowInDays: perhaps(window) }),
  calls(2, "CancelKeyDeletion", { KeyId }),
  calls(4, "EnableKeyRotation", { KeyId, RotationPeriodInDays: perhaps(period) }),
  calls(1, "DisableKeyRotation", { KeyId }),
  calls(3, "RotateKeyOnDemand", { KeyId }),
  calls(1, "GetKeyRotationStatus", { KeyId }),
  calls(1, "GetKeyLastUsage", { KeyId }),
  calls(1, "ListKeyRotations", { KeyId, IncludeKeyMaterial: fc.constant("ALL_KEY_MATERIAL") }),
  calls(3, "Encrypt", { KeyId: keyOrAlias, Plaintext: fc.constantFrom("YQ==", "Yg==") }),
  calls(3, "Decrypt", { CiphertextBlob, KeyId: perhaps(keyOrAlias) }),
  calls(2, "ReEncrypt", { CiphertextBlob, DestinationKeyId: keyOrAlias }),
  calls(1, "GenerateDataKey", { KeyId: keyOrAlias, KeySpec: fc.constant("AES_256") }),
  calls(1, "DescribeKey", { KeyId: keyOrAlias }),
  calls(3, "CreateAlias", { AliasName, TargetKeyId: KeyId }),
  calls(1, "UpdateAlias", { AliasName, TargetKeyId: KeyId }),
  calls(1, "DeleteAlias", { AliasName }),
  calls(2, "TagResource", { KeyId, Tags: tag.map((one) => [one]) }),
  calls(1, "UpdateKeyDescription", { KeyId, Description: fc.constantFrom("", "a") }),
  calls(1, "PutKeyPolicy", { KeyId, Policy: policy }),
  often(6, fc.record({ pass: duration, from: fc.constant("now"), rings })),
  often(8, fc.record({ pass: fc.constantFrom(0, -1, 1, MINUTE_MS, -20 * MINUTE_MS), from: fc.constant("due"), rings })),
  often(2, fc.record({ jump: duration, lasting: fc.nat({ max: MINUTE_MS - 1 }) })),
  often(2, fc.constant("restart")),
);

const made = (name: string, input: Input = {}): Call => ({ call: name, input });

const BEGINNING = [made("CreateKey"), made("CreateKey"), made("Encrypt", { KeyId: "<key 0>", Plaintext: "YQ==" })];

/** Every key that is left is shown and brought back to use, and every ciphertext opened. */
const ending = ({ keys, ciphertexts }: Model): Call[] => [
  ...[...keys.keys()].flatMap((KeyId) => [
    ...["CancelKeyDeletion", "EnableKey", "DescribeKey", "GetKeyRotationStatus"].map((name) => made(name, { KeyId })),
    ...["GetKeyPolicy", "ListResourceTags", "GetKeyLastUsage"].map((name) => made(name, { KeyId })),
    made("ListKeyRotations", { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }),
  ]),
  made("ListAliases"),
  ...ciphertexts.map((_, at) => made("Decrypt", { CiphertextBlob: `<ciphertext ${at}>` })),
];

// What comes of it.

interface Store {
  readonly storage: DurableObjectStorage;
  readonly instance: RegionalKeyStore;
}

/** One sequence, in a store of its own. */
class Life {
  readonly #account = newAccount();
  readonly #names = new Names(this.#account);
  /** As last answered, by key. */
  readonly #deletionDates = new Map<string, number>();
  #model = begin(START);
  #jumps = 0;

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
      const store = { storage, instance };
      for (const each of steps) {
        if ("call" in each) await this.#call(each, store);
        else if ("pass" in each) await this.#pass(each, store);
        else await this.#jump(each, store);
      }
    });
  }

  async #call({ call: name, input }: Call, { instance }: Store): Promise<void> {
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
    const gone = [...keys.values()].filter(({ name }) => !this.#model.keys.has(name));
    // One jump of the clock must not delete what its true time would not.
    for (const { deletionAt } of gone) expect(deletionAt).toBeLessThanOrEqual(this.#jumps > 1 ? now : trueTime);
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

/** The steps between the restarts. */
function stretches(steps: readonly Step[]): (Call | Pass | Jump)[][] {
  const all: (Call | Pass | Jump)[][] = [[]];
  for (const each of steps) {
    if (each === "restart") all.push([]);
    else all.at(-1)?.push(each);
  }
  return all;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const fuzz = inject("fuzz");

it("a store does what the model says, whatever befalls its keys", { timeout: 60_000 + fuzz.numRuns * LIFE_MS_MAX }, async () => {
  const lives = fc.asyncProperty(fc.array(step, { maxLength: STEPS_MAX, size: "max" }), (steps) => new Life().live(steps));
  await fc.assert(lives, fuzz);
});
