// Who may import whom: the house as two tables, which test/tidy.test.ts holds the sources to.

import type { Layers, Rooms } from "./tidy.ts";

/** Floors that services share, then a wing for each service. Data enters at the bottom and sinks to the top; no arrow points down. */
export const LAYERS: Layers = {
  values: {
    wire: [],
    crypto: ["wire"],
    keyring: ["crypto", "wire"],
    authz: ["wire"],
    audit: ["crypto", "wire"],
    auth: ["crypto", "wire"],
    limits: ["keyring", "wire"],
    durable: ["audit", "crypto", "wire"],
    kms: ["durable", "limits", "authz", "keyring", "audit", "crypto", "wire"],
    iam: ["durable", "limits", "authz", "keyring", "audit", "auth", "crypto", "wire"],
    front: ["auth", "crypto", "wire", "durable/passport-office.ts"],
    cli: ["auth", "audit", "crypto", "wire"],
    "worker.ts": "everything",
    "env.ts": "everything",
  },
  types: {
    authz: ["keyring/key.ts"],
    kms: ["env.ts"],
    iam: ["env.ts"],
    front: ["durable/call.ts", "env.ts"],
  },
  packages: {
    crypto: ["node:crypto", "@noble/"],
    auth: ["node:crypto"],
    kms: ["cloudflare:workers"],
    iam: ["cloudflare:workers"],
    cli: ["node:", "miniflare", "wrangler", "esbuild"],
    "worker.ts": ["itty-router"],
  },
};

/** The rooms of the key management service. No family of operations imports another: what two of them need moves down. */
export const KMS: Rooms = {
  wing: "kms",
  values: {
    tables: ["itself"],
    "condition-keys": [],
    identities: [],
    principals: ["identities"],
    operation: ["condition-keys", "key-policies", "principals"],
    conditions: ["operation", "condition-keys"],
    "key-policies": [],
    members: ["operation", "key-policies"],
    pages: ["operation"],
    resources: ["operation"],
    expirations: ["operation"],
    operations: ["operation", "members", "pages", "expirations"],
    table: ["operations", "operation", "resources", "condition-keys"],
    records: ["table"],
    callers: [],
    world: ["operation", "callers", "identities", "key-policies", "principals"],
    call: ["itself", "table", "records", "operation", "world", "callers", "conditions", "key-policies"],
    due: ["itself", "operations", "world", "expirations"],
    wiring: "everything",
    "regional-key-store": "everything",
  },
  types: ["tables"],
};

/** The rooms of the identity store, laid out as those of the key management service. */
export const IAM: Rooms = {
  wing: "iam",
  values: {
    tables: ["itself"],
    arns: [],
    "builtin-policies": ["arns"],
    policies: ["arns", "builtin-policies"],
    holders: ["arns"],
    views: ["holders", "policies"],
    trusted: ["arns"],
    operation: ["trusted"],
    locate: ["arns", "operation"],
    conditions: ["locate", "operation"],
    members: ["operation"],
    pages: ["operation"],
    shown: ["arns", "operation"],
    targets: ["operation"],
    "trust-policies": ["arns", "members"],
    operations: ["operation", "members", "pages", "arns", "policies", "builtin-policies", "holders", "shown", "trust-policies"],
    table: ["operations", "operation", "targets"],
    services: ["table", "operation"],
    world: ["operation", "trusted", "views", "leases"],
    leases: ["itself", "world"],
    call: ["itself", "services", "operation", "locate", "conditions", "world", "leases"],
    wiring: "everything",
    "identity-store": "everything",
  },
  types: ["tables"],
};
