// What wrangler.toml says, as far as a local server needs it: one file for `npm start`, `npm run dev`, the tests and the deployment.

import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { CHECKOUT } from "../arguments.ts";

/** The part of wrangler's own type that is read here: the package ships that type without the one that it is made of. */
interface WranglerConfig {
  readonly name?: string;
  readonly main?: string;
  readonly compatibility_date?: string;
  readonly compatibility_flags: string[];
  readonly vars: Record<string, unknown>;
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name?: string }[] };
  readonly d1_databases: readonly {
    readonly binding?: string;
    readonly database_id?: string;
    readonly migrations_dir?: string;
  }[];
}

export interface Settings {
  /** Part of where state lies. */
  readonly name: string;
  readonly main: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: string[];
  readonly vars: Record<string, string>;
  /** Binding to class name. */
  readonly objects: Record<string, string>;
  readonly database: { readonly binding: string; readonly id: string; readonly migrations: string };
}

/** @throws TypeError if the file lacks what a server needs: a fault of the checkout, not of its user. */
export function readSettings(): Settings {
  const config: WranglerConfig = unstable_readConfig({ config: join(CHECKOUT, "wrangler.toml") });
  const [database] = config.d1_databases;
  return {
    name: required(config.name, "name"),
    main: required(config.main, "main"),
    compatibilityDate: required(config.compatibility_date, "compatibility_date"),
    compatibilityFlags: config.compatibility_flags,
    vars: Object.fromEntries(Object.entries(config.vars).map(([name, value]) => [name, String(value)])),
    objects: Object.fromEntries(
      config.durable_objects.bindings.map(({ name, class_name }) => [name, required(class_name, "class_name")]),
    ),
    database: {
      binding: required(database?.binding, "d1_databases.binding"),
      id: required(database?.database_id, "d1_databases.database_id"),
      migrations: join(CHECKOUT, required(database?.migrations_dir, "d1_databases.migrations_dir")),
    },
  };
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new TypeError(`wrangler.toml has no ${name}`);
  return value;
}
