// Table `key`, with a bounded cache of what was read. A cached key is dropped in the turn of a write to it.

import { canBecome, type Key, type KeyState, type KeyUsage, type Origin } from "../keyring/key.ts";
import { type ArnScope, keyArn } from "../wire/arn.ts";
import type { Bytes } from "../wire/bytes.ts";

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
};

export interface NewKey extends Omit<Key, "arn" | "account"> {
  readonly policy: string;
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
}

export interface KeyWrites extends KeyReads {
  insert(key: NewKey): Key;
  /** @throws Error for a transition that does not exist. */
  setState(id: string, state: KeyState): void;
  setDescription(id: string, description: string): void;
}

const COLUMNS = "id, spec, usage, origin, state, description, multi_region, created_at, material_id";

/** `dropped` is told each key that is written, in the turn of the write. */
export function keys(sql: SqlStorage, scope: ArnScope, dropped: (id: string) => void): KeyWrites & { forget(): void } {
  const cached = new Map<string, Key>();

  const fromRow = (row: KeyRow): Key => ({
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
  });

  const find = (id: string): Key | undefined => {
    const known = cached.get(id);
    if (known !== undefined) return known;
    const [row] = sql.exec<KeyRow>(`SELECT ${COLUMNS} FROM key WHERE id = ?`, id).toArray();
    if (row === undefined) return undefined;
    const key = fromRow(row);
    cached.set(id, key);
    const [oldest] = cached.keys();
    if (cached.size > CACHED_MAX && oldest !== undefined) cached.delete(oldest);
    return key;
  };

  const touch = (id: string): void => {
    cached.delete(id);
    dropped(id);
  };

  return {
    find,
    forget: () => cached.clear(),
    page: (after, limit) =>
      sql.exec<KeyRow>(`SELECT ${COLUMNS} FROM key WHERE id > ? ORDER BY id LIMIT ?`, after, limit).toArray().map(fromRow),
    count: () => sql.exec<{ count: number }>("SELECT count(*) AS count FROM key").one().count,
    policy: (id) => sql.exec<{ policy: string }>("SELECT policy FROM key WHERE id = ?", id).one().policy,
    insert(key) {
      sql.exec(
        `INSERT INTO key (${COLUMNS}, policy, salt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        key.id,
        key.spec,
        key.usage,
        key.origin,
        key.state,
        key.description,
        key.multiRegion ? 1 : 0,
        key.createdAt,
        key.materialId ?? null,
        key.policy,
        key.salt,
      );
      touch(key.id);
      return { ...key, arn: keyArn(scope, key.id), account: scope.account };
    },
    setDescription(id, description) {
      sql.exec("UPDATE key SET description = ? WHERE id = ?", description, id);
      touch(id);
    },
    setState(id, state) {
      const before = find(id)?.state;
      if (before === undefined || !canBecome(before, state)) throw new Error(`key ${id} cannot go from ${before} to ${state}`);
      sql.exec("UPDATE key SET state = ? WHERE id = ?", state, id);
      touch(id);
    },
  };
}
