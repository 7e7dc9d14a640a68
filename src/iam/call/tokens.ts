// What an admitted call costs of the request rates besides the token that every call spends: one that all calls of IAM and STS share.

import { shared } from "../../limits/rates.ts";
import { ApiError } from "../../wire/api-error.ts";

export const TOKEN = [shared("identities")];

export const throttling = (): ApiError => new ApiError("ThrottlingException", "Rate exceeded");
