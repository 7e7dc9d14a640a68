// The races between a change of the identities and a call that rests on what they were: an IAM call returns only when what it took away is gone.
// Each is forced with gates at the ports between the two objects, and with time that passes when a test says so.

import { CreateAccessKeyCommand, UpdateAccessKeyCommand } from "@aws-sdk/client-iam";
import { expect, it, vi } from "vitest";
import { restored } from "../../src/iam/leases/answers.ts";
import { holdEncrypt, newGate } from "../support/gates.ts";
import { iamAs, rootOf } from "../support/iam-client.ts";
import { failing, LEASE, lost, outcomeOf, Scene, WHOLE_WAIT } from "../support/identity-races.ts";
import { abortIdentities, inIdentities, restartIdentities, ringIdentities } from "../support/identity-store.ts";
import { eventsOf, eventsOfIdentities, summaryOf } from "../support/records.ts";
import { inStore } from "../support/store.ts";

vi.setConfig({ testTimeout: 30_000 });

const DENIED = "AccessDeniedException";
const UNKNOWN = "UnrecognizedClientException";
const TIMEOUT = "DependencyTimeoutException";

it("(a) a pull's answer held until after forget: thrown away, asked again", async () => {
  const scene = await Scene.set();
  const { account, alice } = scene;
  const answer = await scene.holdPull(1);
  const early = scene.kms("Encrypt", alice);
  await answer.reached;
  expect(await scene.strip("alice").ended).toBe("done");
  expect(scene.told.length).toBe(1);
  expect(await scene.encrypt(alice)).toEqual([DENIED]); // shares no question from before
  expect(scene.pulled.length).toBe(2);
  await inStore(account, ({ views }) => views.forget()); // so that the early call finds nothing held
  answer.open();
  expect(outcomeOf(await early)).toBe(DENIED);
  expect(scene.pulled.length).toBe(3);
});

it("(b) the IdentityStore evicted between change and forget: the alarm ends the round, the same call again returns only after it", async () => {
  const scene = await Scene.set(["alice"], lost);
  const { account, alice } = scene;
  const first = scene.deleteKeyOf("alice");
  await scene.untilTold(1);
  await abortIdentities(account);
  await first.ended;
  await scene.bearIdentities();
  expect(await scene.isMarked()).toBe(true);
  scene.identities.aheadMs = 2 * LEASE; // by then the alarm looks after a round
  expect(await ringIdentities(account)).toBe(true);
  await scene.untilTold(2);

  const again = scene.deleteKeyOf("alice");
  const mend = await scene.cutOff();
  await scene.pass(LEASE - 1);
  expect(await scene.encrypt(alice)).toEqual([200]);
  expect(await scene.stillWait(again)).toBe(true);
  await scene.pass(1);
  expect(await scene.encrypt(alice)).toEqual([TIMEOUT]);
  await mend();
  expect(await scene.encrypt(alice)).toEqual([UNKNOWN]);
  expect(await scene.endOf(again, WHOLE_WAIT - LEASE)).toBe("NoSuchEntityException");
  expect([scene.told.length, await scene.isMarked()]).toEqual([2, false]);
  expect(await scene.encrypt(alice)).toEqual([UNKNOWN]);
});

it("(c) a store whose forget never answers: the IAM call returns after the lease and half of it, and nothing succeeds from then on", async () => {
  const scene = await Scene.set(["alice", "bob"], lost);
  const { alice, bob } = scene;
  const mend = await scene.cutOff();
  const stripped = await scene.stripTold("alice");
  await scene.pass(LEASE - 1);
  expect(await scene.encrypt(alice)).toEqual([200]);
  await scene.pass(1);
  expect(await scene.encrypt(alice, bob)).toEqual([TIMEOUT, TIMEOUT]);
  expect(await scene.endOf(stripped, WHOLE_WAIT - LEASE)).toBe("done");
  expect(await scene.rows()).toEqual([]);
  expect(await scene.encryptRecorded(alice)).toEqual([TIMEOUT, TIMEOUT]);
  await mend();
  expect(await scene.encrypt(alice, bob)).toEqual([DENIED, 200]);
});

const HOUR = 3_600_000;

it.each([
  { clock: "an hour ahead", ahead: HOUR, serves: true },
  { clock: "an hour behind", ahead: -HOUR, serves: true },
  { clock: "that steps back by less than a lease", step: -3000, serves: true },
  { clock: "that steps back by less than a lease, to before the sending", step: -5000, serves: false },
  { clock: "that steps back by more than a lease", step: -2 * LEASE, serves: false },
  { clock: "that steps ahead by a lease", step: LEASE, serves: false },
  { clock: "that is right, where timers are late", areTimersLate: true, serves: true },
])(
  "(d) no lease goes on for longer than it was promised, by a store's clock $clock",
  async ({ ahead = 0, step = 0, areTimersLate = false, serves }) => {
    const scene = await Scene.set([], lost);
    const { alice, store } = scene;
    store.aheadMs = ahead;
    expect(await scene.encrypt(alice)).toEqual([200]);
    const mend = await scene.cutOff();
    const stripped = await scene.stripTold("alice");
    await scene.pass(4000);
    store.aheadMs += step;
    expect(await scene.encrypt(alice)).toEqual([serves ? 200 : TIMEOUT]);
    if (areTimersLate) store.aheadMs += LEASE - 4000;
    else await store.pass(LEASE - 4000);
    expect(await scene.encrypt(alice)).toEqual([TIMEOUT]);
    expect(await scene.endOf(stripped, WHOLE_WAIT - 4000)).toBe("done");
    await mend();
    expect(await scene.encrypt(alice)).toEqual([DENIED]);
  },
);

it("(d) the IdentityStore's clock two leases ahead between a pull and a change whose forget is lost: the call still waits in full", async () => {
  const scene = await Scene.set(["alice"], lost);
  scene.identities.aheadMs = 2 * LEASE;
  const stripped = await scene.stripTold("alice");
  expect(await scene.endOf(stripped, WHOLE_WAIT)).toBe("done");
  expect(await scene.encrypt(scene.alice)).toEqual([DENIED]);
});

it.each(["transactionSync", "sync"] as const)("(e) a pull whose write fails (%s): it gives no view", async (name) => {
  const scene = await Scene.set();
  const { account, alice } = scene;
  const mend = await inIdentities(account, ({ storage }) => failing(storage, name));
  expect(await scene.encryptRecorded(alice)).toEqual([TIMEOUT, TIMEOUT]);
  expect(await scene.held(alice)).toEqual([undefined]);
  await inIdentities(account, mend);
  expect(await scene.encrypt(alice)).toEqual([200]);
});

it("(e) a store whose commits fail: it answers nothing from memory", async () => {
  const scene = await Scene.set(["alice"]);
  const { account, alice } = scene;
  const before = summaryOf(await eventsOf(account));
  const mend = await inStore(account, ({ storage }) => failing(storage, "transactionSync"));
  for (const name of ["Encrypt", "DescribeKey", "ListGrants"]) {
    const { status, text } = await scene.kms(name, alice);
    expect({ status, text }).toEqual({ status: 500, text: '{"__type":"KMSInternalException"}' });
  }
  expect(scene.pulled.length).toBe(1); // the view was held all along
  await inStore(account, mend);
  expect(summaryOf(await eventsOf(account))).toEqual(before);
  expect(await scene.encrypt(alice)).toEqual([200]);
});

it("(f) an IdentityStore restored while stores hold views its rows do not name: a change right after waits a lease and half", async () => {
  const scene = await Scene.set(["alice"]);
  const { account, alice } = scene;
  await inIdentities(account, restored);
  expect(await scene.rows()).toEqual([]);
  const stripped = scene.strip("alice");
  expect(await scene.stillWait(stripped)).toBe(true);
  const mend = await scene.cutOff();
  expect(await scene.encrypt(alice)).toEqual([200]); // nobody could tell the store
  expect(await scene.endOf(stripped, WHOLE_WAIT)).toBe("done");
  expect(scene.told).toEqual([]);
  expect(await scene.encrypt(alice)).toEqual([TIMEOUT]);
  await mend();
  expect(await scene.encrypt(alice)).toEqual([DENIED]);
});

it("(f) an answer of the old incarnation held until after the new one's forget is thrown away; then the store follows", async () => {
  const scene = await Scene.set(["alice"]);
  const { account, alice, bob, carol } = scene;
  const answer = await scene.holdPull(2);
  const early = scene.kms("Encrypt", bob);
  await answer.reached;
  await inIdentities(account, restored);
  expect(await scene.encrypt(carol)).toEqual([200]); // of the new incarnation
  const stripped = await scene.stripTold("bob");
  expect(await scene.stillWait(stripped)).toBe(true); // the store has forgotten; who else holds what is not known
  answer.open();
  expect(outcomeOf(await early)).toBe(DENIED);
  expect(scene.pulled).toEqual([alice, bob, carol, bob].map(({ accessKeyId }) => accessKeyId));

  expect(await scene.endOf(stripped, WHOLE_WAIT)).toBe("done");
  expect(await scene.encrypt(alice)).toEqual([200]);
  expect(await scene.strip("alice").ended).toBe("done"); // no time has to pass for it
  expect(await scene.encrypt(alice, bob, carol)).toEqual([DENIED, DENIED, 200]);
});

it("(g) an absent key's view, then the key made; root's own key deactivated and activated", async () => {
  const scene = await Scene.set();
  const { account, root, iam } = scene;
  const second = await rootOf(account, 1);
  expect(await scene.encrypt(second, second)).toEqual([UNKNOWN, UNKNOWN]);
  expect(scene.pulled).toEqual([second.accessKeyId]); // absence is a view like any other
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({}));
  expect(AccessKey?.AccessKeyId).toBe(second.accessKeyId);
  expect(await scene.encrypt(second, root)).toEqual([200, 200]);

  const turn = (Status: "Active" | "Inactive") =>
    iamAs(second).send(new UpdateAccessKeyCommand({ AccessKeyId: root.accessKeyId, Status }));
  for (let round = 0; round < 2; round++) {
    await turn("Inactive");
    expect(await scene.encrypt(root, second)).toEqual([UNKNOWN, 200]);
    await turn("Active");
    expect(await scene.encrypt(root, second)).toEqual([200, 200]);
  }
});

it.each([
  { where: "nothing is held then", hasNewView: false },
  { where: "a new view has taken the old one's place", hasNewView: true },
])("(h) a call held after it computed, its user stripped: refused at its commit, where $where", async ({ hasNewView }) => {
  const scene = await Scene.set();
  const { account, alice } = scene;
  const computed = await holdEncrypt(account);
  const early = scene.encryptRecorded(alice);
  await computed.reached;
  expect(await scene.strip("alice").ended).toBe("done");
  if (hasNewView) expect(outcomeOf(await scene.kms("DescribeKey", alice))).toBe(DENIED);
  computed.open();
  expect(await early).toEqual([DENIED, "AccessDenied"]);
  expect(scene.pulled.length).toBe(2);
});

it("(i) DeleteAccessKey whose answer is lost, sent again: NoSuchEntity comes only when the round has ended", async () => {
  const told = newGate();
  const scene = await Scene.set(["alice"], (forget) => told.pass().then(forget));
  const { account, alice } = scene;
  scene.deleteKeyOf("alice"); // nobody hears its answer
  await told.reached;
  const again = scene.deleteKeyOf("alice");
  expect(await scene.stillWait(again)).toBe(true);
  expect(await scene.encrypt(alice)).toEqual([200]);
  told.open();
  expect(await again.ended).toBe("NoSuchEntityException");
  expect(await scene.encrypt(alice)).toEqual([UNKNOWN]);
  expect(scene.told.length).toBe(1); // both waited for one round
  const deletions = (await eventsOfIdentities(account)).filter(({ eventName }) => eventName === "DeleteAccessKey");
  expect(summaryOf(deletions)).toEqual(["DeleteAccessKey", "DeleteAccessKey: NoSuchEntity"]);
});

it("(j) two users' views held, one stripped, forget lost, a third user pulled: nothing of the old stamp is in force after it", async () => {
  const scene = await Scene.set(["alice", "bob"], lost);
  const { alice, bob, carol } = scene;
  const old = await scene.held(alice, bob);
  const stripped = await scene.stripTold("alice");
  expect(await scene.inForce(old)).toEqual([true, true]);
  expect(await scene.encrypt(carol)).toEqual([200]);
  expect(await scene.inForce(old)).toEqual([false, false]);
  expect(await scene.encrypt(alice, bob)).toEqual([DENIED, 200]);
  expect(scene.pulled).toEqual([alice, bob, carol, alice, bob].map(({ accessKeyId }) => accessKeyId));
  expect(await scene.inForce(old)).toEqual([false, false]);
  expect(await scene.endOf(stripped, WHOLE_WAIT)).toBe("done"); // a pull is no answer to a forget
  expect((await scene.rows()).length).toBe(1); // which the pulls have promised anew
});

it("(k) a second change while the first's forget is under way and the store pulls in between: the second waits for its own", async () => {
  const [firstAnswer, secondTold] = [newGate(), newGate()];
  const scene = await Scene.set(["alice", "bob"], async (forget, nth) => {
    if (nth === 2) await secondTold.pass();
    const forgotten = await forget();
    if (nth === 1) await firstAnswer.pass();
    return forgotten;
  });
  const { alice, bob } = scene;
  const first = scene.strip("alice");
  await firstAnswer.reached; // the store has forgotten; its answer is on the way
  expect(await scene.encrypt(alice, bob)).toEqual([DENIED, 200]); // pulled in between
  const second = scene.strip("bob");
  expect(await scene.stillWait(first, second)).toBe(true);
  expect(scene.told.length).toBe(1); // the other is behind it
  firstAnswer.open();
  expect(await first.ended).toBe("done");
  await secondTold.reached;
  expect((await scene.rows()).length).toBe(1); // it was promised behind the first change
  expect(await scene.stillWait(second)).toBe(true);
  expect(await scene.encrypt(bob)).toEqual([200]);
  secondTold.open();
  expect(await second.ended).toBe("done");
  expect(await scene.encrypt(alice, bob)).toEqual([DENIED, DENIED]);
  expect(scene.told.length).toBe(2);
});

it("(l) a lease of 10 s promised, then code that promises 5: the wait is of 10", async () => {
  const scene = await Scene.set(["alice"], lost);
  const { account, alice, bob } = scene;
  await restartIdentities(account);
  await scene.bearIdentities();
  await inIdentities(account, (world) => {
    world.leaseMs = LEASE / 2;
  });
  await scene.onPulls((pull) => pull().then(() => Promise.reject(new Error("its answer is lost"))));
  expect(await scene.encrypt(bob)).toEqual([TIMEOUT]);
  expect(await scene.rows()).toMatchObject([{ promisedMs: LEASE }]);
  const stripped = await scene.stripTold("alice");
  const mend = await scene.cutOff();
  await scene.pass(LEASE - 1);
  expect(await scene.encrypt(alice)).toEqual([200]); // it was promised that
  expect(await scene.endOf(stripped, WHOLE_WAIT - LEASE + 1)).toBe("done");
  await mend();
  await scene.onPulls((pull) => pull());
  expect(await scene.encrypt(alice, bob)).toEqual([DENIED, 200]);

  const next = await scene.stripTold("bob");
  expect(await scene.endOf(next, WHOLE_WAIT / 2)).toBe("done"); // the longer promise has ended with its round
  expect(await scene.encrypt(bob)).toEqual([DENIED]);
});
