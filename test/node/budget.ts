// What the Worker may weigh, part of `npm run check`: start-up time grows with it, and a stray import of a test library shows here.

import { readdirSync, statSync } from "node:fs";

const BUNDLE = ".wrangler/dist";
const BUNDLE_BYTES_MAX = 768 * 1024; // two services, of which IAM and STS weigh some 150 KiB with their wire

const scripts = readdirSync(BUNDLE).filter((name) => name.endsWith(".js"));
const bytes = scripts.reduce((sum, name) => sum + statSync(`${BUNDLE}/${name}`).size, 0);
console.log(`bundle: ${bytes} of ${BUNDLE_BYTES_MAX} bytes`);
if (scripts.length === 0 || bytes > BUNDLE_BYTES_MAX) process.exitCode = 1;
