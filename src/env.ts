// Bindings and variables, with their units. Cloudflare's own part is generated into bindings.d.ts from wrangler.toml.

/** What the Worker and its objects are given. */
export interface Env extends Cloudflare.Env {
  /** The root keys (crypto/root-keys.ts). A secret, so no configuration names it: it is typed by hand. */
  readonly ROOT_KEYS: string;
  /** Quotas that differ from the defaults (operations/quotas.ts): a JSON object of whole numbers. */
  readonly QUOTAS?: string;
  /** What accounts may do at most, their roots too (authz/guardrails.ts): a JSON object of accounts, each with levels of policies. */
  readonly GUARDRAILS?: string;
  /** Web origins whose pages may call (wire/origins.ts): exact ones, separated by commas or spaces. None without it. */
  readonly CORS_ORIGINS?: string;
}
