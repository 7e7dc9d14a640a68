// Request rates: a token bucket for each rate of each account, in memory, so lost with the instance.

import { remember } from "../wire/bounded.ts";

const BUCKETS_MAX = 4096;

/** One token. Operations that share a bucket share its rate. */
export interface Token<Rate extends string> {
  readonly bucket: string;
  readonly rate: Rate;
}

export interface Rates<Rate extends string> {
  /** Takes all of the tokens, or none. @returns whether they were there. */
  spend(account: string, tokens: readonly Token<Rate>[]): boolean;
}

export const unlimited: Rates<string> = { spend: () => true };

interface Bucket {
  tokens: number;
  /** When it was last filled up, in milliseconds since the epoch. */
  at: number;
}

/** A bucket holds what a second brings, and one token at least. */
export function tokenBuckets<Rate extends string>(rates: Readonly<Record<Rate, number>>, now: () => number): Rates<Rate> {
  const buckets = new Map<string, Bucket>();

  const filled = (name: string, rate: Rate, time: number): Bucket => {
    const perSecond = rates[rate];
    if (perSecond === undefined) throw new RangeError(`no rate ${rate}`);
    const full = Math.max(perSecond, 1);
    const bucket = buckets.get(name) ?? { tokens: full, at: time };
    if (!buckets.has(name)) remember(buckets, BUCKETS_MAX, name, bucket);
    const elapsed = Math.max(time - bucket.at, 0); // a clock may go back
    bucket.tokens = Math.min(full, bucket.tokens + (elapsed * perSecond) / 1000);
    bucket.at = time;
    return bucket;
  };

  return {
    spend(account, tokens) {
      const time = now();
      const from = tokens.map(({ bucket, rate }) => filled(`${account} ${bucket}`, rate, time));
      // A call that takes two tokens of one bucket needs only one to be there: the second takes the bucket below zero.
      if (from.some((bucket) => bucket.tokens < 1)) return false;
      for (const bucket of from) bucket.tokens--;
      return true;
    },
  };
}
