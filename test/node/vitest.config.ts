// `npm test`: project `node` for what needs a disk, project `workers` for everything that runs in workerd.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { TEST_ROOT_KEYS } from "../support/root-keys.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** How many cases a property test tries, and which ones a failure has printed: `npm run fuzz:lifecycle`, `fuzz:authz`, `fuzz:leases`. */
const { FUZZ_RUNS, FUZZ_SEED, FUZZ_PATH } = process.env;
const fuzzOf = (numRuns: number) => ({
  numRuns: Number(FUZZ_RUNS ?? numRuns),
  ...(FUZZ_SEED === undefined ? {} : { seed: Number(FUZZ_SEED) }),
  ...(FUZZ_PATH === undefined ? {} : { path: FUZZ_PATH }),
});
const fuzz = fuzzOf(300);
const policyFuzz = fuzzOf(3000);
const leaseFuzz = fuzzOf(1000);

/** `import file from "wycheproof:NAME"`: a file of Wycheproof's, or null where WYCHEPROOF_DIR does not say where they are. */
const wycheproof = {
  name: "wycheproof",
  enforce: "pre",
  resolveId: (id: string) => (id.startsWith("wycheproof:") ? id : undefined),
  load(id: string) {
    if (!id.startsWith("wycheproof:")) return undefined;
    const { WYCHEPROOF_DIR: folder } = process.env;
    const file = `${folder}/${id.slice("wycheproof:".length)}_test.json`;
    return `export default ${folder === undefined ? "null" : readFileSync(file, "utf8")};`;
  },
} as const;

/** The SDK's parser of XML for browsers needs a DOM, which workerd has none of: its parser for Node needs nothing. */
const xmlWithoutDom = {
  name: "xml without a DOM",
  enforce: "pre",
  resolveId: (id: string, importer: string | undefined) =>
    id === "./xml-parser" && importer?.includes("/@aws-sdk/xml-builder/") === true
      ? importer.replace(/[^/]*$/, "xml-parser.js")
      : undefined,
} as const;

export default defineConfig(async () => ({
  root,
  test: {
    projects: [
      {
        root,
        test: { name: "node", include: ["test/*.test.ts", "test/node/unit/**/*.test.ts"] },
      },
      {
        root,
        plugins: [
          wycheproof,
          xmlWithoutDom,
          cloudflareTest({
            wrangler: { configPath: `${root}/wrangler.toml` },
            miniflare: {
              cf: false,
              bindings: {
                ROOT_KEYS: TEST_ROOT_KEYS,
                JURISDICTIONS: "off",
                RATES: "off",
                TEST_MIGRATIONS: await readD1Migrations(`${root}/migrations`),
              },
            },
          }),
        ],
        test: {
          name: "workers",
          include: ["test/unit/**/*.test.ts", "test/kms/**/*.test.ts", "test/iam/**/*.test.ts", "test/durable/**/*.test.ts"],
          setupFiles: ["test/support/setup.ts"],
          provide: { fuzz, policyFuzz, leaseFuzz },
        },
      },
    ],
  },
}));
