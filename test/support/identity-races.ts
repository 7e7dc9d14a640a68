// What the races between an IdentityStore and its account's store stand on: users who may encrypt, machines whose time passes when a test says
// so, and what becomes of each question between the two objects.

import { DeleteAccessKeyCommand, DeleteUserPolicyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { World as Identities } from "../../src/iam/world.ts";
import type { World as Store } from "../../src/kms/world.ts";
import type { PeerReply, Pulled } from "../../src/wire/views.ts";
import { type Answer, newAccount, raw } from "./client.ts";
import { type Gate, newGate } from "./gates.ts";
import { allowing, type Credentials, iamAs, newUser, rootOf, stsAs } from "./iam-client.ts";
import { inIdentities } from "./identity-store.ts";
import { newKey, PLAINTEXT } from "./new-key.ts";
import { override } from "./override.ts";
import { eventOf } from "./records.ts";
import { inStore } from "./store.ts";
import { VirtualTime } from "./virtual-time.ts";

/** Milliseconds. */
export const LEASE = 10_000;
/** A lease and half of it. */
export const WHOLE_WAIT = 15_000;
/** The one inline policy that each user has. */
const POLICY = "policy-0";

/** The clock and the timers of the machine that an object runs on. */
class Machine {
  /** By how many milliseconds the clock is ahead. */
  aheadMs = 0;
  #time = new VirtualTime();
  #since = Date.now();
  /** Timers fire within the object, as its own events do. */
  readonly #within: (work: () => Promise<void>) => Promise<void>;

  constructor(within: (work: () => Promise<void>) => Promise<void>) {
    this.#within = within;
  }

  readonly now = (): number => this.#since + this.#time.now + this.aheadMs;

  /** To be called with each instance of the object: the timers of the one before are lost. */
  bear(world: { now: () => number; after: (ms: number, then: () => void) => () => void }): void {
    this.#since += this.#time.now;
    this.#time = new VirtualTime();
    [world.now, world.after] = [this.now, this.#time.after];
  }

  pass(ms: number): Promise<void> {
    return this.#within(() => this.#time.pass(ms));
  }
}

/** A call that is waited for by nobody. */
export class Call {
  /** What came of it so far: "done" or the name of its error. */
  outcome: string | undefined;
  readonly ended: Promise<string>;

  constructor(call: Promise<unknown>) {
    this.ended = call
      .then(
        () => "done",
        (cause: Error) => cause.name,
      )
      .then((outcome) => (this.outcome = outcome));
  }
}

type UserName = "alice" | "bob" | "carol";
/** What becomes of a `forget`, by its number in the scene. */
type Forget = (forget: () => Promise<boolean>, nth: number) => Promise<boolean>;
/** What becomes of a pull, by its number in the scene. */
type Pull = (pull: () => Promise<PeerReply<Pulled>>, nth: number) => Promise<PeerReply<Pulled>>;

/** Never settles. */
export const lost = <T>(): Promise<T> => new Promise(() => {});
const unreached = (): Promise<never> => Promise.reject(new Error("not reached"));

/** An account with a key, its root and three users who may encrypt; nothing is held of any of them. */
export class Scene {
  readonly account = newAccount();
  readonly store = new Machine((work) => inStore(this.account, work));
  readonly identities = new Machine((work) => inIdentities(this.account, work));
  /** Who has been pulled, in order: access key ids. */
  readonly pulled: string[] = [];
  /** Which stores have been told to forget. */
  readonly told: string[] = [];
  KeyId = "";
  root!: Credentials;
  alice!: Credentials;
  bob!: Credentials;
  carol!: Credentials;

  /** `held`: whose views the store holds from the first. `forgets`: what becomes of each `forget`. */
  static async set(held: readonly UserName[] = [], forgets: Forget = (forget) => forget()): Promise<Scene> {
    const scene = new Scene();
    await scene.#begin();
    scene.#forget = forgets;
    const outcomes = await scene.encrypt(...held.map((name) => scene[name]));
    if (outcomes.some((outcome) => outcome !== 200)) throw new Error(`not all may encrypt: ${outcomes.join(", ")}`);
    return scene;
  }

  async #begin(): Promise<void> {
    this.KeyId = await newKey(this.account);
    this.root = await rootOf(this.account);
    const made = ["alice", "bob", "carol"].map((name) => newUser(this.iam, name, allowing("kms:Encrypt", "kms:DescribeKey")));
    [this.alice, this.bob, this.carol] = (await Promise.all(made)) as [Credentials, Credentials, Credentials];
    await inStore(this.account, (world) => {
      world.views.forget();
      this.store.bear(world);
      world.log = () => {};
    });
    await this.bearIdentities();
    await this.onPulls((pull) => pull());
    await inIdentities(this.account, ({ storage, leases }) => storage.transactionSync(() => leases.empty()));
  }

  get iam() {
    return iamAs(this.root);
  }

  /** To be called again once the IdentityStore has been restarted. */
  bearIdentities(): Promise<void> {
    return inIdentities(this.account, (world) => {
      this.identities.bear(world);
      world.log = () => {};
      override(world.stores, "forget", (forget) => (store) => {
        this.told.push(store);
        return this.#forget(() => forget(store), this.told.length);
      });
    });
  }

  #forget: Forget = (forget) => forget();

  /** What becomes of each pull from now on. */
  async onPulls(plan: Pull): Promise<void> {
    this.#pull = plan;
    if (this.#isPulling) return;
    this.#isPulling = true;
    await inStore(this.account, (world) => {
      override(world.identities, "pull", (pull) => (subject, held) => {
        this.pulled.push(subject);
        return this.#pull(() => pull(subject, held), this.pulled.length);
      });
    });
  }

  #isPulling = false;
  #pull: Pull = (pull) => pull();

  /** Holds the answer of one pull, by its number in the scene. */
  async holdPull(held: number): Promise<Gate> {
    const gate = newGate();
    await this.onPulls(async (pull, nth) => {
      const pulled = await pull();
      if (nth === held) await gate.pass();
      return pulled;
    });
    return gate;
  }

  /** Whatever the store asks, nobody is reached. @returns what mends it. */
  cutOff(): Promise<() => Promise<void>> {
    return inStore(this.account, ({ identities }) => {
      const mends = [override(identities, "pull", () => unreached), override(identities, "renew", () => unreached)];
      return () =>
        inStore(this.account, () => {
          for (const mend of mends) mend();
        });
    });
  }

  kms(operation: string, credentials: Credentials): Promise<Answer> {
    const input = operation === "Encrypt" ? { KeyId: this.KeyId, Plaintext: PLAINTEXT } : { KeyId: this.KeyId };
    return raw(operation, input, { account: this.account, credentials });
  }

  /** Encrypts as each, one after the other. @returns 200 for each that may, or the error's code. */
  async encrypt(...callers: readonly Credentials[]): Promise<unknown[]> {
    const outcomes: unknown[] = [];
    for (const credentials of callers) outcomes.push(outcomeOf(await this.kms("Encrypt", credentials)));
    return outcomes;
  }

  /** Encrypts once. @returns 200 or the error's code, and the error that is recorded. */
  async encryptRecorded(credentials: Credentials): Promise<readonly [unknown, string | undefined]> {
    const answer = await this.kms("Encrypt", credentials);
    const { errorCode } = await eventOf(this.account, answer.requestId);
    return [outcomeOf(answer), errorCode];
  }

  /** Takes from a user what it may do. */
  strip(UserName: UserName): Call {
    return new Call(this.iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: POLICY })));
  }

  /** The same, where a store is told. @returns the call once that is on its way. */
  async stripTold(UserName: UserName): Promise<Call> {
    const times = this.told.length + 1;
    const call = this.strip(UserName);
    await this.untilTold(times);
    return call;
  }

  deleteKeyOf(UserName: UserName): Call {
    return new Call(this.iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: this[UserName].accessKeyId })));
  }

  /** Whether calls still wait, once whatever can happen without time has happened. */
  async stillWait(...calls: readonly Call[]): Promise<boolean> {
    // Two trips the same way, there and back.
    for (let trip = 0; trip < 2; trip++) await stsAs(this.root).send(new GetCallerIdentityCommand({}));
    return calls.every(({ outcome }) => outcome === undefined);
  }

  /** Waits until stores have been told so often. */
  async untilTold(times: number): Promise<void> {
    while (this.told.length < times) await this.stillWait();
  }

  /** Lets what is left of a wait pass. @returns what a call returned with, if it returned with the last millisecond and not before. */
  async endOf(call: Call, leftMs: number): Promise<string> {
    await this.pass(leftMs - 1);
    if (!(await this.stillWait(call))) return `${call.outcome}, too early`;
    await this.pass(1);
    return call.ended;
  }

  /** Time passes for both machines alike. */
  async pass(ms: number): Promise<void> {
    await this.store.pass(ms);
    await this.identities.pass(ms);
  }

  /** What the IdentityStore has promised to the store. */
  rows(): Promise<ReturnType<Identities["leases"]["all"]>> {
    return inIdentities(this.account, ({ leases }) => leases.all());
  }

  version(): Promise<number> {
    return inIdentities(this.account, ({ versions }) => versions.stamp().version);
  }

  /** Whether the IdentityStore's storage says that a round is unfinished. */
  isMarked(): Promise<boolean> {
    return inIdentities(this.account, ({ meta }) => (meta.find("round") ?? "") !== "");
  }

  /** The view that is held of each; undefined where none is. */
  held(...callers: readonly Credentials[]): Promise<ReturnType<Store["views"]["held"]>[]> {
    return inStore(this.account, ({ views }) => callers.map(({ accessKeyId }) => views.held(accessKeyId)));
  }

  /** Which of these views are in force. */
  inForce(held: Awaited<ReturnType<Scene["held"]>>): Promise<boolean[]> {
    return inStore(this.account, ({ views }) => held.map((view) => view !== undefined && views.isInForce(view)));
  }
}

/** Has each use of storage of one kind fail. @returns what mends it. */
export const failing = (storage: DurableObjectStorage, name: "transactionSync" | "sync"): (() => void) =>
  override(storage, name, () => () => {
    const cause = new Error("this instance has been replaced");
    if (name === "sync") return Promise.reject(cause) as never;
    throw cause;
  });

export const outcomeOf = ({ status, json }: Answer): unknown => (status === 200 ? 200 : json["__type"]);
