// Tags of keys. Source: KMS API reference, "Tag".

import { KmsError } from "../wire/faults.ts";
import { string, structure } from "../wire/shape.ts";

export const TAGS_MAX = 50;

export const tag = structure({ TagKey: string({ min: 1, max: 128 }), TagValue: string({ min: 0, max: 256 }) });

export interface Tag {
  readonly TagKey: string;
  readonly TagValue: string;
}

const RESERVED = /^aws:/i;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** @throws KmsError TagException where the tags of one request cannot stand together. */
export function checkTags(tags: readonly Tag[]): void {
  if (tags.length > TAGS_MAX) throw new KmsError("TagException", "Too many tags");
  if (new Set(tags.map(({ TagKey }) => TagKey)).size < tags.length) throw new KmsError("TagException", "Duplicate tag keys");
  if (tags.some(({ TagKey }) => RESERVED.test(TagKey)))
    throw new KmsError("TagException", "Tags beginning with aws: are reserved");
  if (tags.some(({ TagKey, TagValue }) => !CHARACTERS.test(TagKey) || !CHARACTERS.test(TagValue))) {
    throw new KmsError("TagException", "The tag contains characters that are not allowed.");
  }
}
