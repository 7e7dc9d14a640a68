// Before each test file: the trail's tables.

import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";

await applyD1Migrations(env.AUDIT, env.TEST_MIGRATIONS);
