// What an admitted call costs of the request rates besides the token that every call spends: those of its class.

import type { Token } from "../../durable/token-buckets.ts";
import type { Key } from "../../keyring/key.ts";
import { findKeySpec, keySpec } from "../../keyring/specs.ts";
import { type RateName, shared } from "../../limits/rates.ts";
import { ApiError } from "../../wire/api-error.ts";
import type { Operation, Request } from "../operation.ts";

type KmsToken = Token<RateName>;

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

export const throttling = (): ApiError =>
  new ApiError(
    "ThrottlingException",
    "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
  );
