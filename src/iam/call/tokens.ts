// What a call costs of the request rates: one token of all calls, and then one of the identity store's, or of the refusals if it is not admitted.

import type { Token } from "../../durable/token-buckets.ts";
import type { RateName } from "../../limits/rates.ts";
import { ApiError } from "../../wire/api-error.ts";

/** Every call spends it before it is read. */
export const CALL: readonly Token<RateName>[] = [{ bucket: "calls", rate: "calls" }];
/** An admitted call spends it. */
export const TOKEN: readonly Token<RateName>[] = [{ bucket: "identities", rate: "identities" }];
/** A call that is not admitted spends it: callers without permission use up nothing of those who have it. */
export const REFUSAL: readonly Token<RateName>[] = [{ bucket: "refusals", rate: "refusals" }];

export const throttling = (): ApiError => new ApiError("ThrottlingException", "Rate exceeded");
