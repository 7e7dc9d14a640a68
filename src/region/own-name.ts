// Which object is this? Its id is a hash of its name, and whoever wakes it by that id alone brings no name. Any Worker of the same
// Cloudflare account may do so, and the alarm does. So a store keeps its name, and holds each name that it is given against its id.

import { meta } from "../store/meta.ts";
import { hasSchema } from "../store/schema.ts";
import { isRegion, namespaceOf } from "../wire/regions.ts";

const FORM = /^[0-9]{12}\/([a-z0-9-]+)$/;

type Namespace = Pick<DurableObjectNamespace, "idFromName"> & { jurisdiction(name: "eu"): Namespace };

export interface Waking {
  readonly id: DurableObjectId;
  readonly sql: SqlStorage;
  /** Of the object's own class. */
  readonly namespace: Namespace;
  readonly jurisdictions: string;
}

/**
 * The name of the object that was woken, `ACCOUNT/REGION`: the one it has kept, or else the one it was woken by.
 * @throws Error where there is neither, or where the name is of another object: that one keeps nothing and answers nobody.
 */
export function ownName({ id, sql, namespace, jurisdictions }: Waking): string {
  const name = keptName(sql) ?? id.name ?? "";
  const [, region = ""] = FORM.exec(name) ?? [];
  const isOurs = isRegion(region) && namespaceOf(namespace, region, jurisdictions).idFromName(name).equals(id);
  if (!isOurs) throw new Error("this object has no name of a regional key store");
  return name;
}

const NAME = "name";

const keptName = (sql: SqlStorage): string | undefined => (hasSchema(sql) ? meta(sql).find(NAME) : undefined);

/** Keeps the name beside the schema. A store that an earlier version made keeps it from its next start on. */
export function keepName(sql: SqlStorage, name: string): void {
  if (keptName(sql) === undefined) meta(sql).put(NAME, name);
}
