// The tables of a store together: what handlers may read, what a commit may write, what the region keeps for itself.

import type { ArnScope } from "../wire/arn.ts";
import { type AliasReads, type AliasWrites, aliases } from "./aliases.ts";
import { type Deadlines, deadlines } from "./deadlines.ts";
import { type Grants, grants } from "./grants.ts";
import { type KeyMemory, type KeyReads, type KeyWrites, keys } from "./keys.ts";
import { type MaterialReads, type MaterialWrites, materials } from "./materials.ts";
import { type Meta, meta } from "./meta.ts";
import { type Outbox, outbox } from "./outbox.ts";
import { sealed } from "./sealed.ts";
import { type TagReads, type TagWrites, tags } from "./tags.ts";
import { type UsageReads, type Usages, usages } from "./usages.ts";

export interface Reads {
  readonly keys: KeyReads;
  readonly aliases: AliasReads;
  readonly tags: TagReads;
  readonly materials: MaterialReads;
  readonly usages: UsageReads;
}

export interface Writes {
  readonly keys: KeyWrites;
  readonly materials: MaterialWrites;
  readonly deadlines: Pick<Deadlines, "set" | "remove">;
  readonly aliases: AliasWrites;
  readonly tags: TagWrites;
}

export interface Store {
  readonly keys: KeyWrites & KeyMemory;
  readonly materials: MaterialWrites;
  readonly aliases: AliasWrites;
  readonly tags: TagWrites;
  readonly grants: Grants;
  readonly deadlines: Deadlines;
  readonly usages: Usages;
  readonly outbox: Outbox;
  readonly meta: Meta;
}

/** `dropped` is told each key that is written, in the turn of the write. */
export function store(sql: SqlStorage, scope: ArnScope, dropped: (keyId: string) => void): Store {
  const used = usages(sql);
  const slots = sealed(sql);
  return {
    keys: keys(sql, slots, scope, dropped),
    materials: materials(sql, slots),
    aliases: aliases(sql),
    tags: tags(sql),
    grants: grants(sql),
    deadlines: deadlines(sql),
    usages: used,
    outbox: outbox(sql, used),
    meta: meta(sql),
  };
}
