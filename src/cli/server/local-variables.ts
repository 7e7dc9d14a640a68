// The variables of wrangler.toml that a server on this machine sets otherwise than a deployment.

export const LOCAL_VARIABLES = { LOOPBACK: "on", JURISDICTIONS: "off", RATES: "off" };
