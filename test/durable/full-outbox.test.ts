// A full outbox fails closed, but for what takes away; an alarm that cannot be set undoes its change; a refused write.

import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/wire/api-error.ts";
import { raw } from "../support/client.ts";
import { putAway } from "../support/faults.ts";
import { newGate } from "../support/gates.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { countOpened, newStore } from "../support/new-store.ts";
import { override } from "../support/override.ts";
import { eventsOf, flawIn, summaryOf } from "../support/records.ts";
import { inStore, ring } from "../support/store.ts";

const internal = { status: 500, json: { __type: "KMSInternalException" } };

describe("a full outbox", () => {
  const MIB = 1024 ** 2;
  const setSize = (account: string, bytes: number | undefined) =>
    inStore(account, ({ storage }) => {
      if (bytes === undefined) Reflect.deleteProperty(storage.sql, "databaseSize");
      else Object.defineProperty(storage.sql, "databaseSize", { value: bytes, configurable: true });
    });
  const codeOf = async (account: string, name: string, input: Record<string, unknown>): Promise<unknown> =>
    (await raw(name, input, { account })).json["__type"] ?? "ok";
  const policy = (account: string) =>
    JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" }],
    });

  it("fails every request but those that take away, records what it takes, and is over when it has emptied", async () => {
    const { account, KeyId } = await newStore();
    const backAgain = await putAway(account);
    await setSize(account, 1024 * MIB);
    await ring(account);
    for (const name of ["DescribeKey", "CreateKey", "EnableKey", "CancelKeyDeletion", "Encrypt", "Nonsense"]) {
      const answer = await raw(name, { KeyId }, { account });
      expect(answer).toMatchObject({ status: 503, json: { __type: "DependencyTimeoutException" } });
    }
    expect(await codeOf(account, "PutKeyPolicy", { KeyId, Policy: policy(account) })).toBe("ok");
    expect(await codeOf(account, "DisableKey", { KeyId })).toBe("ok");
    expect(await codeOf(account, "ScheduleKeyDeletion", { KeyId })).toBe("ok");
    const taken = ["PutKeyPolicy", "DisableKey", "ScheduleKeyDeletion"];
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", ...taken]);
    await setSize(account, undefined);
    await backAgain();
    await ring(account);
    expect((await raw("DescribeKey", { KeyId }, { account })).json).toMatchObject({
      KeyMetadata: { KeyState: "PendingDeletion" },
    });
  });

  it("whose reserve is spent too takes nothing", async () => {
    const { account, KeyId } = await newStore();
    await setSize(account, (1024 + 64) * MIB);
    await ring(account);
    expect(await codeOf(account, "DisableKey", { KeyId })).toBe("DependencyTimeoutException");
  });

  it("is noticed by the hundredth commit at the latest, also where no flush has measured it", async () => {
    const { account, KeyId } = await newStore();
    const held = newGate();
    await inStore(account, (world) => {
      world.trail = { ...world.trail, deliver: () => held.pass().then(() => new Map()) };
    });
    await held.reached; // the flush has measured, and waits for D1
    await setSize(account, 1024 * MIB);
    const codes: unknown[] = [];
    for (let call = 0; call < 102; call++) codes.push(await codeOf(account, "DescribeKey", { KeyId }));
    held.open();
    expect(codes[0]).toBe("ok");
    expect(codes.at(-1)).toBe("DependencyTimeoutException");
  });
});

describe("an alarm that cannot be set", () => {
  it("undoes the change that needs it: the answer is a 500, nothing has changed, nothing is recorded", async () => {
    const { account, KeyId, log } = await newStore(); // whose flush is armed already
    await putAway(account);
    const restore = await inStore(account, ({ storage }) =>
      override(storage, "setAlarm", () => () => {
        throw new Error("no alarm");
      }),
    );
    for (const name of ["ScheduleKeyDeletion", "EnableKeyRotation"])
      expect(await raw(name, { KeyId }, { account })).toMatchObject(internal);
    expect(log).toMatchObject(Array(2).fill({ event: "commit failed", message: "no alarm" }));
    await inStore(account, restore);
    const { json } = await raw("DescribeKey", { KeyId }, { account });
    expect(json).toMatchObject({ KeyMetadata: { KeyState: "Enabled" } });
    expect((await raw("GetKeyRotationStatus", { KeyId }, { account })).json).toMatchObject({ KeyRotationEnabled: false });
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "DescribeKey", "GetKeyRotationStatus"]);
    expect(await flawIn(account)).toBeUndefined();
  });
});

describe("a write that is refused", () => {
  it("drops from memory the keys that it touched, and no other", async () => {
    const { account, KeyId } = await newStore();
    const other = await newKey(account);
    for (const key of [KeyId, other]) await raw("Encrypt", { KeyId: key, Plaintext: PLAINTEXT }, { account });
    const opened = await countOpened(account);
    const [AliasName, Tags] = ["alias/taken", Array.from({ length: 50 }, (_, at) => ({ TagKey: `${at}`, TagValue: "" }))];
    await raw("CreateAlias", { AliasName, TargetKeyId: KeyId }, { account });
    await raw("TagResource", { KeyId, Tags }, { account });
    for (const [name, input, code] of [
      ["CreateAlias", { AliasName, TargetKeyId: KeyId }, "AlreadyExistsException"],
      ["TagResource", { KeyId, Tags: [{ TagKey: "one more", TagValue: "" }] }, "LimitExceededException"],
    ] as const)
      expect((await raw(name, input, { account })).json["__type"]).toBe(code);
    for (const key of [KeyId, other]) await raw("Encrypt", { KeyId: key, Plaintext: PLAINTEXT }, { account });
    expect(opened).toEqual([]);
  });

  it("after it has written a key leaves the key in memory as it is stored", async () => {
    const { account, KeyId } = await newStore();
    const other = await newKey(account);
    await raw("Encrypt", { KeyId: other, Plaintext: PLAINTEXT }, { account });
    const opened = await countOpened(account);
    await inStore(account, (world) => {
      const refuse = override(world.tables.keys, "setDescription", (set) => (id, description) => {
        set(id, description);
        expect(world.tables.keys.find(id)?.description).toBe("new"); // which memory holds from here on
        throw new ApiError("LimitExceededException");
      });
      return refuse;
    });
    expect((await raw("UpdateKeyDescription", { KeyId, Description: "new" }, { account })).status).toBe(400);
    expect((await raw("DescribeKey", { KeyId }, { account })).json).toMatchObject({ KeyMetadata: { Description: "" } });
    await raw("Encrypt", { KeyId: other, Plaintext: PLAINTEXT }, { account });
    expect(opened).toEqual([]);
  });
});
