// Members that several families share, with AWS's limits; and what is asked of users, groups and roles by name. Source: IAM API reference.

import { documentOf } from "../authz/document.ts";
import { fold } from "../authz/fold.ts";
import { ApiError } from "../wire/api-error.ts";
import type { Bytes } from "../wire/bytes.ts";
import { defaulted, listOf, optional, string, structure } from "../wire/shape.ts";
import type { Holder } from "../wire/views.ts";
import type { Entity, EntityKind, EntityWrites } from "./tables/entities.ts";
import type { Reads, Writes } from "./tables/tables.ts";
import type { Tag } from "./tables/tags.ts";

const NAME = "[\\w+=,.@-]+";
export const userName = string({ min: 1, max: 64, pattern: NAME });
export const groupName = string({ min: 1, max: 128, pattern: NAME });
export const roleName = string({ min: 1, max: 64, pattern: NAME });
export const policyName = string({ min: 1, max: 128, pattern: NAME });
export const arn = string({ min: 20, max: 2048 });
export const accessKeyId = string({ min: 16, max: 128, pattern: "[\\w]+" });
export const policyDocument = string({ min: 1, max: 131072, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+" });
export const description = string({ min: 0, max: 1000, pattern: "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*" });

const PATH = "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)";
export const path = string({ min: 1, max: 512, pattern: PATH });
export const pathOfNew = defaulted(path, "/");
/** Of managed policies, which stand in documents by their ARNs. */
export const policyPath = defaulted(string({ min: 1, max: 512, pattern: "((/[A-Za-z0-9\\.,\\+@=_-]+)*)/" }), "/");
export const pathPrefix = defaulted(string({ min: 1, max: 512, pattern: "\\u002F[\\u0021-\\u007E]*" }), "/");

const TAGS_MAX = 50;
const TAG_CHARACTERS = "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]";
const tagKey = string({ min: 1, max: 128, pattern: `${TAG_CHARACTERS}+` });
const tag = structure({ Key: tagKey, Value: string({ min: 0, max: 256, pattern: `${TAG_CHARACTERS}*` }) });
export const tags = listOf(tag, { max: TAGS_MAX });
export const tagKeys = listOf(tagKey, { max: TAGS_MAX });
export const newTags = optional(tags);

const noSuchEntity = (message: string): ApiError => new ApiError("NoSuchEntity", message);

/** @throws ApiError NoSuchEntity. */
export function requireEntity({ entities }: Pick<Reads, "entities">, kind: EntityKind, name: string): Entity {
  const entity = entities.find(kind, name);
  if (entity === undefined) throw noSuchEntity(`The ${kind} with name ${name} cannot be found.`);
  return entity;
}

/** The user of a call that may leave the name out: the caller's own then. @throws ApiError NoSuchEntity, ValidationException for root. */
export function requireUser(reads: Pick<Reads, "entities">, name: string | undefined, { userName: own }: Holder): Entity {
  const named = name ?? own;
  if (named === undefined)
    throw new ApiError("ValidationException", "Must specify userName when calling with non-User credentials");
  return requireEntity(reads, "user", named);
}

/** @throws ApiError EntityAlreadyExists. */
export function requireFree({ entities }: Pick<Reads, "entities">, kind: EntityKind, name: string): void {
  if (entities.find(kind, name) !== undefined)
    throw new ApiError(
      "EntityAlreadyExists",
      `${kind.charAt(0).toUpperCase()}${kind.slice(1)} with name ${name} already exists.`,
    );
}

/** Another name or path for a user or a group; what is not given stays. */
export interface Move {
  readonly name: string | undefined;
  readonly path: string | undefined;
}

/** @throws ApiError NoSuchEntity, EntityAlreadyExists. */
export function move(kind: EntityKind, from: string, { name, path: to }: Move, writes: Writes): void {
  const entity = requireEntity(writes, kind, from);
  if (name !== undefined && fold(name) !== fold(entity.name)) requireFree(writes, kind, name);
  writes.entities.update(entity.id, { ...(name === undefined ? {} : { name }), ...(to === undefined ? {} : { path: to }) });
}

/** Removes a user, a group or a role, whose unique id stays given. @throws ApiError DeleteConflict for one that still has something. */
export function removeBare({ id }: Entity, writes: Writes): void {
  const { accessKeys, attachments, inline, memberships } = writes;
  const first = (what: string): ApiError => new ApiError("DeleteConflict", `Cannot delete entity, must ${what} first.`);
  if (accessKeys.countOf(id) > 0) throw first("delete access keys");
  if (attachments.countOf(id) > 0) throw first("detach all policies");
  if (inline.countOf(id) > 0) throw first("delete policies");
  if (memberships.countOf(id) > 0 || memberships.usersOf(id, "", 1).length > 0) throw first("remove users from group");
  writes.tags.removeAllOf(id);
  writes.entities.remove(id);
}

/** @throws ApiError LimitExceeded. */
export function requireQuota(count: number, quota: number, what: string): void {
  if (count >= quota) throw new ApiError("LimitExceededException", `Cannot exceed quota for ${what}: ${quota}`);
}

const RESERVED = /^aws:/i;

/** @throws ApiError InvalidInput, ValidationException where the tags of one request cannot stand together. */
export function checkTags(given: readonly Tag[] = []): void {
  if (new Set(given.map(({ Key }) => fold(Key))).size < given.length)
    throw new ApiError("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  if (given.some(({ Key }) => RESERVED.test(Key)))
    throw new ApiError("ValidationException", "Tag keys beginning with aws: are reserved.");
}

/** @throws ApiError LimitExceeded where the tags would be too many beside those that are there. */
export function requireTagRoom({ tags: kept }: Pick<Reads, "tags">, ownerId: string, given: readonly Tag[]): void {
  const keys = new Set([...kept.all(ownerId), ...given].map(({ Key }) => fold(Key)));
  if (keys.size > TAGS_MAX) throw new ApiError("LimitExceededException", "The number of tags has reached the maximum limit.");
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ID_CHARACTERS = 17;

/** A unique id that has never been given: `prefix`, such as `AIDA`, and 17 random characters of base32. It is noted as given. */
export function newUniqueId(prefix: string, random: (bytes: number) => Bytes, entities: EntityWrites): string {
  for (;;) {
    const characters = Array.from(random(ID_CHARACTERS), (byte) => ALPHABET[byte & 31]);
    const id = prefix + characters.join("");
    if (entities.isGiven(id)) continue;
    entities.give(id);
    return id;
  }
}

/** Characters that count towards a document's size: white space does not. */
export const documentSize = (text: string): number => text.replaceAll(/\s/g, "").length;

/** @throws ApiError MalformedPolicyDocument. */
export function checkDocument(text: string): void {
  documentOf(text, "identity");
}

/** Characters of a managed policy's document. */
export const MANAGED_SIZE_MAX = 6144;

/** Of a managed policy. @throws ApiError MalformedPolicyDocument, LimitExceeded. */
export function checkManagedDocument(text: string): void {
  if (documentSize(text) > MANAGED_SIZE_MAX)
    throw new ApiError("LimitExceededException", `Cannot exceed quota for PolicySize: ${MANAGED_SIZE_MAX}`);
  checkDocument(text);
}
