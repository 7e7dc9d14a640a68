// The operations of IAM and STS as a page to read: one line an operation. What each acts on is asked of its row, by reading a form
// that has all members.

import type { Operation, Target } from "../../src/iam/operation.ts";
import { IAM_OPERATIONS, STS_OPERATIONS } from "../../src/iam/table.ts";
import { parseForm } from "../../src/wire/query-form.ts";

/** Every member by which a row finds what it acts on, and every one that some row demands. Others are passed over. */
const MEMBERS: Readonly<Record<string, string>> = {
  ...{ UserName: "named", NewUserName: "other", GroupName: "named", NewGroupName: "other", RoleName: "named" },
  ...{ PolicyArn: "arn:aws:iam::111122223333:policy/named", PolicyName: "named", VersionId: "v1", Path: "/", NewPath: "/" },
  ...{ PolicyDocument: "{}", AssumeRolePolicyDocument: "{}", Description: "", AccessKeyId: "AKIAAAAAAAAAAAAAAAAA" },
  ...{ Status: "Active", "Tags.member.1.Key": "key", "Tags.member.1.Value": "", "TagKeys.member.1": "key" },
  PermissionsBoundary: "arn:aws:iam::111122223333:policy/named",
};

const targetsOf = ({ read }: Operation, members: Readonly<Record<string, string>>): readonly Target[] =>
  read(parseForm(new URLSearchParams(members).toString())).targets;

const NONE = "–";
const THE_CALLER = " (the caller's own, where none is named)";

function wordOf(target: Target): string {
  if (target.kind === "account") return "`*`";
  if (target.kind === "moved") return `the ${target.of} under its new name and path`;
  return "path" in target && target.kind !== "new policy" ? `new ${target.kind}` : target.kind;
}

/** @returns whether an operation may be called without the name of a user. */
function mayLeaveOut(op: Operation): boolean {
  const { UserName: _, ...others } = MEMBERS;
  try {
    return targetsOf(op, others).some((target) => target.kind === "user" && target.name === undefined);
  } catch {
    return false;
  }
}

function actsOn(op: Operation): string {
  const words = targetsOf(op, MEMBERS).map(wordOf).join(", and ");
  const forAll = targetsOf(op, { ...MEMBERS, AllUsers: "true" })
    .map(wordOf)
    .join(", and ");
  return `${words}${mayLeaveOut(op) ? THE_CALLER : ""}${forAll === words ? "" : `; ${forAll} with AllUsers`}`;
}

const listed = (names: readonly string[], empty = NONE): string => (names.length === 0 ? empty : names.join(", "));

const line = ([name, op]: [string, Operation]): string =>
  `| ${[name, actsOn(op), op.effect, listed(op.conditions), listed(op.kept.request), listed(op.kept.answer)].join(" | ")} |`;

const HEAD = `| operation | acts on | effect | condition keys of its own | of the request its record keeps | of the answer |
|---|---|---|---|---|---|`;

const grid = (table: Readonly<Record<string, Operation>>): string => `${HEAD}\n${Object.entries(table).map(line).join("\n")}`;

export const iamOperationsPage =
  (): string => `<!-- Printed from src/iam/table.ts by \`node test/tools/operations-md.ts\`: change it there. -->

# Operations of IAM and STS

${Object.keys(IAM_OPERATIONS).length} operations of IAM and ${Object.keys(STS_OPERATIONS).length} of STS are built; any other name is \`InvalidAction\`.

A call must be allowed on the ARN of everything that it acts on. What is not there stands under the path that was asked for, else under \`/\`. Besides the condition keys
of its own, an operation has those of every call, and \`aws:ResourceTag/\` and \`iam:ResourceTag/\` of what it acts on; \`/\` begins many. GetCallerIdentity is
refused to nobody whose access key is active, whatever policies say.

Effects: a \`read\` changes nothing and waits for nobody. Whatever is not a read is answered when every round that was unfinished has ended, also where what it finds refuses it.
\`takeAway\` is a write that may take away what somebody may do; a store whose outbox is full goes on taking it. Documents and whatever else is longer than 2 KiB stand in a record as
their length and hash; the secret of a new access key stands in none, and what a read answers neither.

## IAM

${grid(IAM_OPERATIONS)}

## STS

${grid(STS_OPERATIONS)}
`;
