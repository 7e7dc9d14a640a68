// Requests a second that an account may make in a Region. Source: KMS developer guide, "Request quotas": the cryptographic operations
// share a quota for each kind of key, every other operation has one of its own. A deployment overrides them by the variable RATES.

import type { SharedRate } from "../keyring/key-spec.ts";
import { DATA_KEY_PAIRS } from "../keyring/specs.ts";
import { readOverrides } from "./overrides.ts";

/** Request-rate classes: the rows of AWS's quota table. Of `crypto`, `pair` and `creation` the key's spec decides the rest. */
export type RateClass =
  | "crypto"
  | "pair"
  | "creation"
  | "describe"
  | "status"
  | "list"
  | "listOfKey"
  | "grant"
  | "ungrant"
  | "change"
  | "tag"
  | "manage"
  | "importing";

/**
 * By kind of key, by class of operation; `pairs/SPEC` of the data key pairs; `identities`, the calls of IAM and STS; `refusals`, and `calls` of every
 * kind together.
 */
export type RateName =
  | SharedRate
  | Exclude<RateClass, "crypto" | "pair" | "creation">
  | "identities"
  | "refusals"
  | "calls"
  | `pairs/${string}`;

export type RequestRates = Readonly<Record<RateName, number>>;

/** A token of the bucket that bears its rate's name: whoever spends of it shares it. */
export const shared = (name: RateName) => ({ bucket: name, rate: name });

/** Every call spends it before it is read. */
export const CALL = [shared("calls")] as const;
/** A call that is not admitted spends it: callers without permission use up nothing of those who have it. */
export const REFUSAL = [shared("refusals")] as const;

const SYMMETRIC: Readonly<Record<string, number>> = {
  ...Object.fromEntries(["us-east-1", "us-west-2", "eu-west-1"].map((region) => [region, 50_000])),
  ...Object.fromEntries(
    ["us-east-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "eu-central-1", "eu-west-2"].map((region) => [
      region,
      10_000,
    ]),
  ),
};
const SYMMETRIC_ELSEWHERE = 5_500;

/** This is more than all other rates together, so a caller that keeps within those never meets the bound on all calls. */
const OTHERS = 15_000;

/** How many operations may each have a bucket at an overridden rate. */
const OPERATIONS = 56;

const PAIRS = Object.fromEntries([...DATA_KEY_PAIRS].map(([spec, perSecond]) => [`pairs/${spec}`, perSecond])) as Record<
  `pairs/${string}`,
  number
>;

/** AWS's own; of `identities`, `refusals` and `calls` it says nothing. */
function awsRates(region: string): RequestRates {
  const symmetric = SYMMETRIC[region] ?? SYMMETRIC_ELSEWHERE;
  return {
    symmetric,
    rsa: 500,
    ecc: 300,
    postQuantum: 1000,
    ...PAIRS,
    describe: 2000,
    status: 1000,
    list: 500,
    listOfKey: 100,
    grant: 50,
    ungrant: 30,
    change: 15,
    tag: 10,
    manage: 5,
    importing: 0.25,
    identities: 100,
    refusals: 1000,
    calls: symmetric + OTHERS,
  };
}

/**
 * Reads the variable: "aws" for AWS's own rates, "off" for none, or a JSON object of those that differ from AWS's, in requests a second.
 * @returns undefined where no rate is limited. @throws TypeError for a rate that does not exist or is not above zero.
 */
export function parseRates(text: string | undefined, region: string): RequestRates | undefined {
  if (text === "off") return undefined;
  const rates = awsRates(region);
  if (text === undefined || text === "" || text === "aws") return rates;
  const given = readOverrides<RateName>("RATES", text, rates, (value) => Number.isFinite(value) && Number(value) > 0);
  const more = Object.values(given).reduce<number>((sum, rate = 0) => sum + rate * OPERATIONS, 0);
  return { ...rates, calls: rates.calls + more, ...given };
}
