// Which object is this? Its id is a hash of its name, and whoever wakes it by that id alone brings no name. Any Worker of the same
// Cloudflare account may do so, and the alarm does. So an object keeps its name, and holds each name that it is given against its id.

import { meta } from "./meta.ts";
import { hasSchema } from "./migrate.ts";

/** @returns the id of the object of a name; undefined where no object of this class has such a name. */
export type IdOf = (name: string) => DurableObjectId | undefined;

/**
 * The name of the object that was woken: the one it has kept, or the one it was woken by if it has kept none.
 * @throws Error where there is neither, or where the name is not this object's: such an object keeps nothing and answers nobody.
 */
export function ownName(id: DurableObjectId, sql: SqlStorage, idOf: IdOf): string {
  const name = keptName(sql) ?? id.name;
  if (name === undefined || idOf(name)?.equals(id) !== true) throw new Error("this object has no name of its class");
  return name;
}

const NAME = "name";

const keptName = (sql: SqlStorage): string | undefined => (hasSchema(sql) ? meta(sql).find(NAME) : undefined);

/** Keeps the name beside the schema. A store that an earlier version made keeps it from its next start on. */
export function keepName(sql: SqlStorage, name: string): void {
  if (keptName(sql) === undefined) meta(sql).put(NAME, name);
}
