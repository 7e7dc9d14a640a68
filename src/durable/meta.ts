// Facts of the store itself: its incarnation, the chain's head behind what is in the outbox, check values of root keys.

export interface Meta {
  find(name: string): string | undefined;
  put(name: string, value: string): void;
}

export const meta = (sql: SqlStorage): Meta => ({
  find: (name) => sql.exec<{ value: string }>("SELECT value FROM meta WHERE name = ?", name).toArray()[0]?.value,
  put: (name, value) => {
    sql.exec("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value);
  },
});
