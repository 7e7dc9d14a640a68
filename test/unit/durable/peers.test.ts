// One object of ours calls another: it says which it is, and a passport that is refused is made anew once.

import { expect, it } from "vitest";
import { Peers } from "../../../src/durable/peers.ts";
import { parsePassport } from "../../../src/wire/passport.ts";
import type { PeerReply } from "../../../src/wire/views.ts";
import { testRootKeys } from "../../support/client.ts";

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const STORE = { kind: "store", account: "111122223333", principal: "111122223333/us-east-1" } as const;

/** A caller with its own clock, and an object that answers by turns. */
function setUp(...replies: (() => PeerReply<string>)[]) {
  const [clock, given] = [{ now: NOW }, [] as string[]];
  const peers = new Peers(testRootKeys, STORE, () => clock.now);
  const call = (object = "111122223333"): Promise<PeerReply<string>> =>
    peers.call(object, async (passport) => (replies[given.push(passport) - 1] ?? (() => "done"))());
  return { clock, given, call };
}

const claims = (text = ""): unknown => parsePassport(text)?.passport;

it("says which object calls, to the one object", async () => {
  const { given, call } = setUp();
  await expect(call()).resolves.toBe("done");
  const bearer = { ...STORE, object: "111122223333", accessKeyId: "" };
  expect(given.map(claims)).toEqual([{ ...bearer, rootVersion: 2, expires: NOW + 60_000 }]);
});

it("bears the same passport until it is due for renewal, and another to another object", async () => {
  const { clock, given, call } = setUp();
  for (const ms of [0, 29_999, 30_000]) {
    clock.now = NOW + ms;
    await call();
  }
  await call("444455556666");
  expect(given[1]).toBe(given[0]);
  expect(new Set(given).size).toBe(3);
});

it("makes a refused passport anew once, and keeps the new one", async () => {
  const { clock, given, call } = setUp(
    () => "done",
    () => undefined,
  );
  await call();
  clock.now += 1;
  await expect(call()).resolves.toBe("done");
  await call();
  expect(given[1]).toBe(given[0]);
  expect(given[2]).not.toBe(given[0]);
  expect(given[3]).toBe(given[2]);
});

it("answers undefined where the new one is refused too", async () => {
  const { given, call } = setUp(
    () => undefined,
    () => undefined,
  );
  await expect(call()).resolves.toBeUndefined();
  expect(given).toHaveLength(2);
});

it("throws what the call throws, as it is, and does not repeat it", async () => {
  const lost = new Error("the object was not reached");
  const { given, call } = setUp(() => {
    throw lost;
  });
  await expect(call()).rejects.toBe(lost);
  expect(given).toHaveLength(1);
});
