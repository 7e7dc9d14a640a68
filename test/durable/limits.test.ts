// The limits of the record: of one, of a row in the outbox, of what goes to D1 at once. Bytes are UTF-8's.

import { describe, expect, it } from "vitest";
import { newAccount, raw } from "../support/client.ts";
import { putAway } from "../support/faults.ts";
import { newKey } from "../support/new-key.ts";
import { callFor } from "../support/passports.ts";
import { eventOf, flawIn, flawOf, outboxOf, parseRecord, recordsOf, rowsOf, trailOf } from "../support/records.ts";
import { callStore, inStore, logOf, restart, ring } from "../support/store.ts";

const RECORD_BYTES_MAX = 64 * 1024;
const ROW = { records: 64, bytes: 96 * 1024 };
const STATEMENT = { records: 500, bytes: 512 * 1024 };

const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;
const longest = async (account: string): Promise<number> =>
  Math.max(...(await recordsOf(account)).map(({ record }) => bytesOf(record)));

/** A policy of at most so many bytes, and hardly fewer. */
function policyOf(account: string, bytes: number, filling = "x"): string {
  const statement = {
    Sid: "",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  const document = (Sid: string) => JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, Sid }] });
  return document(filling.repeat(Math.floor((bytes - bytesOf(document(""))) / (bytesOf(JSON.stringify(filling)) - 2))));
}

describe("one record", () => {
  it("keeps a policy whole within 2 KiB as printed", async () => {
    const account = newAccount();
    const Policy = policyOf(account, 2000);
    expect(bytesOf(JSON.stringify(Policy))).toBeLessThanOrEqual(2048);
    const { status, requestId } = await raw("CreateKey", { Policy }, { account });
    expect(status).toBe(200);
    await expect(eventOf(account, requestId)).resolves.toMatchObject({ requestParameters: { policy: Policy } });
  });

  it("says of a member that does not fit how many bytes it left out, and their hash", async () => {
    const account = newAccount();
    const Policy = policyOf(account, 32768, "\\"); // each backslash is printed four times
    const { status, requestId } = await raw("CreateKey", { Policy, Description: "記".repeat(600) }, { account });
    expect(status).toBe(200);
    const { requestParameters } = await eventOf(account, requestId);
    const printed = new TextEncoder().encode(JSON.stringify(Policy));
    const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", printed)).toHex();
    const policy = { omitted: printed.byteLength, sha256 };
    expect(requestParameters).toMatchObject({ policy, description: "記".repeat(600), keyUsage: "ENCRYPT_DECRYPT" });
    expect(await longest(account)).toBeLessThanOrEqual(RECORD_BYTES_MAX);
  });

  it("of a refused request with 2,000 tags is short", async () => {
    const account = newAccount();
    const Tags = Array.from({ length: 2000 }, (_, at) => ({ TagKey: `key ${at}`, TagValue: "value ".repeat(30) }));
    const { json, requestId } = await raw("CreateKey", { Tags }, { account });
    expect(json["__type"]).toBe("TagException");
    await expect(eventOf(account, requestId)).resolves.toMatchObject({ eventName: "CreateKey", errorCode: "TagException" });
    expect(await longest(account)).toBeLessThanOrEqual(RECORD_BYTES_MAX);
  });

  const tag = (at: number) => ({ TagKey: `${"鍵".repeat(126)}${at}`, TagValue: "値".repeat(256) });
  it.each([
    [
      "members of three-byte characters, each just short enough to be kept",
      { Description: "記".repeat(4090), Tags: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(tag) },
    ],
    ["every member at its longest", { Description: "記".repeat(8192), Tags: Array.from({ length: 50 }, (_, at) => tag(at)) }],
    [
      "text that its printing makes six times as long",
      { Description: "\u0001".repeat(8192), Tags: [{ TagKey: "k", TagValue: "\u0001".repeat(256) }] },
    ],
  ])("is at most 64 KiB: %s", async (_, input) => {
    const account = newAccount();
    for (const Policy of [policyOf(account, 32768, "ÿ"), policyOf(account, 32768, "\u0001"), policyOf(account, 4000, "ÿ")]) {
      const call = await callFor(
        account,
        "CreateKey",
        { ...input, Policy },
        { userAgent: "記".repeat(5000), host: "h".repeat(5000), tlsVersion: "t" },
      );
      await callStore(account, call);
      await eventOf(account, call.requestId);
    }
    expect(await longest(account)).toBeLessThanOrEqual(RECORD_BYTES_MAX);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("is at most 64 KiB: the longest encryption context that is accepted, and one that is not", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    for (const length of [8000, 100_000]) {
      const EncryptionContext = { a: "\u0001".repeat(length) };
      await raw("GenerateDataKeyWithoutPlaintext", { KeyId, KeySpec: "AES_256", EncryptionContext }, { account });
    }
    expect(await recordsOf(account)).toHaveLength(4);
    expect(await longest(account)).toBeLessThanOrEqual(RECORD_BYTES_MAX);
  });

  it("holds at most 1,024 characters of a header", async () => {
    const account = newAccount();
    const { requestId } = await raw("ListKeys", {}, { account, headers: { "user-agent": "u".repeat(5000) } });
    await expect(eventOf(account, requestId)).resolves.toMatchObject({ userAgent: "u".repeat(1024) });
  });
});

describe("a group", () => {
  /** Joins records as calls would that end together. */
  const join = (account: string, texts: readonly string[]) =>
    inStore(account, ({ ledger }) =>
      Promise.all(texts.map((text) => ledger.join({ record: JSON.stringify({ text }), time: 1 }))),
    );

  it.each([
    [
      "many short records",
      Array.from({ length: 1201 }, (_, at) => `${at}`),
      [...Array<number>(18).fill(64), 49],
      [448, 448, 305],
    ],
    ["records of three-byte characters", Array<string>(12).fill("記".repeat(20_000)), Array<number>(12).fill(1), [8, 4]],
    ["records whose quotes are quoted again", Array<string>(12).fill('"'.repeat(10_000)), [2, 2, 2, 2, 2, 2], [12]],
    [
      "records at the limit of their own",
      Array<string>(20).fill("x".repeat(RECORD_BYTES_MAX - 11)),
      Array<number>(20).fill(1),
      [7, 7, 6],
    ],
  ])(
    "of %s is written in rows of at most 64 records and 96 KiB, and delivered in statements of at most 500 and 512 KiB",
    async (_, texts, sizes, sent) => {
      const account = newAccount();
      await newKey(account);
      await ring(account);
      await putAway(account);
      expect(await join(account, texts)).toEqual(texts.map(() => true));
      const rows = await inStore(account, (_world, state) => rowsOf(state));
      expect(rows.map(({ first, last }) => last - first + 1)).toEqual(sizes);
      for (const { first, last, records } of rows) {
        expect(bytesOf(records)).toBeLessThanOrEqual(ROW.bytes);
        const links = JSON.parse(records) as unknown[][];
        expect(links.map((link) => link.map((part) => typeof part).join())).toEqual(
          links.map(() => "number,string,string,number"),
        );
        expect(links.map(([sequence]) => sequence)).toEqual(Array.from({ length: last - first + 1 }, (__, at) => first + at));
        expect(links.length).toBeLessThanOrEqual(ROW.records);
      }
      expect(await flawIn(account)).toBeUndefined();
      await restart(account);
      const statements: number[] = [];
      await inStore(account, (world) => {
        const d1 = world.trail;
        world.trail = {
          answers: d1.answers,
          deliver(delivery) {
            expect(bytesOf(delivery.links.printed)).toBeLessThanOrEqual(STATEMENT.bytes);
            statements.push(delivery.links.length);
            return d1.deliver(delivery);
          },
        };
      });
      await ring(account);
      expect(await outboxOf(account)).toEqual([]);
      expect(Math.max(...statements)).toBeLessThanOrEqual(STATEMENT.records);
      expect(statements).toEqual(sent);
      expect(await trailOf(account)).toHaveLength(texts.length + 2);
      expect(await flawIn(account)).toBeUndefined();
    },
  );

  it("of records in rows of their own goes to D1 in one statement", async () => {
    const account = newAccount();
    await newKey(account);
    await putAway(account);
    for (let at = 0; at < 20; at++) await join(account, [`${at}`]);
    expect(await inStore(account, (_, state) => rowsOf(state))).toHaveLength(22);
    await restart(account);
    let statements = 0;
    await inStore(account, (world) => {
      const d1 = world.trail;
      world.trail = { ...d1, deliver: (delivery) => d1.deliver(delivery).finally(() => statements++) };
    });
    await ring(account);
    expect(statements).toBe(1);
    expect(await trailOf(account)).toHaveLength(22);
  });

  it("whose place is taken already begins a new incarnation, and neither record is lost", async () => {
    const account = newAccount();
    await newKey(account);
    const { incarnation = "", sequence = 0 } = (await recordsOf(account)).at(-1) ?? {};
    await logOf(account);
    const twice = JSON.stringify({ eventName: "Twice" });
    await inStore(account, ({ outbox }) => {
      outbox.append(incarnation, [{ sequence, record: twice, hash: "0".repeat(64), time: 0 }]);
    });
    await ring(account);
    const names = (await trailOf(account)).map((link) => parseRecord(link).eventName);
    expect(names.toSorted()).toEqual(["BeginIncarnation", "BeginIncarnation", "CreateKey", "Twice"]);
    expect(await flawOf(`${account}/us-east-1`, await trailOf(account))).toBeUndefined();
  });
});
