// Prints the operation tables into docs/operations.md and docs/iam-operations.md: `node test/tools/operations-md.ts`. test/model.test.ts
// fails where they differ.

import { writeFileSync } from "node:fs";
import { OPERATIONS } from "../../src/kms/table.ts";
import { iamOperationsPage } from "./iam-operations-grid.ts";
import { operationsPage } from "./operations-grid.ts";

writeFileSync(new URL("../../docs/operations.md", import.meta.url), operationsPage(OPERATIONS));
writeFileSync(new URL("../../docs/iam-operations.md", import.meta.url), iamOperationsPage());
