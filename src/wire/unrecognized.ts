// The refusal of an access key that there is not, or that is not active: by a front, and by the objects that know.

import { ApiError } from "./api-error.ts";

export const INVALID_TOKEN = "The security token included in the request is invalid.";

export const unrecognized = (): ApiError => new ApiError("UnrecognizedClientException", INVALID_TOKEN);
