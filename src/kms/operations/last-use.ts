// When and for what a key was last used. The usages are kept by the commit (region/ledger.ts). Source: KMS API reference.

import { structure } from "../../wire/shape.ts";
import { keyId } from "../members.ts";
import { accepts } from "../operation.ts";

export const getKeyLastUsage = accepts(structure({ KeyId: keyId }), (_, { key, reads }) => {
  const used = reads.lastUses.find(key.id);
  const KeyLastUsage =
    used === undefined
      ? {} // as the API reference has it, and what a client may index
      : {
          Operation: used.operation,
          Timestamp: new Date(used.at),
          CloudTrailEventId: used.eventId,
          KmsRequestId: used.requestId,
        };
  return {
    output: {
      KeyId: key.id, // not the ARN, here alone among the answers about one key
      KeyLastUsage,
      TrackingStartDate: new Date(Math.max(key.createdAt, reads.lastUses.trackedSince())),
      KeyCreationDate: new Date(key.createdAt),
    },
  };
});
