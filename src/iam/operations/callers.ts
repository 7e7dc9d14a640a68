// STS: who is calling, and whose an access key is. Source: STS API reference.

import { parseAccessKeyId } from "../../wire/access-key-id.ts";
import { ApiError } from "../../wire/api-error.ts";
import { structure } from "../../wire/shape.ts";
import { accessKeyId } from "../members.ts";
import { accepts } from "../operation.ts";

export const getCallerIdentity = accepts(structure({}), (_, { account, caller }) => ({
  output: { UserId: caller.uniqueId, Account: account, Arn: caller.arn },
}));

/** The account stands in the id itself, whether or not there is such a key. */
export const getAccessKeyInfo = accepts(structure({ AccessKeyId: accessKeyId }), ({ AccessKeyId }) => {
  const id = parseAccessKeyId(AccessKeyId);
  if (id === undefined) throw new ApiError("ValidationException", "Invalid access key ID.");
  return { output: { Account: id.account } };
});
