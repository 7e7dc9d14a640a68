// A store that finds the trail ahead of itself: it begins a new incarnation, and nothing is lost.

import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { newAccount, raw } from "../support/client.ts";
import { failCommits, putAway } from "../support/faults.ts";
import { newKey } from "../support/new-key.ts";
import { describeKey, interpose, namesOf, newDeliveredStore } from "../support/new-store.ts";
import { eventOf, eventsOf, flawOf, outboxOf, parseRecord, trailOf } from "../support/records.ts";
import { inStore, logOf, restart, ring } from "../support/store.ts";

describe("a store that finds D1 ahead of itself", () => {
  /** Records of another history in D1, as a store has left them that was restored to an earlier time. */
  async function overtake(account: string, count: number): Promise<string> {
    const last = (await trailOf(account)).at(-1);
    const statement = `INSERT INTO trail SELECT (number << 40) + ?3, ?4, 'us-east-1', 0, ?5, '{"eventName":"of another history"}'
      FROM chain WHERE store = ?1 AND incarnation = ?2`;
    for (let at = 1; at <= count; at++) {
      const place = [`${account}/us-east-1`, last?.incarnation, (last?.sequence ?? 0) + at, account, `${at}`.padStart(64, "0")];
      await env.AUDIT.prepare(statement)
        .bind(...place)
        .run();
    }
    return last?.incarnation ?? "";
  }

  /** A store whose D1 is ahead, and that has gone on regardless. `long`: with more of a past than it has in its outbox now. */
  async function fall(behind: number, { long = false } = {}) {
    const { account, KeyId } = await newDeliveredStore();
    if (long) for (let call = 0; call < 10; call++) await describeKey(account, KeyId);
    await ring(account);
    const before = await overtake(account, behind);
    await putAway(account);
    for (let call = 0; call < 3; call++) await describeKey(account, KeyId);
    await raw("DisableKey", { KeyId }, { account });
    return { account, KeyId, before };
  }

  it.each([1, 2, 10])(
    "by %i draws a new incarnation that says what it follows, and loses and doubles nothing",
    async (behind) => {
      const { account, KeyId, before } = await fall(behind);
      await restart(account);
      await logOf(account);
      await ring(account);
      await describeKey(account, KeyId);
      await ring(account);
      expect(await outboxOf(account)).toEqual([]);
      const trail = await trailOf(account);
      const old = trail.filter(({ incarnation }) => incarnation === before);
      expect(namesOf(old)).toEqual(["BeginIncarnation", "CreateKey", ...Array<string>(behind).fill("of another history")]);
      const now = trail.filter(({ incarnation }) => incarnation !== before);
      const events = ["DescribeKey", "DescribeKey", "DescribeKey", "DisableKey", "DescribeKey"];
      expect(namesOf(now)).toEqual(["BeginIncarnation", ...events]);
      const [first] = now.map(parseRecord);
      expect(first).toMatchObject({
        serviceEventDetails: {
          store: `${account}/us-east-1`,
          incarnation: now[0]?.incarnation,
          cause: "trail ahead of the store",
          follows: { incarnation: before, sequence: 1, hash: old[1]?.hash },
        },
        awsRegion: "us-east-1",
        recipientAccountId: account,
      });
      expect(await flawOf(`${account}/us-east-1`, now)).toBeUndefined();
    },
  );

  it("takes every batch of its outbox along, in order", async () => {
    const { account, before } = await fall(2);
    const names = Array.from({ length: 1100 }, (_, at) => `event ${at}`);
    await inStore(account, ({ ledger }) =>
      Promise.all(names.map((eventName) => ledger.join({ record: JSON.stringify({ eventName }), time: 0 }))),
    );
    await restart(account);
    await logOf(account);
    await ring(account);
    expect(await outboxOf(account)).toEqual([]);
    const now = (await trailOf(account)).filter(({ incarnation }) => incarnation !== before);
    const calls = ["DescribeKey", "DescribeKey", "DescribeKey", "DisableKey"];
    expect(namesOf(now)).toEqual(["BeginIncarnation", ...calls, ...names]);
    expect(await flawOf(`${account}/us-east-1`, now)).toBeUndefined();
  });

  it("keeps its new chain over a restart that comes before its delivery", async () => {
    const { account, KeyId, before } = await fall(2, { long: true });
    await restart(account);
    await logOf(account);
    await interpose(account, (d1) => ({
      answers: async () => false,
      deliver: (delivery) => (delivery.incarnation === before ? d1.deliver(delivery) : Promise.reject(new Error("away"))),
    }));
    await ring(account);
    await restart(account);
    await describeKey(account, KeyId);
    const records = (await outboxOf(account)).filter(({ incarnation }) => incarnation !== before);
    expect(records.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await flawOf(`${account}/us-east-1`, records)).toBeUndefined();
  });

  it("goes on in its old incarnation where the new one cannot be written, and draws it later", async () => {
    const { account, KeyId, before } = await fall(2);
    await restart(account);
    const log = await logOf(account);
    const heal = await inStore(account, failCommits);
    await ring(account);
    expect(log).toMatchObject([{ event: "chore failed", kind: "flush", message: "the disk is full" }]);
    await inStore(account, heal);
    expect((await describeKey(account, KeyId)).status).toBe(200);
    expect(new Set((await outboxOf(account)).map(({ incarnation }) => incarnation))).toEqual(new Set([before]));
    await ring(account);
    const now = (await trailOf(account)).filter(({ incarnation }) => incarnation !== before);
    const events = ["DescribeKey", "DescribeKey", "DescribeKey", "DisableKey", "DescribeKey"];
    expect(namesOf(now)).toEqual(["BeginIncarnation", ...events]);
    expect(await flawOf(`${account}/us-east-1`, now)).toBeUndefined();
  });

  it("follows what it shares with D1 when a batch begins with records that are there already", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    await interpose(account, (d1) => ({
      answers: async () => false,
      async deliver(delivery) {
        await d1.deliver(delivery);
        throw new Error("the answer was lost");
      },
    }));
    await logOf(account);
    await ring(account);
    const before = await overtake(account, 1);
    await restart(account);
    await logOf(account);
    await describeKey(account, KeyId);
    await ring(account);
    const trail = await trailOf(account);
    const shared = trail.find(({ incarnation, sequence }) => incarnation === before && sequence === 1);
    const now = trail.filter(({ incarnation }) => incarnation !== before);
    expect(namesOf(now)).toEqual(["BeginIncarnation", "DescribeKey"]);
    expect(parseRecord(now[0] ?? { record: "{}" })).toMatchObject({
      serviceEventDetails: { follows: { incarnation: before, sequence: 1, hash: shared?.hash } },
    });
  });
});

it("events of two Regions of an account stand in two chains", async () => {
  const account = newAccount();
  const { requestId } = await raw("ListKeys", {}, { account, region: "eu-west-1" });
  await newKey(account);
  const [there] = (await eventsOf(account)).filter(({ requestID }) => requestID === requestId);
  expect(there).toBeUndefined();
  await expect(eventOf(account, requestId)).rejects.toThrow("0 events");
  await expect.poll(() => trailOf(account, "eu-west-1"), { timeout: 5000 }).toHaveLength(2);
  expect(await flawOf(`${account}/eu-west-1`, await trailOf(account, "eu-west-1"))).toBeUndefined();
});
