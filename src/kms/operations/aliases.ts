// Aliases: names that point at keys. Source: KMS API reference; developer guide, "Aliases in AWS KMS".

import type { Key } from "../../keyring/key.ts";
import { keySpec } from "../../keyring/specs.ts";
import { ApiError } from "../../wire/api-error.ts";
import { aliasArn, parseKeyName } from "../../wire/arn.ts";
import { PARTITION } from "../../wire/regions.ts";
import { optional, string, structure } from "../../wire/shape.ts";
import { shown } from "../../wire/shown.ts";
import { keyId, validation } from "../members.ts";
import { accepts, type Call } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";

const aliasName = string({ min: 1, max: 256, pattern: "^[a-zA-Z0-9:/_-]+$" });
const PREFIX = "alias/";
/** Aliases of AWS managed keys, of which there are none here. */
const RESERVED = "alias/aws/";

function checkName({ AliasName }: { readonly AliasName: string }): void {
  if (!AliasName.startsWith(PREFIX)) {
    throw validation(
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    );
  }
  if (AliasName.startsWith(RESERVED)) throw new ApiError("NotAuthorizedException");
  if (AliasName === PREFIX || AliasName.includes(":"))
    throw validation(`${shown(AliasName)} contains invalid characters for an alias`);
}

function checkNameAndTarget(input: { readonly AliasName: string; readonly TargetKeyId: string }): void {
  checkName(input);
  if (parseKeyName(input.TargetKeyId).kind === "alias") throw validation("Aliases must refer to keys. Not aliases");
}

const arnOf = (name: string, { account, region }: Pick<Call, "account" | "region">): string =>
  aliasArn({ partition: PARTITION, account, region }, name);

function requireRoom({ reads, key, quotas }: Pick<Call, "reads" | "key" | "quotas">): void {
  if (reads.aliases.countOf(key.id) < quotas.aliasesPerKey) return;
  throw new ApiError("LimitExceededException", `The key ${key.arn} has reached its limit of ${quotas.aliasesPerKey} aliases.`);
}

export const createAlias = accepts(
  structure({ AliasName: aliasName, TargetKeyId: keyId }, checkNameAndTarget),
  ({ AliasName }, call) =>
    (writes) => {
      if (writes.aliases.find(AliasName) !== undefined) {
        const arn = arnOf(AliasName, call);
        throw new ApiError("AlreadyExistsException", `An alias with the name ${shown(arn)} already exists`);
      }
      requireRoom(call);
      writes.aliases.insert(AliasName, call.key.id, call.now());
      return {};
    },
);

/** Both symmetric, both a pair or both for MACs, and of the same usage. */
const isOfSameType = (one: Key, other: Key): boolean =>
  one.usage === other.usage && keySpec(one.spec).isPair === keySpec(other.spec).isPair;

export const updateAlias = accepts(
  structure({ AliasName: aliasName, TargetKeyId: keyId }, checkNameAndTarget),
  ({ AliasName }, call) =>
    (writes) => {
      const { aliased, key } = call;
      if (aliased !== undefined && !isOfSameType(aliased, key)) {
        throw validation(
          `Alias ${shown(AliasName)} cannot be changed from a CMK with key usage ${aliased.usage} to a CMK with key usage ${key.usage}. The key usage of the current CMK and the new CMK must be the same.`,
        );
      }
      if (aliased?.id !== key.id) requireRoom(call);
      writes.aliases.update(AliasName, key.id, call.now());
      return {};
    },
);

export const deleteAlias = accepts(structure({ AliasName: aliasName }, checkName), ({ AliasName }) => (writes) => {
  writes.aliases.remove(AliasName);
  return {};
});

export const listAliases = accepts(
  structure({ KeyId: optional(keyId), ...paged({ byDefault: 50, max: 100 }) }),
  async (input, call) => {
    const ofKey = input.KeyId === undefined ? undefined : call.key.id;
    const read = (after: string, count: number) => call.reads.aliases.page(ofKey, after, count);
    const { items, ...page } = await pageOf(input, call, read, ({ name }) => name);
    const Aliases = items.map(({ name, keyId: target, createdAt, updatedAt }) => ({
      AliasName: name,
      AliasArn: arnOf(name, call),
      TargetKeyId: target,
      CreationDate: new Date(createdAt),
      LastUpdatedDate: new Date(updatedAt),
    }));
    return { output: { Aliases, ...page } };
  },
);
