// Who may call a store: the front, by a passport for this one object; any other Worker of the same Cloudflare account may try.

import { describe, expect, it, vi } from "vitest";
import { accessKey } from "../../src/auth/credentials.ts";
import type { ObjectCall } from "../../src/durable/call.ts";
import { RegionalKeyStore } from "../../src/kms/regional-key-store.ts";
import { newAccount, raw, testRootKeys } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { callFor, passportFor, rootKeysOf } from "../support/passports.ts";
import { eventOf, eventsOf, summaryOf } from "../support/records.ts";
import { OLDER_ROOT_KEYS } from "../support/root-keys.ts";
import { callStore, inStore, logOf, stubOf } from "../support/store.ts";

const SECOND = 1000;

/** A store with a key, and its log. */
async function newStore() {
  const account = newAccount();
  const KeyId = await newKey(account);
  return { account, KeyId, log: await logOf(account) };
}

/** What the front vouches for of another account's root. */
const claimsOf = async (account: string) => ({
  account,
  principal: `arn:aws:iam::${account}:root`,
  accessKeyId: (await accessKey(testRootKeys, account, 0)).accessKeyId,
});

const disable = async (account: string, KeyId: string, passport: string) =>
  callStore(account, await callFor(account, "DisableKey", { KeyId }, { passport }));

describe("a passport", () => {
  it("of the front's making is good, more than once", async () => {
    const { account, KeyId } = await newStore();
    const passport = await passportFor(account);
    expect(await disable(account, KeyId, passport)).toBeTypeOf("string");
    expect(await disable(account, KeyId, passport)).toBeTypeOf("string");
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey", "DisableKey", "DisableKey"]);
  });

  const userKey = async (account: string) => (await accessKey(testRootKeys, account, 256)).accessKeyId;
  const other = rootKeysOf({ seal: 2, credentials: [2], keys: { 2: btoa("another root key of 32 bytes....") } });
  it.each([
    ["for another account's object", "for another object", async () => ({ object: "000000000000/us-east-1" })],
    ["for another Region's object", "for another object", async (account: string) => ({ object: `${account}/eu-west-1` })],
    ["of another account's root", "of another account", async () => claimsOf("000000000000")],
    [
      "of a root with a user's access key",
      "not one of ours",
      async (account: string) => ({ accessKeyId: await userKey(account) }),
    ],
    [
      "of a root with another account's access key",
      "not one of ours",
      async () => ({ accessKeyId: await userKey("000000000000") }),
    ],
    ["of a user with a root's access key", "not one of ours", async () => ({ kind: "key", principal: "" }) as const],
    ["of a root with another's name", "not one of ours", async () => ({ principal: "arn:aws:iam::000000000000:root" })],
    ["with an access key that is none", "not one of ours", async () => ({ accessKeyId: "AKIAIOSFODNN7EXAMPLE" })],
    [
      "of another object of ours, a store",
      "of a kind that is not taken here",
      async (account: string) => ({ kind: "store", principal: `${account}/eu-west-1`, accessKeyId: "" }) as const,
    ],
    [
      "of another object of ours, an IdentityStore",
      "of a kind that is not taken here",
      async (account: string) => ({ kind: "identity", principal: account, accessKeyId: "" }) as const,
    ],
    ["that has expired", "expired", async () => ({ expires: Date.now() - 11 * SECOND })],
    ["from too far in the future", "from the future", async () => ({ expires: Date.now() + 90 * SECOND })],
    ["under another root key", "not one of ours", async () => ({ rootKeys: other })],
    [
      "of a root key version that vouches for nobody",
      "not one of ours",
      async () => ({ rootKeys: rootKeysOf(JSON.parse(OLDER_ROOT_KEYS)) }),
    ],
  ])("%s is refused, logged and not recorded, and nothing runs", async (_, reason, vouching) => {
    const { account, KeyId, log } = await newStore();
    const passport = await passportFor(account, await vouching(account));
    expect(await disable(account, KeyId, passport)).toBeNull();
    expect(await disable(account, KeyId, passport)).toBeNull(); // also where it is known by now
    expect(log).toEqual(Array(2).fill({ event: "passport refused", reason }));
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey"]);
    expect((await raw("DescribeKey", { KeyId }, { account })).json).toMatchObject({ KeyMetadata: { KeyState: "Enabled" } });
  });

  it("bears ten seconds between two clocks", async () => {
    const { account, KeyId } = await newStore();
    for (const expires of [Date.now() - 8 * SECOND, Date.now() + 68 * SECOND]) {
      const passport = await passportFor(account, { expires });
      expect(await disable(account, KeyId, passport)).toBeTypeOf("string");
    }
  });

  it("that was good expires like any other, though it is remembered", async () => {
    const { account, KeyId, log } = await newStore();
    const passport = await passportFor(account);
    expect(await disable(account, KeyId, passport)).toBeTypeOf("string");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 71 * SECOND });
    try {
      expect(await disable(account, KeyId, passport)).toBeNull();
    } finally {
      vi.useRealTimers();
    }
    expect(log).toEqual([{ event: "passport refused", reason: "expired" }]);
  });

  it("that was changed in any of its characters is refused", async () => {
    const { account, KeyId } = await newStore();
    const passport = await passportFor(account);
    const call = await callFor(account, "DisableKey", { KeyId });
    const accepted: string[] = [];
    for (let at = 0; at < passport.length; at += 7) {
      const changed = `${passport.slice(0, at)}${passport[at] === "A" ? "B" : "A"}${passport.slice(at + 1)}`;
      if ((await callStore(account, { ...call, passport: changed })) !== null) accepted.push(changed);
    }
    for (const changed of [
      `${passport}A`,
      passport.slice(0, -1),
      `${passport} `,
      passport.replace("1.", "2."),
      passport.split(".").slice(0, 3).join("."),
    ]) {
      if ((await callStore(account, { ...call, passport: changed })) !== null) accepted.push(changed);
    }
    expect(accepted).toEqual([]);
    expect(summaryOf(await eventsOf(account))).toEqual(["CreateKey"]);
  });

  it("with other claims under the seal of a good one is refused", async () => {
    const { account, KeyId } = await newStore();
    const [good, wanted] = [await passportFor("000000000000"), await passportFor(account)];
    const spliced = [...wanted.split(".").slice(0, 3), good.split(".")[3]].join(".");
    expect(await disable(account, KeyId, spliced)).toBeNull();
  });
});

it("no call of another account makes a schema, a row or a bucket", async () => {
  const [account, stranger] = [newAccount(), newAccount()];
  const passport = await passportFor(account, await claimsOf(stranger));
  const spent: string[] = [];
  await inStore(account, (world) => {
    world.rates = { spend: (who) => spent.push(who) > 0 };
  });
  for (const name of ["ListKeys", "CreateKey", "Nonsense"])
    expect(await callStore(account, await callFor(account, name, {}, { passport }))).toBeNull();
  expect(spent).toEqual([]);
  await inStore(account, (_, { storage }) => {
    expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'meta'").toArray()).toEqual([]);
  });
});

it("an access key above the root's serials is nobody's yet: refused, and recorded as one whose holder is not known", async () => {
  const account = newAccount();
  const { accessKeyId } = await accessKey(testRootKeys, account, 256);
  for (const [serial, userIdentity] of [
    [256, { type: "Unknown", accountId: account, accessKeyId }],
    [255, { type: "Root", arn: `arn:aws:iam::${account}:root` }],
  ] as const) {
    const { json, requestId } = await raw("ListKeys", {}, { account, serial });
    expect(json["__type"]).toBe("UnrecognizedClientException");
    await expect(eventOf(account, requestId)).resolves.toMatchObject({ userIdentity, errorCode: "UnrecognizedClientException" });
  }
});

describe("the RPC surface", () => {
  const methods = Object.getOwnPropertyNames(RegionalKeyStore.prototype).filter(
    (name) => !["constructor", "alarm"].includes(name),
  );
  const garbage = [
    undefined,
    null,
    0,
    -1,
    "text",
    [],
    {},
    { passport: null },
    { passport: 7 },
    { passport: "1.2.x.y" },
    { passport: "__proto__" },
    { passport: {} },
    new Uint8Array(3),
  ];
  type Method = (...given: unknown[]) => Promise<unknown>;
  const call = (account: string, method: string, ...given: unknown[]): Promise<unknown> =>
    (stubOf(account) as unknown as Record<string, Method>)[method]?.(...given) ?? Promise.reject(new Error("no such method"));

  it("is a caller's method, and one of the account's IdentityStore", () => {
    expect(methods).toEqual(["kms", "forget"]);
  });

  it.each(methods)("%s refuses whatever bears no passport, as data, and leaves no trace", async (method) => {
    const account = newAccount();
    await logOf(account);
    const replies = await Promise.all(
      [[], ...garbage.map((value) => [value]), [{}, {}]].map((given) =>
        call(account, method, ...given).catch((cause) => `threw ${cause}`),
      ),
    );
    for (const reply of replies) expect([undefined, null, "KMSInternalException"]).toContain(codeOf(reply));
    await inStore(account, (_, state) => {
      expect(state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'meta'").toArray()).toEqual([]);
    });
  });

  it("kms answers a good passport with garbage beside it, as data", async () => {
    const { account } = await newStore();
    const good = await callFor(account, "ListKeys", {});
    for (const member of Object.keys(good).filter((name) => name !== "passport") as (keyof ObjectCall)[]) {
      for (const value of [undefined, null, 7, {}, "\ud800"]) {
        const reply = await call(account, "kms", { ...good, [member]: value }).catch((cause) => ({ threw: String(cause) }));
        expect([member, isAnswer(reply)]).toEqual([member, true]);
      }
    }
  });

  it("holds its world as an own property, which RPC does not reach", async () => {
    const { account } = await newStore();
    await inStore(account, (_, __, instance) => {
      expect(Object.keys(instance)).toContain("world");
      expect("world" in RegionalKeyStore.prototype).toBe(false);
    });
  });
});

const isAnswer = (reply: unknown): boolean =>
  typeof reply === "string" || typeof (reply as { status?: unknown }).status === "number";

const codeOf = (reply: unknown): unknown =>
  typeof reply === "string" || reply === null || reply === undefined
    ? reply
    : (JSON.parse((reply as { body: string }).body) as { __type?: unknown }).__type;
