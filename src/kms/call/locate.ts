// Which key does a request name? Each of the identifier's forms, a ciphertext's header, an alias.

import { FOREIGN_CIPHERTEXT } from "../../authz/texts.ts";
import type { Key } from "../../keyring/key.ts";
import { ApiError } from "../../wire/api-error.ts";
import { aliasArn, keyArn, parseKeyName } from "../../wire/arn.ts";
import { PARTITION } from "../../wire/regions.ts";
import { shown } from "../../wire/shown.ts";
import type { Resource } from "../operation.ts";
import type { Sight } from "../world.ts";
import type { Located } from "./visit.ts";

export interface Search {
  /** Whether the operation models InvalidArnException: the cryptographic ones do not. */
  readonly modelsInvalidArn: boolean;
  /** Refuses the caller where it may not know of an account's keys at all. */
  readonly enter: (account: string) => void;
}

const notFound = (message: string): ApiError => new ApiError("NotFoundException", message);

/** @throws ApiError InvalidCiphertextException, InvalidArnException, NotFoundException, AccessDeniedException. */
export function locate(resource: Resource, search: Search, sight: Sight): Located {
  if (resource.kind === "account") return { resource, arn: "*", key: undefined };
  if (resource.kind === "principal") return { resource, arn: resource.arn, key: undefined };
  if (resource.kind === "alias") return locateAlias(resource, sight);
  if (resource.kind === "grant") return locateGrant(resource, search, sight);
  const key =
    resource.kind === "key" ? named(resource.id, resource.aliases, search, sight) : ofCiphertext(resource, search, sight);
  return { resource, arn: key.arn, key };
}

function locateAlias(resource: Resource & { kind: "alias" }, { scope, reads }: Sight): Located {
  const arn = aliasArn(scope, resource.name);
  const target = reads.aliases.find(resource.name)?.keyId;
  if (target === undefined && !resource.isNew) throw notFound(`Alias ${shown(arn)} is not found.`);
  return { resource, arn, key: target === undefined ? undefined : reads.keys.find(target) };
}

function locateGrant(resource: Resource & { kind: "grant" }, search: Search, sight: Sight): Located {
  const key = named(resource.keyId, false, search, sight);
  const grant = sight.reads.grants.find(key.id, resource.grantId);
  if (grant === undefined) throw notFound(`Grant ID ${shown(resource.grantId)} not found`);
  return { resource, arn: key.arn, key, grant };
}

function ofCiphertext(resource: Resource & { kind: "ciphertext" }, search: Search, sight: Sight): Key {
  if (resource.ciphertext === undefined) throw new ApiError("InvalidCiphertextException");
  if (resource.id !== undefined) return named(resource.id, true, search, sight);
  const { account, keyId } = resource.ciphertext;
  const key = account === sight.scope.account ? sight.reads.keys.find(keyId) : undefined;
  if (key !== undefined) return key;
  throw new ApiError("AccessDeniedException", FOREIGN_CIPHERTEXT);
}

/** The key that a KeyId names. */
function named(text: string, aliases: boolean, { modelsInvalidArn, enter }: Search, { scope, reads }: Sight): Key {
  const name = parseKeyName(text);
  const malformed = name.kind === "malformed" || (name.arn !== undefined && name.arn.partition !== PARTITION);
  if (malformed && text.startsWith("arn:") && modelsInvalidArn)
    throw new ApiError("InvalidArnException", `Invalid arn ${shown(text)}`);
  if (malformed || (name.kind === "alias" && !aliases)) throw notFound(`Invalid keyId '${shown(text)}'`);
  if (name.arn !== undefined && name.arn.region !== scope.region) throw notFound(`Invalid arn ${shown(name.arn.region)}`);
  if (name.arn !== undefined) enter(name.arn.account);
  const id = name.kind === "key" ? name.id : reads.aliases.find(name.name)?.keyId;
  if (id === undefined) throw notFound(`Alias ${shown(name.kind === "alias" ? aliasArn(scope, name.name) : text)} is not found.`);
  const key = reads.keys.find(id);
  if (key === undefined) throw notFound(`Key '${keyArn(scope, id)}' does not exist`);
  return key;
}
