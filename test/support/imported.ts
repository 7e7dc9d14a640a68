// Keys for imported material, without it or with, whose time a test sets: the alarm is rung by hand, since the platform's own clock is not the test's.

import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { newAccount, raw } from "./client.ts";
import { random } from "./keyrings.ts";
import { newKey } from "./new-key.ts";
import { eventsOf } from "./records.ts";
import { inStore, stubOf } from "./store.ts";
import { FOR_EVER, importInto, type Parameters, parametersFor } from "./wrapped.ts";

export const DAY_MS = 86_400_000;
/** Between the two looks of the alarm. */
export const LOOK_MS = 60_000;
export const NEXT = { ImportType: "NEW_KEY_MATERIAL" };

type Bytes = Uint8Array<ArrayBuffer>;
type Members = Record<string, unknown>;

export const randomBytes = (length = 32): Bytes => random(length);
export const until = (end: number): Members => ({ ValidTo: end / 1000 });
export const at = (time: number): unknown => vi.setSystemTime(time);

/** Every test of the file has a clock of its own: ahead, so that no alarm rings by itself. */
export function withOwnClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * DAY_MS });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

/** A whole second, so many days from now. */
export const secondIn = (days: number): number => Math.ceil(Date.now() / 1000) * 1000 + days * DAY_MS;

interface Wrapping {
  readonly account?: string;
  readonly algorithm?: string | undefined;
  /** The wrapping key's spec. */
  readonly spec?: string | undefined;
}

/** A key without material, by default a symmetric one, and parameters to wrap for it. */
export async function withoutMaterial(input: Members = {}, { account = newAccount(), algorithm, spec }: Wrapping = {}) {
  const KeyId = await newKey(account, { Origin: "EXTERNAL", ...input });
  const parameters = await parametersFor(account, KeyId, algorithm, spec);
  const call = (name: string, more: Members = {}) => raw(name, { KeyId, ...more }, { account });
  return {
    ...{ account, KeyId, parameters, call, arn: `arn:aws:kms:us-east-1:${account}:key/${KeyId}` },
    described: async () => (await call("DescribeKey")).json["KeyMetadata"] as Members,
    send: (bytes: Bytes = randomBytes(), more: Members = FOR_EVER, by: Parameters = parameters) =>
      importInto(account, KeyId, by, bytes, more),
  };
}

/** A symmetric key whose first material ends in so many days. */
export async function withMaterial(days = 10) {
  const account = newAccount();
  const KeyId = await newKey(account, { Origin: "EXTERNAL" });
  const material = randomBytes();
  const end = secondIn(days);
  const send = async (bytes = material, more: Members = until(end)) =>
    importInto(account, KeyId, await parametersFor(account, KeyId), bytes, more);
  const call = (name: string, more: Members = {}) => raw(name, { KeyId, ...more }, { account });
  const first = await send();
  expect(first.status, first.text).toBe(200);
  return {
    ...{ account, KeyId, material, end, send, call, id: String(first.json["KeyMaterialId"]) },
    arn: `arn:aws:kms:us-east-1:${account}:key/${KeyId}`,
    state: async () => {
      const { KeyMetadata } = (await call("DescribeKey")).json as { KeyMetadata: Members };
      return [KeyMetadata["KeyState"], KeyMetadata["ExpirationModel"], KeyMetadata["ValidTo"]];
    },
    ring: () => runDurableObjectAlarm(stubOf(account)),
    /** Of how many materials the bytes are here. */
    sealed: () =>
      inStore(account, (_, { storage: { sql } }) => sql.exec("SELECT 1 FROM material WHERE slot IS NOT NULL").toArray().length),
    expired: async () => (await eventsOf(account)).filter(({ eventName }) => eventName === "DeleteExpiredKeyMaterial").length,
  };
}
