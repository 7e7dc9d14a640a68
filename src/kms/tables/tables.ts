// The tables of a regional key store together: what handlers may read, what a commit may write, what the store keeps for itself.

import type { DeadlineWrites } from "../../durable/agenda.ts";
import type { Host } from "../../durable/host.ts";
import type { ArnScope } from "../../wire/arn.ts";
import { type AliasReads, type AliasWrites, aliases } from "./aliases.ts";
import { type GrantReads, type Grants, grants } from "./grants.ts";
import { type KeyMemory, type KeyReads, type KeyWrites, keys } from "./keys.ts";
import type { LastUseReads, LastUses } from "./last-uses.ts";
import { type MaterialReads, type MaterialWrites, materials } from "./materials.ts";
import { type PublicKeyWrites, publicKeys } from "./public-keys.ts";
import { type TagReads, type TagWrites, tags } from "./tags.ts";
import { type WrappingKeyReads, type WrappingKeyWrites, wrappingKeys } from "./wrapping-keys.ts";

/** `delete` is the first look at a key whose time has come, `delete-confirm` the second. The deadline's `ref` is the key's id. */
export type KeyDeadline = "delete" | "delete-confirm" | "rotate" | "expire" | "expire-confirm" | "wrapping-key";

export interface Reads {
  readonly keys: KeyReads;
  readonly aliases: AliasReads;
  readonly tags: TagReads;
  readonly materials: MaterialReads;
  readonly lastUses: LastUseReads;
  readonly grants: GrantReads;
  readonly wrappingKeys: WrappingKeyReads;
}

export interface Writes {
  readonly keys: KeyWrites;
  readonly materials: MaterialWrites;
  readonly publicKeys: PublicKeyWrites;
  readonly wrappingKeys: WrappingKeyWrites;
  readonly deadlines: DeadlineWrites<KeyDeadline>;
  readonly aliases: AliasWrites;
  readonly tags: TagWrites;
  readonly grants: Grants;
}

export interface Tables extends Writes {
  readonly keys: KeyWrites & KeyMemory;
  readonly lastUses: LastUses;
}

/** `dropped` is told each key that is written, in the turn of the write. */
export const tablesOf = (
  { storage: { sql }, sealed, agenda, now }: Pick<Host, "storage" | "sealed" | "agenda" | "now">,
  scope: ArnScope,
  lastUses: LastUses,
  dropped: (keyId: string) => void,
): Tables => ({
  keys: keys({ sql, sealed, scope, now, dropped }),
  materials: materials({ sql, sealed, now }),
  publicKeys: publicKeys(sql),
  wrappingKeys: wrappingKeys(sql, sealed),
  aliases: aliases(sql),
  tags: tags(sql),
  grants: grants(sql),
  deadlines: agenda,
  lastUses,
});
