// The end of a key: scheduled, called off. What the alarm then does is in region/deletion.ts. Source: KMS API reference.

import { daysAfter } from "../../keyring/key.ts";
import { ApiError } from "../../wire/api-error.ts";
import { defaulted, integer, structure } from "../../wire/shape.ts";
import { isComplete } from "../expirations.ts";
import { keyId } from "../members.ts";
import { accepts } from "../operation.ts";

const WINDOW_DAYS = { min: 7, max: 30 };

export const scheduleKeyDeletion = accepts(
  structure(
    { KeyId: keyId, PendingWindowInDays: defaulted(integer({ min: 1, max: 365 }), WINDOW_DAYS.max) },
    ({ PendingWindowInDays: days }) => {
      if (days >= WINDOW_DAYS.min && days <= WINDOW_DAYS.max) return;
      throw new ApiError(
        "ValidationException",
        `PendingWindowInDays must be between ${WINDOW_DAYS.min} and ${WINDOW_DAYS.max} (inclusive).`,
      );
    },
  ),
  ({ PendingWindowInDays }, { key, now }) =>
    (writes) => {
      const at = daysAfter(now(), PendingWindowInDays);
      writes.keys.setState(key.id, "PendingDeletion");
      writes.keys.setDeletion(key.id, at);
      writes.deadlines.set({ kind: "delete", ref: key.id, at });
      return { output: { KeyId: key.arn, DeletionDate: new Date(at), KeyState: "PendingDeletion", PendingWindowInDays } };
    },
);

export const cancelKeyDeletion = accepts(structure({ KeyId: keyId }), (_, { key }) => (writes) => {
  writes.keys.setState(key.id, isComplete(writes, key.id) ? "Disabled" : "PendingImport");
  writes.keys.setDeletion(key.id, undefined);
  writes.deadlines.remove("delete", key.id);
  writes.deadlines.remove("delete-confirm", key.id);
  return { output: { KeyId: key.arn } };
});
