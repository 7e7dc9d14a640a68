// A stand-in for the object that serves IAM and STS: it refuses every call.

import { DurableObject } from "cloudflare:workers";
import type { ObjectCall, Reply } from "../durable/call.ts";
import type { Env } from "../env.ts";
import { ApiError } from "../wire/api-error.ts";
import { unknownAction } from "../wire/query.ts";
import { parseForm } from "../wire/query-form.ts";
import { IAM_PROTOCOL, STS_PROTOCOL } from "../wire/query-xml.ts";

export class IdentityStore extends DurableObject<Env> {
  iam(call: ObjectCall): Promise<Reply> {
    return Promise.resolve(IAM_PROTOCOL.failure(refusalOf(call), call.requestId));
  }

  sts(call: ObjectCall): Promise<Reply> {
    return Promise.resolve(STS_PROTOCOL.failure(refusalOf(call), call.requestId));
  }
}

function refusalOf({ body }: ObjectCall): ApiError {
  try {
    return unknownAction(parseForm(body));
  } catch (cause) {
    return cause instanceof ApiError ? cause : new ApiError("KMSInternalException");
  }
}
