// The operation table as a page to read: one line an operation, the columns that decide who may do what.

import type { Operation } from "../../src/kms/operation.ts";
import { keptOf } from "../../src/kms/records.ts";

const WHO = `| decider | decided by | from another account | by a grant |
|---|---|---|---|
| account | IAM; no key is involved | no | no |
| owner | the key policy, and IAM where it delegates | no | no |
| neighbour | the key policy | yes | no |
| grantee | the key policy | yes | yes |
| retirer | the grant itself | yes | – |`;

const NONE = "–";

const listed = (names: readonly string[] | undefined): string =>
  names === undefined || names.length === 0 ? NONE : names.join(", ");

/** An operation that names no states accepts all, if it acts on a key. */
const states = ({ decider, states }: Operation): string =>
  decider === "account" ? NONE : states === undefined ? "any" : listed(states);

const line = ([name, op]: [string, Operation]): string =>
  `| ${[
    name,
    op.decider,
    states(op),
    op.usage ?? NONE,
    op.effect,
    op.rate,
    listed(keptOf(name)?.request),
    listed(keptOf(name)?.answer),
    op.read === undefined ? "planned" : "yes",
  ].join(" | ")} |`;

export function operationsPage(table: Readonly<Record<string, Operation>>): string {
  const rows = Object.entries(table);
  const built = rows.filter(([, { read }]) => read !== undefined).length;
  return `<!-- Printed from src/kms/table.ts and records.ts by \`node test/tools/operations-md.ts\`: change it there. -->

# Operations

${built} of the ${rows.length} operations of the API are built; a call of another one is answered with \`UnsupportedOperationException\`.

${WHO}

The state is checked of a key that is named by KeyId or TargetKeyId, not of the one that an alias pointed at before. The record of an
operation that writes and has no members of its answer here names its key.

| operation | decider | in key states | for usage | effect | rate class | of the request its record keeps | of the answer | built |
|---|---|---|---|---|---|---|---|---|
${rows.map(line).join("\n")}
`;
}
