// Table `grant`.

export interface Grants {
  removeAllOf(keyId: string): void;
}

export const grants = (sql: SqlStorage): Grants => ({
  removeAllOf(keyId) {
    sql.exec('DELETE FROM "grant" WHERE key_id = ?', keyId);
  },
});
