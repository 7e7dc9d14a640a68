// Request rates: a cheap bound an account before a call is read, and tokens of the operation's class once its key is known.

import type { RateClass } from "../operations/operation.ts";

export interface Rates {
  /** @throws KmsError ThrottlingException. */
  spendCall(account: string): void;
  /** @throws KmsError ThrottlingException. */
  spendClass(account: string, rate: RateClass): void;
}

/** The rates of `npm start` and of tests; a deployment's own come with the request-rate quotas. */
export const unlimited: Rates = { spendCall: () => {}, spendClass: () => {} };
