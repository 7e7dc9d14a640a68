// Table `alias`.

export interface AliasReads {
  /** @returns the id of the key that an alias points at. `name` carries its `alias/` prefix. */
  target(name: string): string | undefined;
}

export const aliases = (sql: SqlStorage): AliasReads => ({
  target: (name) => sql.exec<{ key_id: string }>("SELECT key_id FROM alias WHERE name = ?", name).toArray()[0]?.key_id,
});
