// The one commit: a record before every answer, none for a change that did not happen, nothing in memory that storage does not hold.

import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/durable/ledger.ts";
import { ApiError } from "../../src/wire/api-error.ts";
import { newAccount, raw } from "../support/client.ts";
import { failCommits, putAway } from "../support/faults.ts";
import { holdGroup } from "../support/gates.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { countOpened, newStore } from "../support/new-store.ts";
import { override } from "../support/override.ts";
import { eventOf, eventsOf, flawIn, outboxOf, summaryOf } from "../support/records.ts";
import { inStore, logOf, ring } from "../support/store.ts";

const entry = (name: string): { entry: Entry } => ({ entry: { record: JSON.stringify({ eventName: name }), time: 0 } });
const internal = { status: 500, json: { __type: "KMSInternalException" } };

describe("an answer and its record", () => {
  it("an answer waits until its record is durable", async () => {
    const { account, KeyId } = await newStore();
    const group = await holdGroup(account);
    let answered = false;
    const describing = raw("DescribeKey", { KeyId }, { account }).then((answer) => {
      answered = true;
      return answer;
    });
    await group.reached;
    await ring(account); // a round of the object, in which the answer would have left
    expect(answered).toBe(false);
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey"]);
    group.open();
    const { requestId } = await describing;
    await expect(eventOf(account, requestId)).resolves.toMatchObject({ eventName: "DescribeKey" });
  });

  const noKey = "00000000-0000-4000-8000-000000000000";
  it.each([
    ["an operation that does not exist", "Nonsense", {}, 0, "UnknownOperationException"],
    ["an operation that is not built yet", "ConnectCustomKeyStore", {}, 0, "UnsupportedOperationException"],
    ["a body that is no JSON", "Encrypt", "{", 0, "SerializationException"],
    ["a broken constraint", "Encrypt", { KeyId: "k" }, 0, "ValidationException"],
    ["a key that is not there", "Encrypt", { KeyId: noKey, Plaintext: PLAINTEXT }, 0, "NotFoundException"],
    ["a ciphertext that is none", "Decrypt", { CiphertextBlob: PLAINTEXT }, 0, "InvalidCiphertextException"],
    ["a well signed request of an access key that does not exist", "ListKeys", {}, 1, "UnrecognizedClientException"],
  ] as const)("%s is refused and recorded, once", async (_, name, input, serial, code) => {
    const { account } = await newStore();
    const { json, requestId } = await raw(name, input, { account, serial });
    expect(json["__type"]).toBe(code);
    await expect(eventOf(account, requestId)).resolves.toMatchObject({
      eventName: name,
      errorCode: code,
      responseElements: null,
    });
  });

  it("a refused access leaves the code that CloudTrail writes", async () => {
    const [{ account }, { account: other }] = [await newStore(), await newStore()];
    const KeyId = `arn:aws:kms:us-east-1:${other}:key/${noKey}`;
    const { json, requestId } = await raw("DescribeKey", { KeyId }, { account });
    expect(json["__type"]).toBe("AccessDeniedException");
    await expect(eventOf(account, requestId)).resolves.toMatchObject({
      errorCode: "AccessDenied",
      requestParameters: { keyId: KeyId },
    });
  });
});

describe("a commit that fails", () => {
  it("fails the group's requests without a record, and nothing else", async () => {
    const { account, KeyId, log } = await newStore();
    const group = await holdGroup(account, 3);
    const describing = Array.from({ length: 3 }, () => raw("DescribeKey", { KeyId }, { account }));
    await group.reached;
    const heal = await inStore(account, failCommits);
    group.open();
    for (const answer of await Promise.all(describing)) expect(answer).toMatchObject(internal);
    expect(log).toMatchObject([{ event: "commit failed", message: "the disk is full" }]);
    await inStore(account, heal);
    expect((await raw("DescribeKey", { KeyId }, { account })).status).toBe(200);
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "DescribeKey"]);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("fails the group when the barrier itself fails", async () => {
    const { account, KeyId, log } = await newStore();
    const restore = await inStore(account, ({ storage }) =>
      override(storage, "sync", () => () => Promise.reject(new Error("gone"))),
    );
    expect(await raw("DescribeKey", { KeyId }, { account })).toMatchObject(internal);
    expect(log).toMatchObject([{ event: "commit failed", message: "gone" }]);
    await inStore(account, restore);
    expect((await raw("DescribeKey", { KeyId }, { account })).status).toBe(200);
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "DescribeKey"]);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("undoes a write with the group that it took along", async () => {
    const { account, KeyId } = await newStore();
    const group = await holdGroup(account);
    const describing = raw("DescribeKey", { KeyId }, { account });
    await group.reached;
    const heal = await inStore(account, failCommits);
    expect(await raw("DisableKey", { KeyId }, { account })).toMatchObject(internal);
    expect(await describing).toMatchObject(internal);
    await inStore(account, heal);
    group.open();
    const { json } = await raw("DescribeKey", { KeyId }, { account });
    expect(json).toMatchObject({ KeyMetadata: { KeyState: "Enabled" } });
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "DescribeKey"]);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("leaves no cached key and no open material, and the next commit still wakes the flush", async () => {
    const { account, KeyId } = await newStore();
    await ring(account);
    await raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account });
    await ring(account);
    const opened = await countOpened(account);
    const heal = await inStore(account, failCommits);
    expect(await raw("DescribeKey", { KeyId }, { account })).toMatchObject(internal);
    await inStore(account, heal);
    await raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account });
    expect(opened).toEqual([KeyId]);
    await ring(account);
    expect(await outboxOf(account)).toEqual([]);
  });

  it("of the first call of all leaves a store that begins anew", async () => {
    const account = newAccount();
    const log = await logOf(account);
    const heal = await inStore(account, failCommits);
    expect(await raw("ListKeys", {}, { account })).toMatchObject(internal);
    expect(log).toMatchObject([{ event: "unknown error", message: "the disk is full" }]);
    await inStore(account, heal);
    expect((await raw("ListKeys", {}, { account })).status).toBe(200);
    expect(await flawIn(account)).toBeUndefined();
    await ring(account);
    expect(await outboxOf(account)).toEqual([]);
  });
});

describe("a change that is refused in its own turn", () => {
  const dryRun = new ApiError("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.");

  it("a dry run of a write changes nothing and is recorded as a refusal, in its place", async () => {
    const { account, KeyId } = await newStore();
    await putAway(account);
    await inStore(account, ({ ledger, tables }) => {
      const before = ledger.join(entry("before").entry);
      const written = ledger.write(
        () => {
          tables.keys.setState(KeyId, "Disabled");
          throw dryRun;
        },
        (cause) => entry(String((cause as ApiError).code)),
      );
      expect(written).toEqual(entry("DryRunOperationException"));
      return before;
    });
    expect((await raw("DescribeKey", { KeyId }, { account })).json).toMatchObject({ KeyMetadata: { KeyState: "Enabled" } });
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "before", "DryRunOperationException", "DescribeKey"]);
    expect(await flawIn(account)).toBeUndefined();
  });

  it("a key that was read within a change that is rolled back is not remembered as the change had made it", async () => {
    const { account, KeyId } = await newStore();
    await inStore(account, ({ tables }) => {
      override(tables.keys, "setState", (setState) => (id, state) => {
        setState(id, state);
        expect(tables.keys.find(id)?.state).toBe("Disabled"); // and is cached so
        throw dryRun;
      });
    });
    await raw("DisableKey", { KeyId }, { account });
    await inStore(account, ({ tables }) => expect(tables.keys.find(KeyId)?.state).toBe("Enabled"));
  });
});

describe("what is cached", () => {
  it("a key is dropped in the turn of the write to it", async () => {
    const { account, KeyId } = await newStore();
    await inStore(account, ({ tables, ledger }) => {
      expect(tables.keys.find(KeyId)?.state).toBe("Enabled");
      ledger.write(
        () => {
          tables.keys.setState(KeyId, "Disabled");
          return entry("write");
        },
        () => entry("refusal"),
      );
      expect(tables.keys.find(KeyId)?.state).toBe("Disabled");
    });
  });

  it("opened material is kept for the next call, and dropped when its key is disabled", async () => {
    const { account, KeyId } = await newStore();
    const encrypt = () => raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account });
    const opened = await countOpened(account);
    await encrypt();
    await encrypt();
    expect(opened).toEqual([KeyId]);
    await raw("DisableKey", { KeyId }, { account });
    await raw("EnableKey", { KeyId }, { account });
    await encrypt();
    expect(opened).toEqual([KeyId, KeyId]);
  });

  it("a write to one key leaves the material of another open", async () => {
    const { account, KeyId } = await newStore();
    const other = await newKey(account);
    const opened = await countOpened(account);
    await raw("Encrypt", { KeyId: other, Plaintext: PLAINTEXT }, { account });
    await raw("DisableKey", { KeyId }, { account });
    await raw("Encrypt", { KeyId: other, Plaintext: PLAINTEXT }, { account });
    expect(opened).toEqual([other]);
  });
});
