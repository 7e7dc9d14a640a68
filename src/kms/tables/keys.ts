// Table `key`, with a bounded cache of what was read. A cached key is dropped in the turn of a write to it.

import type { UniqueIds } from "../../authz/principals.ts";
import type { Sealed } from "../../durable/sealed.ts";
import { canBecome, effectiveState, hasEnded, type Key, type KeyState, type KeyUsage, type Origin } from "../../keyring/key.ts";
import { type ArnScope, keyArn } from "../../wire/arn.ts";
import { remember } from "../../wire/bounded.ts";
import type { Bytes } from "../../wire/bytes.ts";

const CACHED_MAX = 2048;

type KeyRow = {
  id: string;
  spec: string;
  usage: KeyUsage;
  origin: Origin;
  state: KeyState;
  description: string;
  multi_region: number;
  created_at: number;
  material_id: string | null;
  deletion_at: number | null;
  rotation_days: number | null;
  next_rotation_at: number | null;
  expires: number | null;
  expires_at: number | null;
};

const printedPrincipals = (principals: UniqueIds): string | null =>
  principals.size === 0 ? null : JSON.stringify([...principals]);

const principalsOf = (printed: string | null): UniqueIds =>
  new Map(printed === null ? [] : (JSON.parse(printed) as [string, string][]));

export interface NewKey extends Omit<Key, "arn" | "account" | "deletionAt" | "rotation" | "expiration"> {
  readonly policy: string;
  readonly principals: UniqueIds;
  /** The sealed salt. */
  readonly salt: Bytes;
}

export interface KeyReads {
  find(id: string): Key | undefined;
  /** At most `limit` keys in the order of their ids, those after `after`. */
  page(after: string, limit: number): readonly Key[];
  count(): number;
  /** The policy document of a key that is there. */
  policy(id: string): string;
  principals(id: string): UniqueIds;
  /** The sealed salt of a key that is there. */
  salt(id: string): Bytes;
}

export interface KeyWrites extends KeyReads {
  insert(key: NewKey): Key;
  /** @throws Error for a transition that does not exist. */
  setState(id: string, state: KeyState): void;
  /** What a key becomes that is unavailable now. */
  setStateWhenAvailable(id: string, state: "Enabled" | "Disabled"): void;
  setDescription(id: string, description: string): void;
  setPolicy(id: string, policy: string, principals: UniqueIds): void;
  setMaterial(id: string, materialId: string): void;
  setRotation(id: string, rotation: Key["rotation"]): void;
  setExpiration(id: string, expiration: Key["expiration"]): void;
  /** Undefined: no longer. The state is set beside it. */
  setDeletion(id: string, at: number | undefined): void;
  /** Overwrites the salt of a key of which nothing else is left, then removes it. */
  remove(id: string): void;
}

const OWN_COLUMNS = "id, spec, usage, origin, state, description, multi_region, created_at, material_id";
const COLUMNS = `${OWN_COLUMNS}, deletion_at, rotation_days, next_rotation_at, expires, expires_at`;

/** What memory holds of the table beside its rows. */
export interface KeyMemory {
  /** Drops every key. */
  forget(): void;
  /** The change that has written keys stands. */
  settle(): void;
  /** Drops the keys that were written since the last change that stands: their rows are what they were before. */
  undo(): void;
}

const keyOf = (scope: ArnScope, row: KeyRow): Key => ({
  id: row.id,
  arn: keyArn(scope, row.id),
  account: scope.account,
  spec: row.spec,
  usage: row.usage,
  origin: row.origin,
  state: row.state,
  description: row.description,
  multiRegion: row.multi_region === 1,
  createdAt: row.created_at,
  materialId: row.material_id ?? undefined,
  deletionAt: row.deletion_at ?? undefined,
  expiration: row.expires === null ? undefined : { at: row.expires_at ?? undefined },
  rotation:
    row.rotation_days === null || row.next_rotation_at === null
      ? undefined
      : { days: row.rotation_days, nextAt: row.next_rotation_at },
});

/** Keys that were read, and which of them the change at work has written. */
function keyMemory(dropped: (id: string) => void): KeyMemory & Pick<Map<string, Key>, "get"> & Written {
  const read = new Map<string, Key>();
  const written = new Set<string>();
  const drop = (id: string): void => {
    read.delete(id);
    dropped(id);
  };
  return {
    get: (id) => read.get(id),
    keep(key) {
      remember(read, CACHED_MAX, key.id, key);
      return key;
    },
    touch(id) {
      written.add(id);
      drop(id);
    },
    forget: () => read.clear(),
    settle: () => written.clear(),
    undo() {
      for (const id of written) drop(id);
      written.clear();
    },
  };
}

interface Written {
  keep(key: Key): Key;
  /** A key's row has been written. */
  touch(id: string): void;
}

function insertRow(sql: SqlStorage, key: NewKey, saltSlot: number): void {
  sql.exec(
    `INSERT INTO key (${OWN_COLUMNS}, policy, principals, salt_slot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[key.id, key.spec, key.usage, key.origin, key.state, key.description, key.multiRegion ? 1 : 0, key.createdAt],
    ...[key.materialId ?? null, key.policy, printedPrincipals(key.principals), saltSlot],
  );
}

export interface KeysPorts {
  readonly sql: SqlStorage;
  readonly sealed: Sealed;
  readonly scope: ArnScope;
  readonly now: () => number;
  /** Is told each key that is written, in the turn of the write, and again where the write is undone; and keys whose material has ended. */
  readonly dropped: (id: string) => void;
}

export function keys({ sql, sealed, scope, now, dropped }: KeysPorts): KeyWrites & KeyMemory {
  const memory = keyMemory(dropped);

  const stored = (id: string): Key | undefined => {
    const [row] = sql.exec<KeyRow>(`SELECT ${COLUMNS} FROM key WHERE id = ?`, id).toArray();
    return row && memory.keep(keyOf(scope, row));
  };

  const find = (id: string): Key | undefined => {
    const key = memory.get(id) ?? stored(id);
    if (key === undefined || key.expiration?.at === undefined) return key;
    const time = now();
    if (!hasEnded(key, time)) return key;
    dropped(id);
    return { ...key, state: effectiveState(key, time), expiration: undefined };
  };

  const page = (after: string, limit: number): Key[] => {
    const rows = sql.exec<KeyRow>(`SELECT ${COLUMNS} FROM key WHERE id > ? ORDER BY id LIMIT ?`, after, limit).toArray();
    return rows.map((row) => keyOf(scope, row));
  };

  const column = <T extends SqlStorageValue>(id: string, name: "policy" | "principals" | "salt_slot"): T =>
    sql.exec<{ value: T }>(`SELECT ${name} AS value FROM key WHERE id = ?`, id).one().value;

  const saltSlot = (id: string): number => column(id, "salt_slot");

  const update = (id: string, columns: string, ...values: SqlStorageValue[]): void => {
    sql.exec(`UPDATE key SET ${columns} WHERE id = ?`, ...values, id);
    memory.touch(id);
  };

  return {
    ...{ find, page, forget: memory.forget, settle: memory.settle, undo: memory.undo },
    count: () => sql.exec<{ count: number }>("SELECT count(*) AS count FROM key").one().count,
    policy: (id) => column(id, "policy"),
    principals: (id) => principalsOf(column(id, "principals")),
    insert(key) {
      insertRow(sql, key, sealed.put(key.salt));
      memory.touch(key.id);
      const unset = { deletionAt: undefined, rotation: undefined, expiration: undefined };
      return { ...key, ...unset, arn: keyArn(scope, key.id), account: scope.account };
    },
    salt: (id) => sealed.get(saltSlot(id)),
    setPolicy: (id, policy, principals) => update(id, "policy = ?, principals = ?", policy, printedPrincipals(principals)),
    setMaterial: (id, materialId) => update(id, "material_id = ?", materialId),
    setRotation: (id, rotation) =>
      update(id, "rotation_days = ?, next_rotation_at = ?", rotation?.days ?? null, rotation?.nextAt ?? null),
    setExpiration: (id, expiration) =>
      update(
        id,
        "expires = ?, expires_at = ?",
        expiration === undefined ? null : Number(expiration.at !== undefined),
        expiration?.at ?? null,
      ),
    setDeletion: (id, at) => update(id, "deletion_at = ?", at ?? null),
    remove(id) {
      sealed.free(saltSlot(id));
      sql.exec("DELETE FROM key WHERE id = ?", id);
      memory.touch(id);
    },
    setStateWhenAvailable: (id, state) => update(id, "state_when_available = ?", state),
    setDescription: (id, description) => update(id, "description = ?", description),
    setState(id, state) {
      const before = find(id)?.state;
      if (before === undefined || !canBecome(before, state)) throw new Error(`key ${id} cannot go from ${before} to ${state}`);
      update(id, "state = ?, state_when_available = NULL", state);
    },
  };
}
