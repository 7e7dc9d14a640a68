// Many callers at once, each without a pause, while something is taken away from all of them: what each of their calls came to, and when it began.

import type { IAMClient } from "@aws-sdk/client-iam";
import { expect } from "vitest";
import { REGION, signed } from "./client.ts";
import { type Credentials, iamOfNewAccount } from "./iam-client.ts";
import { inIdentities } from "./identity-store.ts";
import { override } from "./override.ts";
import { inStore, type OpenWorld } from "./store.ts";

export const ROUNDS = 20;
const CALLERS = 64;
/** So many calls each caller makes that begin after the return. */
const CALLS_AFTER = 1;
/** Each Region's store, and how far it lies from the account's IdentityStore. */
const DISTANCES_MS: Readonly<Record<string, number>> = { [REGION]: 0, "eu-west-1": 4, "ap-southeast-2": 8 };
export const REGIONS = Object.keys(DISTANCES_MS);
/** A commit that waits for its replicas takes some milliseconds. Here it would take none, and callers without a pause would let no timer fire. */
const COMMIT_MS = 25;
const OK = "200";

/** What every caller calls, and by which access key. */
export interface Called {
  readonly operation: string;
  /** In each Region. */
  readonly input: Readonly<Record<string, Record<string, unknown>>>;
  readonly credentials: Credentials;
  /** The code of the refusal once it is taken away. */
  readonly refusal: string;
}

/** Something that a user has, and that is taken away. */
export interface Right {
  /** With the user's own access key, unless each round has its own. */
  readonly called: Called;
  /** Gives it, or gives it back. @returns the access key where it is another one. */
  give(round: number): Promise<Credentials | undefined>;
  takeAway(): Promise<unknown>;
}

/** An account whose stores lie apart. */
export interface Site {
  readonly iam: IAMClient;
  readonly account: string;
}

/** What was seen while something was taken away once. */
interface Seen {
  /** How many callers had a call on its way when the change was sent. */
  readonly underWay: number;
  /** How many callers had had a success before the change was sent. */
  readonly hadSuccess: number;
  /** How many calls began after the return. */
  readonly after: number;
  /** What those came to besides the refusal: none is the promise. */
  readonly wrongAfter: readonly string[];
  /** What calls came to that began before the return, besides success and the refusal. */
  readonly wrongBefore: readonly string[];
}

export async function newSite(): Promise<Site> {
  const site = await iamOfNewAccount();
  await inIdentities(site.account, ({ stores }) => {
    override(stores, "forget", (forget) => async (store) => {
      await scheduler.wait(DISTANCES_MS[store.split("/")[1] ?? ""] ?? 0);
      return forget(store);
    });
  });
  const slowly = ({ agenda }: OpenWorld, { storage }: DurableObjectState): void => {
    override(agenda, "armFlush", () => () => {}); // D1 would take a quarter of the one thread that all share here
    override(storage, "sync", (sync) => async () => {
      await scheduler.wait(COMMIT_MS);
      return sync();
    });
  };
  for (const region of REGIONS) await inStore(site.account, slowly, region);
  return site;
}

/** Gives a right and takes it away, again and again: no call that begins after the return succeeds. */
export async function isGoneEachTime(right: Right): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const credentials = (await right.give(round)) ?? right.called.credentials;
    const { after, ...seen } = await takenAway({ ...right.called, credentials }, () => right.takeAway());
    expect(seen).toEqual({ underWay: CALLERS, hadSuccess: CALLERS, wrongAfter: [], wrongBefore: [] });
    expect(after).toBeGreaterThanOrEqual(CALLERS);
  }
}

interface Call {
  readonly caller: number;
  readonly begun: number;
  readonly outcome: string;
}

/** Sends, and reads the answer. @returns the code of its refusal, or its status. */
async function outcomeOf(send: () => Promise<Response>): Promise<string> {
  const response = await send();
  const text = new TextDecoder().decode(await response.arrayBuffer());
  return response.status === 200 ? OK : (/"__type":"([^"]*)"/.exec(text)?.[1] ?? String(response.status));
}

/**
 * Lets the callers of all Regions call, and takes away once each of them has had a success. Everything here is in one isolate, so a counter
 * says what was before what: a call's begin is counted before it is sent, the change's return behind its answer.
 * @param takeAway settles when the change has returned.
 */
async function takenAway({ operation, input, credentials, refusal }: Called, takeAway: () => Promise<unknown>): Promise<Seen> {
  const regions = Object.keys(input);
  const sends = await Promise.all(regions.map((region) => signed(operation, input[region] ?? {}, { region, credentials })));
  let order = 0;
  let returned = Infinity;
  const calls: Call[] = [];
  const underWay = new Set<number>();
  const successful = new Set<number>();
  const allSuccessful = Promise.withResolvers<void>();

  const goOn = async (caller: number): Promise<void> => {
    const send = sends[caller % sends.length];
    if (send === undefined) throw new Error("no Region");
    for (let after = 0; after < CALLS_AFTER; ) {
      const begun = ++order;
      if (begun > returned) after++;
      underWay.add(caller);
      const outcome = await outcomeOf(send);
      underWay.delete(caller);
      calls.push({ caller, begun, outcome });
      if (outcome === OK) successful.add(caller);
      else if (!successful.has(caller) && returned === Infinity) throw new Error(`a caller began with ${outcome}`);
      if (successful.size === CALLERS) allSuccessful.resolve();
    }
  };

  const callers = Promise.all(Array.from({ length: CALLERS }, (_, caller) => goOn(caller)));
  let atChange = { underWay: 0, hadSuccess: 0 };
  try {
    await Promise.race([allSuccessful.promise, callers]);
    atChange = { underWay: underWay.size, hadSuccess: successful.size };
    await takeAway();
  } finally {
    returned = ++order; // also where it failed: nobody calls for ever
  }
  await callers;
  const isAfter = ({ begun }: Call): boolean => begun > returned;
  const outcomes = (of: (call: Call) => boolean): string[] => calls.filter(of).map(({ outcome }) => outcome);
  return {
    ...atChange,
    after: calls.filter(isAfter).length,
    wrongAfter: outcomes(isAfter).filter((outcome) => outcome !== refusal),
    wrongBefore: outcomes((call) => !isAfter(call)).filter((outcome) => outcome !== refusal && outcome !== OK),
  };
}
