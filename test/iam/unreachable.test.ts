// Neither lease nor IdentityStore in reach: nobody is served, and everybody is told so in time. With a lease in force, calls go on until it ends.

import { describe, expect, it } from "vitest";
import { PULL_MS_MAX } from "../../src/durable/leased.ts";
import type { Identities } from "../../src/kms/identities.ts";
import { IDENTITY_LEASE_SECONDS } from "../../src/limits/lease.ts";
import { type Answer, raw } from "../support/client.ts";
import { allowing, type Credentials, iamOfNewAccount, newUser, rootOf } from "../support/iam-client.ts";
import { override } from "../support/override.ts";
import { eventOf } from "../support/records.ts";
import { inStore } from "../support/store.ts";

const LEASE_MS = IDENTITY_LEASE_SECONDS * 1000;
/** Who waits for an answer that never comes waits for five seconds, really. */
const TEST_MS_MAX = 30_000;
const UNREACHED = { status: 503, json: { __type: "DependencyTimeoutException" } };

/** Ports that do all the same. */
const eachBy = (ask: () => Promise<never>): Identities => ({ pull: ask, renew: ask, resolve: ask, exists: ask });
const UNREACHABLE: Readonly<Record<string, Identities>> = {
  "never answers": eachBy(() => new Promise(() => {})),
  "is not reached": eachBy(() => Promise.reject(new Error("not reached"))),
};

interface Timer {
  readonly at: number;
  readonly then: () => void;
}

/** Of a store: its clock and the timers of its leases, which go on only as a test says. */
interface Time {
  now: number;
  readonly timers: Set<Timer>;
}

async function newCase() {
  const { iam, account } = await iamOfNewAccount();
  const root = await rootOf(account);
  const user = await newUser(iam, "ada", allowing("kms:GenerateRandom"));
  const call = (credentials: Credentials): Promise<Answer> => raw("GenerateRandom", { NumberOfBytes: 1 }, { credentials });
  const both = (): Promise<Answer[]> => Promise.all([call(root), call(user)]);
  const statuses = async (): Promise<number[]> => (await both()).map(({ status }) => status);
  return { account, root, user, both, statuses };
}

/** Takes a store's time in hand. */
const holdTime = (account: string): Promise<Time> =>
  inStore(account, (world) => {
    const time: Time = { now: world.now(), timers: new Set() };
    world.now = () => time.now;
    override(world, "after", (after) => (ms, then) => {
      if (ms !== LEASE_MS) return after(ms, then);
      const timer = { at: time.now + ms, then };
      time.timers.add(timer);
      return () => time.timers.delete(timer);
    });
    return time;
  });

function pass(time: Time, ms: number): void {
  time.now += ms;
  for (const timer of [...time.timers]) {
    if (timer.at > time.now || !time.timers.delete(timer)) continue;
    timer.then();
  }
}

/** Puts the IdentityStore where a store does not reach it. @returns what brings it back. */
const cutOff = (account: string, identities: Identities): Promise<() => Promise<void>> =>
  inStore(account, (world) => {
    const before = world.identities;
    world.identities = identities;
    return () =>
      inStore(account, (again) => {
        again.identities = before;
      });
  });

describe.for(Object.entries(UNREACHABLE))("an IdentityStore that %s", ([, identities]) => {
  it("is a timeout within five seconds for root and user alike, and recorded", { timeout: TEST_MS_MAX }, async () => {
    const { account, root, user, both, statuses } = await newCase();
    expect(await statuses()).toEqual([200, 200]); // the store is there, with its tables
    await inStore(account, ({ views }) => views.forget());
    const reach = await cutOff(account, identities);
    const begun = Date.now();
    const answers = await both();
    expect(Date.now() - begun).toBeLessThan(PULL_MS_MAX + 2000); // and what a slow machine takes
    for (const [at, answer] of answers.entries()) {
      expect(answer).toMatchObject(UNREACHED);
      const { accessKeyId } = at === 0 ? root : user;
      expect(await eventOf(account, answer.requestId)).toMatchObject({
        ...{ eventName: "GenerateRandom", errorCode: "DependencyTimeoutException", recipientAccountId: account },
        userIdentity: { accountId: account, accessKeyId },
      });
    }
    await reach();
    expect(await statuses()).toEqual([200, 200]);
  });

  it("stops nobody before the lease ends, and everybody then", { timeout: TEST_MS_MAX }, async () => {
    const { account, both, statuses } = await newCase();
    const time = await holdTime(account);
    expect(await statuses()).toEqual([200, 200]);
    await cutOff(account, identities);
    for (const ms of [LEASE_MS / 2, LEASE_MS / 2 - 1]) {
      pass(time, ms);
      expect(await statuses()).toEqual([200, 200]);
    }
    pass(time, 1);
    expect(await both()).toMatchObject([UNREACHED, UNREACHED]);
  });
});
