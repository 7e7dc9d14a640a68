// What a call costs of the request rates: one token of all calls, and then those of its class, or of the refusals if it is not admitted.

import type { Token } from "../../durable/token-buckets.ts";
import type { Key } from "../../keyring/key.ts";
import { findKeySpec, keySpec } from "../../keyring/specs.ts";
import type { RateName } from "../../limits/rates.ts";
import { ApiError } from "../../wire/api-error.ts";
import type { Operation, Request } from "../operation.ts";

type KmsToken = Token<RateName>;

/** Every call spends it before it is read. */
export const CALL: readonly KmsToken[] = [{ bucket: "calls", rate: "calls" }];
/** A call that is not admitted spends it: callers without permission use up nothing of those who have it. */
export const REFUSAL: readonly KmsToken[] = [{ bucket: "refusals", rate: "refusals" }];

/** What an admitted call costs: of a cryptographic operation a token for each key, so that ReEncrypt takes two. */
export function tokensOf(name: string, { rate }: Operation, { recorded }: Request, keys: readonly Key[]): readonly KmsToken[] {
  if (rate === "crypto") return keys.length === 0 ? [shared("symmetric")] : keys.map(({ spec }) => shared(keySpec(spec).rate));
  if (rate === "pair") return [shared(`pairs/${String(recorded["KeyPairSpec"])}`)];
  if (rate === "creation") return [{ bucket: name, rate: "manage" }, ...pairsLike(recorded)];
  return [{ bucket: name, rate }];
}

/** A key that takes as long to make as a data key pair of its spec uses up that pair's rate. */
function pairsLike({ KeySpec, Origin }: Request["recorded"]): readonly KmsToken[] {
  const isMadeHere = Origin !== "EXTERNAL";
  return isMadeHere && findKeySpec(String(KeySpec))?.isSlow ? [shared(`pairs/${String(KeySpec)}`)] : [];
}

const shared = (rate: RateName): KmsToken => ({ bucket: rate, rate });

export const throttling = (): ApiError =>
  new ApiError(
    "ThrottlingException",
    "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
  );
