// Which key does a request name? Each of the identifier's forms, a ciphertext's header, an alias.

import type { Key } from "../keyring/key.ts";
import type { Resource } from "../operations/operation.ts";
import { aliasArn, keyArn, parseKeyName } from "../wire/arn.ts";
import { KmsError } from "../wire/faults.ts";
import { PARTITION } from "../wire/regions.ts";
import { shown } from "../wire/shown.ts";
import type { World } from "./world.ts";

/** A resource that was found. */
export interface Located {
  readonly resource: Resource;
  readonly arn: string;
  /** Of an alias, the key that it points at, if it is there. */
  readonly key: Key | undefined;
}

export interface Search {
  /** Whether the operation models InvalidArnException: the cryptographic ones do not. */
  readonly modelsInvalidArn: boolean;
  /** Refuses the caller where it may not know of an account's keys at all. */
  readonly enter: (account: string) => void;
}

const notFound = (message: string): KmsError => new KmsError("NotFoundException", message);

/** @throws KmsError InvalidCiphertextException, InvalidArnException, NotFoundException, AccessDeniedException. */
export function locate(resource: Resource, search: Search, world: World): Located {
  if (resource.kind === "alias") return locateAlias(resource, world);
  const key =
    resource.kind === "key" ? named(resource.id, resource.aliases, search, world) : ofCiphertext(resource, search, world);
  return { resource, arn: key.arn, key };
}

function locateAlias(resource: Resource & { kind: "alias" }, { scope, store }: World): Located {
  const arn = aliasArn(scope, resource.name);
  const target = store.aliases.find(resource.name)?.keyId;
  if (target === undefined && !resource.isNew) throw notFound(`Alias ${shown(arn)} is not found.`);
  return { resource, arn, key: target === undefined ? undefined : store.keys.find(target) };
}

function ofCiphertext(resource: Resource & { kind: "ciphertext" }, search: Search, world: World): Key {
  if (resource.ciphertext === undefined) throw new KmsError("InvalidCiphertextException");
  if (resource.id !== undefined) return named(resource.id, true, search, world);
  const { account, keyId } = resource.ciphertext;
  const key = account === world.scope.account ? world.store.keys.find(keyId) : undefined;
  if (key !== undefined) return key;
  throw new KmsError(
    "AccessDeniedException",
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
  );
}

/** The key that a KeyId names. */
function named(text: string, aliases: boolean, { modelsInvalidArn, enter }: Search, { scope, store }: World): Key {
  const name = parseKeyName(text);
  const malformed = name.kind === "malformed" || (name.arn !== undefined && name.arn.partition !== PARTITION);
  if (malformed && text.startsWith("arn:") && modelsInvalidArn)
    throw new KmsError("InvalidArnException", `Invalid arn ${shown(text)}`);
  if (malformed || (name.kind === "alias" && !aliases)) throw notFound(`Invalid keyId '${shown(text)}'`);
  if (name.arn !== undefined && name.arn.region !== scope.region) throw notFound(`Invalid arn ${shown(name.arn.region)}`);
  if (name.arn !== undefined) enter(name.arn.account);
  const id = name.kind === "key" ? name.id : store.aliases.find(name.name)?.keyId;
  if (id === undefined) throw notFound(`Alias ${shown(name.kind === "alias" ? aliasArn(scope, name.name) : text)} is not found.`);
  const key = store.keys.find(id);
  if (key === undefined) throw notFound(`Key '${keyArn(scope, id)}' does not exist`);
  return key;
}
