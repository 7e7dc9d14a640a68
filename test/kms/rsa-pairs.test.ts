// RSA pairs block the store while they are made: one at a time, with a rest behind each, so many waiting, none made in vain.

import { describe, expect, it } from "vitest";
import { turns } from "../../src/limits/turns.ts";
import { refusal } from "../support/answers.ts";
import { newAccount, raw } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { inStore } from "../support/store.ts";

/** A clock that goes on by timers alone, as the platform's does between two events. */
function timers() {
  let now = 0;
  const due: { readonly at: number; readonly then: () => void }[] = [];
  return {
    now: () => now,
    after: (ms: number, then: () => void) => due.push({ at: now + ms, then }),
    /** Lets time pass, a timer after the other, each with what follows from it. */
    async pass(ms: number): Promise<void> {
      const end = now + ms;
      for (;;) {
        const [next] = due.filter(({ at }) => at <= end).toSorted((one, other) => one.at - other.at);
        if (next === undefined) break;
        due.splice(due.indexOf(next), 1);
        now = Math.max(now, next.at);
        next.then();
        await settled();
      }
      now = end;
    },
  };
}

/** Lets whatever does not wait for a timer go on. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** Work whose ends a test decides. */
function work(name: string, log: string[]) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const begin = (): Promise<string> => {
    log.push(`${name} begins`);
    return promise;
  };
  return { begin, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

describe("turns", () => {
  const refused = new Error("no room");

  it("are taken one at a time, in order; behind each comes a rest as long as it took, which its own answer does not wait for", async () => {
    const clock = timers();
    const turn = turns({ ...clock, refusal: () => refused });
    const log: string[] = [];
    const [one, two] = [work("one", log), work("two", log)];
    const answers = [one, two].map(({ begin }) => turn(begin).then((name) => log.push(`${name} is answered`)));
    await settled();
    expect(log).toEqual(["one begins"]);
    await clock.pass(1000);
    one.end();
    await settled();
    expect(log).toEqual(["one begins", "one is answered"]);
    await clock.pass(1000);
    expect(log).toHaveLength(2);
    await clock.pass(2);
    expect(log).toEqual(["one begins", "one is answered", "two begins"]);
    two.end();
    await Promise.all(answers);
    expect(log.at(-1)).toBe("two is answered");
  });

  it("are waited for by eight; one more is refused, and does nothing", async () => {
    const clock = timers();
    const turn = turns({ ...clock, refusal: () => refused });
    const log: string[] = [];
    const all = Array.from({ length: 9 }, (_, at) => work(String(at), log));
    const answers = all.map(({ begin }) => turn(begin));
    await expect(turn(work("too many", log).begin)).rejects.toBe(refused);
    for (const { end } of all) end();
    for (let step = 0; step < 20; step++) await clock.pass(2);
    expect(await Promise.all(answers)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    expect(log).toEqual(all.map((_, at) => `${at} begins`));
  });

  it("go on behind work that fails, and are there again once nobody waits", async () => {
    const clock = timers();
    const turn = turns({ ...clock, refusal: () => refused });
    const log: string[] = [];
    const one = work("one", log);
    const failing = turn(one.begin);
    one.fail();
    await expect(failing).rejects.toThrow("one");
    await clock.pass(10);
    const two = work("two", log);
    two.end();
    expect(await turn(two.begin)).toBe("two");
  });
});

describe("a store's RSA pairs", () => {
  const RSA = { KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" };

  /** Holds each turn until the test lets it go on. */
  async function gated(account: string) {
    const gate = Promise.withResolvers<void>();
    let [asked, atWork, most, taken] = [0, 0, 0, 0];
    await inStore(account, (world) => {
      const { turn } = world;
      world.turn = (work) => {
        asked++;
        return turn(async () => {
          taken++;
          most = Math.max(most, ++atWork);
          await gate.promise;
          try {
            return await work();
          } finally {
            atWork--;
          }
        });
      };
    });
    return { open: () => gate.resolve(), asked: () => asked, most: () => most, taken: () => taken };
  }

  it("are made one at a time, for CreateKey and data key pairs alike; the tenth caller is throttled", {
    timeout: 60_000,
  }, async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const { open, asked, most, taken } = await gated(account);
    const answers = Array.from({ length: 9 }, (_, at) =>
      at % 2 === 0
        ? raw("CreateKey", RSA, { account })
        : raw("GenerateDataKeyPair", { KeyId, KeyPairSpec: "RSA_2048" }, { account }),
    );
    await expect.poll(asked, { timeout: 10_000 }).toBe(9);
    expect(taken()).toBe(1);
    expect(await raw("CreateKey", RSA, { account })).toMatchObject(refusal("ThrottlingException"));
    expect(await raw("CreateKey", { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }, { account })).toMatchObject({
      status: 200,
    });
    open();
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200);
    expect([most(), taken()]).toEqual([1, 9]);
  });

  it("are not made for whom they are not meant: over the quota, refused, with a dry run", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    const { taken } = await gated(account);
    await inStore(account, (world) => {
      Object.assign(world, { quotas: { ...world.quotas, keys: 1 } });
    });
    expect(await raw("CreateKey", RSA, { account })).toMatchObject(refusal("LimitExceededException"));
    const pair = { KeyId, KeyPairSpec: "RSA_4096" };
    expect(await raw("GenerateDataKeyPair", { ...pair, DryRun: true }, { account })).toMatchObject(
      refusal("DryRunOperationException"),
    );
    expect(await raw("GenerateDataKeyPair", pair, { account: newAccount() })).toMatchObject({ status: 400 });
    expect(taken()).toBe(0);
  });

  it("leave nothing behind where the store ends meanwhile, and the next one is made", { timeout: 60_000 }, async () => {
    const account = newAccount();
    await newKey(account);
    const { taken } = await gated(account);
    const lost = raw("CreateKey", RSA, { account }).catch(() => undefined);
    await expect.poll(taken, { timeout: 10_000 }).toBe(1);
    await inStore(account, (_, state) => state.abort("the store ends here")).catch(() => undefined);
    await lost;
    const count = (table: string) =>
      inStore(account, (_, { storage: { sql } }) => sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n);
    expect([await count("key"), await count("material"), await count("public_key")]).toEqual([1, 1, 0]);
    expect(await raw("CreateKey", RSA, { account })).toMatchObject({ status: 200 });
    expect([await count("key"), await count("material"), await count("public_key")]).toEqual([2, 2, 1]);
  });
});
