// An object's side of passports: each kind opens what takes it, and nothing else; an object's name is of its account.

import { beforeEach, describe, expect, it } from "vitest";
import { accessKey } from "../../../src/auth/credentials.ts";
import { PassportControl } from "../../../src/durable/passport-control.ts";
import { type Bearer, PassportOffice } from "../../../src/durable/passport-office.ts";
import { testRootKeys } from "../../support/client.ts";

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const [ACCOUNT, STRANGER] = ["111122223333", "444455556666"];
const STORE = `${ACCOUNT}/us-east-1`;

const peer = { object: ACCOUNT, account: ACCOUNT, accessKeyId: "" };
const store: Bearer = { ...peer, kind: "store", principal: STORE };
const identity: Bearer = { ...peer, kind: "identity", principal: ACCOUNT };
const foreign: Bearer = { ...store, account: STRANGER, principal: `${STRANGER}/us-east-1` };

async function caller(kind: "root" | "key"): Promise<Bearer> {
  const { accessKeyId } = await accessKey(testRootKeys, ACCOUNT, kind === "root" ? 0 : 256);
  return {
    object: ACCOUNT,
    kind,
    account: ACCOUNT,
    principal: kind === "root" ? `arn:aws:iam::${ACCOUNT}:root` : "",
    accessKeyId,
  };
}

const clock = { now: NOW };
let lines: Readonly<Record<string, unknown>>[];
let control: PassportControl;
beforeEach(() => {
  clock.now = NOW;
  lines = [];
  const log = (line: Readonly<Record<string, unknown>>): void => void lines.push(line);
  control = new PassportControl(testRootKeys, { name: ACCOUNT, account: ACCOUNT, now: () => clock.now, log });
});

const print = (bearer: Bearer): Promise<string> => new PassportOffice(testRootKeys).make(bearer, NOW);

/** Which ways in a text opens. What was refused must have been logged, each time with this reason. */
async function opened(text: string, reason: string): Promise<string[]> {
  const ways = {
    open: () => control.open(text),
    store: () => control.openPeer(text, "store"),
    identity: () => control.openPeer(text, "identity"),
  };
  const open: string[] = [];
  for (const [way, tried] of Object.entries(ways)) if ((await tried()) !== undefined) open.push(way);
  expect(lines.splice(0)).toEqual(Array(3 - open.length).fill({ event: "passport refused", reason }));
  return open;
}

describe("a passport of one kind opens no other", () => {
  it.each([
    ["root", () => caller("root"), "open"],
    ["key", () => caller("key"), "open"],
    ["store", async () => store, "store"],
    ["identity", async () => identity, "identity"],
  ])("%s", async (_, bearer, way) => {
    const text = await print(await bearer());
    for (let turn = 0; turn < 2; turn++) expect(await opened(text, "of a kind that is not taken here")).toEqual([way]); // known by then
    expect(control.held(text) !== undefined).toBe(way === "open");
  });

  it("and its bearer is who it says", async () => {
    expect(await control.openPeer(await print(store), "store")).toEqual({ ...store, rootVersion: 2, expires: NOW + 60_000 });
    expect(await control.open(await print(await caller("key")))).toMatchObject({ kind: "key", accessKey: { serial: 256 } });
  });
});

describe("of an object, no passport is one", () => {
  it.each([
    ["with the name of another account's store", { ...store, principal: `${STRANGER}/us-east-1` }],
    ["of a store with an account's name", { ...store, principal: ACCOUNT }],
    ["of an IdentityStore with a store's name", { ...identity, principal: STORE }],
    ["of an IdentityStore with another account's name", { ...identity, principal: STRANGER }],
    ["with no name", { ...store, principal: "" }],
    ["with an access key", { ...store, accessKeyId: "AKIAIOSFODNN7EXAMPLE" }],
    ["by way of a service", { ...store, viaService: "s3.us-east-1.amazonaws.com" }],
  ] satisfies [string, Bearer][])("%s", async (_, bearer) => {
    expect(await opened(await print(bearer), "not one of ours")).toEqual([]);
  });

  it("for another object, or that has expired", async () => {
    expect(await control.openPeer(await print({ ...store, object: STRANGER }), "store")).toBeUndefined();
    const text = await print(store);
    expect(await control.openPeer(text, "store")).toBeDefined();
    clock.now += 70_001;
    expect(await control.openPeer(text, "store")).toBeUndefined();
    expect(lines.map(({ reason }) => reason)).toEqual(["for another object", "expired"]);
  });

  it.each([undefined, null, 7, {}, "", "1.2.AAAA.AAAA"])("%j", async (text) => {
    expect(await control.openPeer(text, "store")).toBeUndefined();
    expect(lines).toEqual([{ event: "passport refused", reason: "not one of ours" }]);
  });
});

it("a store of another account is let in where any account's is, and nowhere else", async () => {
  const text = await print(foreign);
  expect(await control.openPeer(text, "store", { ofAnyAccount: true })).toMatchObject({ account: STRANGER });
  expect(await control.openPeer(text, "store")).toBeUndefined(); // though it is known
  expect(await control.openPeer(text, "identity", { ofAnyAccount: true })).toBeUndefined();
  const reasons = ["of another account", "of a kind that is not taken here"];
  expect(lines).toEqual(reasons.map((reason) => ({ event: "passport refused", reason })));
});
