// Request rates: a token bucket for each quota of each account, in memory, so lost with the instance.

import type { Key } from "../keyring/key.ts";
import { keySpec } from "../keyring/specs.ts";
import type { Operation, Request } from "../operations/operation.ts";
import type { RateName, RequestRates } from "../operations/rates.ts";
import { remember } from "../wire/bounded.ts";
import { KmsError } from "../wire/faults.ts";

const BUCKETS_MAX = 4096;

/** One token of a quota. An operation that shares no quota has, at its class's rate, a bucket under its own name. */
export interface Token {
  readonly bucket: string;
  readonly rate: RateName;
}

export interface Rates {
  /** Takes all of the tokens, or none. @returns whether they were there. */
  spend(account: string, tokens: readonly Token[]): boolean;
}

export const unlimited: Rates = { spend: () => true };

/** Of every call, before it is read. */
export const CALL: readonly Token[] = [{ bucket: "calls", rate: "calls" }];
/** Of a call that is not admitted: whoever may do nothing uses up nothing of those who may. */
export const REFUSAL: readonly Token[] = [{ bucket: "refusals", rate: "refusals" }];

/** What an admitted call costs: of a cryptographic operation a token for each key, so that ReEncrypt takes two. */
export function tokensOf(name: string, { rate }: Operation, { recorded }: Request, keys: readonly Key[]): readonly Token[] {
  if (rate === "crypto") return keys.length === 0 ? [shared("symmetric")] : keys.map(({ spec }) => shared(keySpec(spec).kind));
  if (rate === "pair") return [shared(`pairs/${String(recorded["KeyPairSpec"])}`)];
  return [{ bucket: name, rate }];
}

const shared = (rate: RateName): Token => ({ bucket: rate, rate });

interface Bucket {
  tokens: number;
  /** When it was last filled up, in milliseconds since the epoch. */
  at: number;
}

/** A bucket holds what a second brings, and one token at least. */
export function tokenBuckets(rates: RequestRates, now: () => number): Rates {
  const buckets = new Map<string, Bucket>();

  const filled = (name: string, rate: RateName, time: number): Bucket => {
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
      // A call that takes two of one bucket goes into debt with the second: no bucket need hold two.
      if (from.some((bucket) => bucket.tokens < 1)) return false;
      for (const bucket of from) bucket.tokens--;
      return true;
    },
  };
}

/** The throttled calls of one caller and operation. */
export interface Throttled {
  /** "Unknown" where the calls named no operation. */
  readonly name: string;
  readonly readOnly: boolean;
  readonly account: string;
  /** CloudTrail's userIdentity, printed. */
  readonly identity: string;
  readonly error: KmsError;
  /** When the first was, in milliseconds since the epoch. */
  readonly at: number;
  calls: number;
}

export const throttling = (): KmsError =>
  new KmsError(
    "ThrottlingException",
    "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
  );
