// Access keys of users and of root. The id is made here, the secret derives from it and is stored nowhere. Source: IAM API reference.

import { ApiError } from "../../wire/api-error.ts";
import { oneOf, optional, structure } from "../../wire/shape.ts";
import type { Holder } from "../../wire/views.ts";
import { holderOf } from "../holders.ts";
import { accessKeyId, requireQuota, requireUser, userName } from "../members.ts";
import { accepts, type Call } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";
import type { StoredAccessKey } from "../tables/access-keys.ts";
import type { Reads } from "../tables/tables.ts";

/** Serials of root's keys; all above are users'. */
const ROOT_SERIAL_MAX = 255;
const SERIALS = 2 ** 20;

/** Whose access keys a call is about: a named user's, else the caller's own. @throws ApiError NoSuchEntity. */
function ownerOf(name: string | undefined, { account, caller }: Pick<Call, "account" | "caller">, reads: Reads): Holder {
  if (name === undefined && caller.type === "Root") return caller;
  return holderOf(account, requireUser(reads, name, caller));
}

/** @returns a serial that has never been given. @throws ApiError LimitExceeded where root has had them all. */
function freeSerial(owner: Holder, reads: Reads, random: Call["random"]): number {
  if (owner.type === "Root") {
    const serial = reads.accessKeys.highest(ROOT_SERIAL_MAX) + 1;
    if (serial > ROOT_SERIAL_MAX) throw new ApiError("LimitExceededException", "The root user has had all of its access keys.");
    return serial;
  }
  for (;;) {
    const [high = 0, middle = 0, low = 0] = random(3);
    const serial = ((high << 16) | (middle << 8) | low) % SERIALS;
    if (serial > ROOT_SERIAL_MAX && reads.accessKeys.bySerial(serial) === undefined) return serial;
  }
}

export const createAccessKey = accepts(structure({ UserName: optional(userName) }), async ({ UserName }, call) => {
  const { quotas, reads, now } = call;
  const owner = ownerOf(UserName, call, reads);
  const serial = freeSerial(owner, reads, call.random);
  const made = await call.accessKey(serial);
  return (writes) => {
    const { uniqueId: ownerId, userName: name } = ownerOf(UserName, call, writes);
    if (ownerId !== owner.uniqueId || writes.accessKeys.bySerial(serial) !== undefined) return undefined;
    requireQuota(writes.accessKeys.countOf(ownerId), quotas.accessKeysPerUser, "AccessKeysPerUser");
    const createdAt = now();
    writes.accessKeys.insert({ id: made.accessKeyId, serial, ownerId, status: "Active", createdAt });
    const AccessKey = { UserName: name, AccessKeyId: made.accessKeyId, Status: "Active", CreateDate: new Date(createdAt) };
    return {
      output: { AccessKey: { ...AccessKey, SecretAccessKey: made.secretAccessKey } },
      recorded: { AccessKey },
    };
  };
});

export const listAccessKeys = accepts(structure({ UserName: optional(userName), ...paged }), async (input, call) => {
  const owner = ownerOf(input.UserName, call, call.reads);
  const read = (after: string, limit: number) => call.reads.accessKeys.page(owner.uniqueId, after, limit);
  const { items, ...page } = await pageOf(input, call, read, ({ id }) => id);
  const AccessKeyMetadata = items.map(({ id, status, createdAt }) => ({
    UserName: owner.userName,
    AccessKeyId: id,
    Status: status,
    CreateDate: new Date(createdAt),
  }));
  return { output: { AccessKeyMetadata, ...page } };
});

/** @throws ApiError NoSuchEntity for a key that is not the owner's. */
function requireKey(id: string, owner: Holder, { accessKeys }: Reads): StoredAccessKey {
  const key = accessKeys.find(id);
  if (key?.ownerId !== owner.uniqueId) throw new ApiError("NoSuchEntity", `The Access Key with id ${id} cannot be found.`);
  return key;
}

export const updateAccessKey = accepts(
  structure({ UserName: optional(userName), AccessKeyId: accessKeyId, Status: oneOf("Active", "Inactive") }),
  ({ UserName, AccessKeyId, Status }, call) =>
    (writes) => {
      const key = requireKey(AccessKeyId, ownerOf(UserName, call, writes), writes);
      writes.accessKeys.setStatus(key.serial, Status);
      return {};
    },
);

export const deleteAccessKey = accepts(
  structure({ UserName: optional(userName), AccessKeyId: accessKeyId }),
  ({ UserName, AccessKeyId }, call) =>
    (writes) => {
      const owner = ownerOf(UserName, call, writes);
      const key = requireKey(AccessKeyId, owner, writes);
      writes.accessKeys.setDeleted(key.serial, owner);
      return {};
    },
);

/** No use is kept of access keys: `N/A` is what AWS answers of a key that was never used. */
export const getAccessKeyLastUsed = accepts(structure({ AccessKeyId: accessKeyId }), ({ AccessKeyId }, { account, reads }) => {
  const key = reads.accessKeys.find(AccessKeyId);
  if (key === undefined) throw new ApiError("NoSuchEntity", `The Access Key with id ${AccessKeyId} cannot be found.`);
  const owner = key.ownerId === account ? undefined : reads.entities.byId(key.ownerId);
  return { output: { UserName: owner?.name, AccessKeyLastUsed: { ServiceName: "N/A", Region: "N/A" } } };
});
