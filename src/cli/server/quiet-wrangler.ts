// The environment in which wrangler says and keeps nothing of its own: no telemetry, no log files, nothing printed but its answer. It is
// read where wrangler is loaded.

export const QUIET_WRANGLER = { WRANGLER_SEND_METRICS: "false", WRANGLER_WRITE_LOGS: "false", WRANGLER_HIDE_BANNER: "true" };
