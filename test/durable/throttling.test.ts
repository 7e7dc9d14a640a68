// Request rates in a store: what is throttled, what a refusal costs, and how throttled calls are recorded.

import { describe, expect, it } from "vitest";
import { tokenBuckets } from "../../src/durable/token-buckets.ts";
import { parseRates } from "../../src/limits/rates.ts";
import { newAccount, raw } from "../support/client.ts";
import { putAway } from "../support/faults.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { eventsOf, flawIn, outboxOf, summaryOf } from "../support/records.ts";
import { inStore, restart, ring } from "../support/store.ts";

const MINUTE_MS = 60_000;
const THROTTLED = {
  status: 400,
  json: {
    __type: "ThrottlingException",
    message: "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
  },
};
const noKey = "00000000-0000-4000-8000-000000000000";

/** An account with a key whose rates are limited from now on, under a clock that stands still. */
async function newStore(rates: Readonly<Record<string, number>>) {
  const account = newAccount();
  const KeyId = await newKey(account);
  const clock = { now: Date.now() };
  const limit = () =>
    inStore(account, (world) => {
      const limited = parseRates(JSON.stringify(rates), "us-east-1");
      if (limited === undefined) throw new Error("no rates");
      world.now = () => clock.now;
      world.rates = tokenBuckets(limited, () => clock.now);
    });
  await limit();
  const call = (name: string, input: Record<string, unknown> = {}) => raw(name, { KeyId, ...input }, { account });
  /** The codes of so many calls, "ok" for those that are not refused. */
  const codes = async (count: number, name: string, input: Record<string, unknown> = {}): Promise<unknown[]> => {
    const seen: unknown[] = [];
    for (let made = 0; made < count; made++) seen.push((await call(name, input)).json["__type"] ?? "ok");
    return seen;
  };
  return { account, KeyId, clock, limit, call, codes };
}

const times = (count: number, code: string): string[] => Array<string>(count).fill(code);
const encrypted = { Plaintext: PLAINTEXT };

describe("throttling", () => {
  it("is AWS's error, and over when time has passed", async () => {
    const { call, codes, clock } = await newStore({ manage: 2 });
    expect(await codes(2, "UpdateKeyDescription", { Description: "a" })).toEqual(["ok", "ok"]);
    expect(await call("UpdateKeyDescription", { Description: "b" })).toMatchObject(THROTTLED);
    expect((await call("DescribeKey")).json).toMatchObject({ KeyMetadata: { Description: "a" } });
    clock.now += 500;
    expect(await codes(2, "UpdateKeyDescription", { Description: "c" })).toEqual(["ok", "ThrottlingException"]);
  });

  it("of one operation leaves the others alone", async () => {
    const { codes } = await newStore({ manage: 1 });
    expect(await codes(2, "DisableKey")).toEqual(["ok", "ThrottlingException"]);
    expect(await codes(2, "EnableKey")).toEqual(["ok", "ThrottlingException"]);
  });

  it("of the cryptographic operations is shared by all of them, and ReEncrypt takes two", async () => {
    const { KeyId, call, codes } = await newStore({ symmetric: 6 });
    const { CiphertextBlob } = (await call("Encrypt", encrypted)).json;
    await call("GenerateDataKey", { KeySpec: "AES_256" });
    await call("GenerateRandom", { NumberOfBytes: 8 });
    expect((await call("ReEncrypt", { CiphertextBlob, DestinationKeyId: KeyId })).status).toBe(200);
    expect(await codes(2, "Decrypt", { CiphertextBlob })).toEqual(["ok", "ThrottlingException"]);
    expect(await codes(1, "Encrypt", encrypted)).toEqual(["ThrottlingException"]);
  });

  it("of an account is no other account's", async () => {
    const [loud, quiet] = [await newStore({ symmetric: 1 }), await newStore({ symmetric: 1 })];
    expect(await loud.codes(3, "Encrypt", encrypted)).toEqual(["ok", ...times(2, "ThrottlingException")]);
    expect(await quiet.codes(1, "Encrypt", encrypted)).toEqual(["ok"]);
  });

  it("of all calls together comes before one is read", async () => {
    const { codes } = await newStore({ calls: 3 });
    expect(await codes(3, "DescribeKey")).toEqual(times(3, "ok"));
    expect(await codes(1, "DescribeKey")).toEqual(["ThrottlingException"]);
    expect(await codes(1, "Encrypt", { Plaintext: 7 })).toEqual(["ThrottlingException"]);
    expect(await codes(1, "Nonsense")).toEqual(["ThrottlingException"]);
  });

  it("takes one token of a call that begins again", async () => {
    const { account, codes } = await newStore({ symmetric: 2 });
    await inStore(account, (world) => {
      const { callers } = world;
      let looks = 0;
      world.callers = { view: (who) => callers.view(who), inForce: () => looks++ % 4 !== 1 }; // each call turns twice: its view goes at its commit, and comes back
    });
    expect(await codes(3, "Encrypt", encrypted)).toEqual(["ok", "ok", "ThrottlingException"]);
  });
});

describe("a refusal", () => {
  it("spends from a bucket of its own: what may be done still can", async () => {
    const { codes } = await newStore({ describe: 1, refusals: 2 });
    expect(await codes(3, "DescribeKey", { KeyId: noKey })).toEqual([...times(2, "NotFoundException"), "ThrottlingException"]);
    expect(await codes(1, "DescribeKey")).toEqual(["ok"]);
  });

  it("is one whatever it is refused for, before the call is admitted", async () => {
    const { account, KeyId, call } = await newStore({ refusals: 5 });
    await raw("DisableKey", { KeyId }, { account });
    const refused = [
      await call("Encrypt", encrypted),
      await call("Encrypt", { Plaintext: 7 }),
      await call("Encrypt"),
      await call("ConnectCustomKeyStore"),
      await call("Nonsense"),
    ];
    expect(refused.map(({ json }) => json["__type"])).toEqual([
      "DisabledException",
      "SerializationException",
      "ValidationException",
      "UnsupportedOperationException",
      "UnknownOperationException",
    ]);
    expect(await call("Encrypt")).toMatchObject(THROTTLED);
  });

  it("of a call that had been admitted has paid as such a call", async () => {
    const { codes } = await newStore({ symmetric: 2, refusals: 1 });
    const input = { ...encrypted, DryRun: true };
    expect(await codes(3, "Encrypt", input)).toEqual([...times(2, "DryRunOperationException"), "ThrottlingException"]);
    expect(await codes(1, "Encrypt", { KeyId: noKey, ...encrypted })).toEqual(["NotFoundException"]);
  });
});

describe("throttled calls", () => {
  it("are one event a principal, operation and minute, with their number, after the minute's end", async () => {
    const { account, clock, codes } = await newStore({ symmetric: 1, describe: 1 });
    const began = clock.now;
    await codes(5, "Encrypt", encrypted);
    clock.now += 100; // not time enough for a token of one a second
    await codes(3, "DescribeKey");
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "Encrypt", "DescribeKey"]);
    clock.now = began + MINUTE_MS;
    await ring(account);
    const [, , , ...counted] = await eventsOf(account);
    expect(summaryOf(counted)).toEqual(["Encrypt: ThrottlingException", "DescribeKey: ThrottlingException"]);
    expect(counted).toMatchObject([
      {
        userIdentity: { type: "Root", arn: `arn:aws:iam::${account}:root` },
        eventTime: `${new Date(began).toISOString().slice(0, 19)}Z`,
        errorMessage: THROTTLED.json.message,
        requestParameters: null,
        responseElements: null,
        additionalEventData: { throttledCalls: "4" },
        readOnly: true,
        sourceIPAddress: "AWS Internal",
        userAgent: "AWS Internal",
      },
      { additionalEventData: { throttledCalls: "2" } },
    ]);
    for (const absent of ["resources", "requestID", "tlsDetails"]) expect(counted[0]).not.toHaveProperty(absent);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("of the next minute are counted anew", async () => {
    const { account, clock, codes } = await newStore({ symmetric: 1 });
    for (const calls of [3, 4]) {
      await codes(calls, "Encrypt", encrypted);
      clock.now += MINUTE_MS;
      await ring(account);
    }
    const counted = (await eventsOf(account)).filter(({ errorCode }) => errorCode !== undefined);
    expect(counted.map(({ additionalEventData }) => additionalEventData)).toEqual([
      { throttledCalls: "2" },
      { throttledCalls: "3" },
    ]);
  });

  it("write nothing singly: a flood adds no row", async () => {
    const { account, codes } = await newStore({ symmetric: 1 });
    await putAway(account);
    await codes(2, "Encrypt", encrypted);
    const before = await outboxOf(account);
    const rows = () => inStore(account, (_, { storage: { sql } }) => sql.exec("SELECT * FROM deadline ORDER BY kind").toArray());
    const deadlines = await rows();
    await codes(20, "Encrypt", encrypted);
    expect(await outboxOf(account)).toEqual(before);
    expect(await rows()).toEqual(deadlines);
  });

  it("of names that are no operation are of one kind, whatever they are", async () => {
    const { account, clock, call } = await newStore({ calls: 1 });
    await call("DescribeKey");
    for (const name of ["Nonsense", "Sense", "describeKey", "x".repeat(500)]) await call(name);
    clock.now += MINUTE_MS;
    await ring(account);
    const counted = (await eventsOf(account)).filter(({ errorCode }) => errorCode !== undefined);
    expect(counted).toMatchObject([{ eventName: "Unknown", additionalEventData: { throttledCalls: "4" } }]);
  });

  it("that nobody recalls, after a restart, are recorded by nobody, and the alarm comes to rest", async () => {
    const { account, codes } = await newStore({ symmetric: 1 });
    await codes(3, "Encrypt", encrypted);
    await restart(account);
    while (await ring(account));
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "Encrypt"]);
    expect(await inStore(account, ({ agenda }) => agenda.earliest())).toBeUndefined();
  });

  it("of too many kinds are recorded before their minute is over", async () => {
    const { account, call } = await newStore({ calls: 1 });
    const name = (number: number) => `a principal ${number}`;
    await call("DescribeKey");
    await call("DescribeKey");
    await inStore(account, ({ throttled }) => {
      const error = { code: "ThrottlingException", message: "" };
      for (let number = 1; number < 1000; number++) {
        const identity = JSON.stringify({ arn: name(number) });
        throttled.count({ name: "DescribeKey", readOnly: true, account, identity, error });
      }
    });
    await call("ListKeys");
    expect(await inStore(account, ({ throttled }) => throttled.size)).toBe(1);
    expect((await eventsOf(account)).filter(({ errorCode }) => errorCode !== undefined)).toHaveLength(1000);
  });
});
