// Random conditions and request contexts of small alphabets, so that they often meet. What a key holds and what is written against it come from
// one row.

import fc from "fast-check";
import type { Given } from "./naive-conditions.ts";

type Value = string | readonly string[];

interface Row {
  readonly key: string;
  /** Undefined: the request lacks it. */
  readonly given: readonly (Value | undefined)[];
  readonly written: readonly string[];
  readonly operators: readonly string[];
}

const STRINGS = [
  ...["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase"],
  ...["StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"],
];
const either = (name: string): string[] => ["Equals", "NotEquals"].map((each) => `${name}${each}`);
const ordered = (name: string): string[] => [
  ...either(name),
  ...["LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"].map((each) => `${name}${each}`),
];
const ARNS = ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"];

const TOPIC = "arn:aws:sns:us-east-1:111122223333:red:a/b";

const TEAM = `\${aws:PrincipalTag/Team}`;
const NOBODY = `\${aws:PrincipalTag/Nobody}`;

const ROWS: readonly Row[] = [
  {
    key: "aws:PrincipalTag/Team",
    given: [undefined, "red", "Red", "r*d", "r*d", "", "k1", "r?d", "$"],
    written: ["red", "Red", "RED", "r*d", `r\${*}d`, `r\${*}d`, `r\${?}d`, `\${$}`, `\${aws:username}`, "*", "", TEAM],
    operators: STRINGS,
  },
  {
    key: "aws:PrincipalTag/Peer",
    given: [undefined, "red", "r*d", TEAM, NOBODY, NOBODY, "alice", "rood"],
    written: [TEAM, `\${AWS:principaltag/team, 'red'}`, NOBODY, `\${aws:TagKeys}`, "r*d"],
    operators: STRINGS,
  },
  {
    key: "kms:EncryptionContext:User",
    given: [undefined, "a", "a"],
    written: ["a", "b", "A", "*", "?", `\${kms:EncryptionContext:User}`, `\${aws:username}`],
    operators: STRINGS,
  },
  { key: "kms:EncryptionContext:user", given: [undefined, "a", "b"], written: ["a", "b", "c"], operators: STRINGS },
  {
    key: "aws:TagKeys",
    given: [undefined, [], ["red"], ["red", "blue"], ["red", ""], [""]],
    written: ["red", "blue", "r*", ""],
    operators: STRINGS,
  },
  {
    key: "kms:ScheduleKeyDeletionPendingWindowInDays",
    given: [undefined, "7", "30", "+9.0", "7 days", "3e1", ""],
    written: ["7", "9", "30.0", "-1"],
    operators: ordered("Numeric"),
  },
  {
    key: "aws:CurrentTime",
    given: [undefined, "2026-03-01T12:00:00Z", "1772366400", "2026-03-01", "2026-02-28T24:00:00Z", "soon"],
    written: ["2026-03", "2026-03-01", "2026-03-01T12:00:00.5Z", "2026-03-01T13:00+01:00", "1772366400", "2026-03-01T12:00"],
    operators: ordered("Date"),
  },
  {
    key: "aws:SecureTransport",
    given: [undefined, "true", "false", "True", "no"],
    written: ["true", "FALSE"],
    operators: ["Bool"],
  },
  { key: "app:Bytes", given: [undefined, "YWI=", "YWM="], written: ["YWI=", "YWM="], operators: ["BinaryEquals"] },
  {
    key: "aws:SourceIp",
    given: [undefined, "10.0.0.1", "192.0.2.7", "::ffff:10.0.0.1", "2001:db8::1", "nowhere"],
    written: ["10.0.0.0/8", "10.0.0.1", "0.0.0.0/0", "::/0", "2001:DB8::/32", "::ffff:10.0.0.0/104", "192.0.2.6/31"],
    operators: ["IpAddress", "NotIpAddress"],
  },
  {
    key: "aws:SourceArn",
    given: [undefined, TOPIC, "arn:aws:sns:us-east-1:111122223333:Red:a", "arn:aws:sns:us-east-1:red", "red"],
    written: [
      ...["*", TOPIC, "arn:aws:sns:*:*:*", "arn:aws:sns:us-east-?:111122223333:red:*", "arn:aws:sns:*:red:a/b"],
      ...[
        `arn:aws:sns:us-east-1:111122223333:\${aws:PrincipalTag/Team}:*`,
        `arn:aws:sns:*:*:\${aws:PrincipalTag/Team, 'r*d'}:a/b`,
      ],
    ],
    operators: ARNS,
  },
  {
    key: "aws:PrincipalArn",
    given: ["arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:role/svc/app"],
    written: ["arn:aws:iam::111122223333:user/*", "arn:aws:iam::*:role/svc/ap?", `arn:aws:iam::111122223333:*/\${aws:username}`],
    operators: [...ARNS, "StringLike"],
  },
];

/** What a request says of itself. */
export const context: fc.Arbitrary<Given> = fc
  .tuple(...ROWS.map(({ key, given }) => fc.constantFrom(...given).map((value) => [key, value] as const)))
  .map((pairs) => {
    const present = pairs.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
    return { ...Object.fromEntries(present), "aws:username": "alice" };
  });

export type Block = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Names of keys as authors spell them. */
const spelled = (key: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(key) },
    { weight: 1, arbitrary: fc.constantFrom(key.toLowerCase(), key.toUpperCase()) },
  );

const one = (row: Row, isOfKeyPolicy: boolean): fc.Arbitrary<readonly [string, string, unknown]> => {
  const isList = row.key === "aws:TagKeys";
  const isSingleOnly = isOfKeyPolicy && row.key.startsWith("kms:EncryptionContext:");
  const all = isSingleOnly ? "" : "ForAllValues:";
  const set = isList
    ? fc.constantFrom("", all, all, "ForAnyValue:", "ForAnyValue:")
    : fc.constantFrom("", "", "", "", all, "ForAnyValue:");
  const compared = fc
    .tuple(set, fc.constantFrom(...row.operators), fc.constantFrom("", "", "IfExists"))
    .map((parts) => parts.join(""));
  const values = fc.oneof(fc.constantFrom(...row.written), fc.uniqueArray(fc.constantFrom(...row.written), { maxLength: 2 }));
  const comparing = fc.tuple(compared, spelled(row.key), values);
  const asking = fc.tuple(fc.constant("Null"), spelled(row.key), fc.constantFrom<unknown>("true", "false", true, ["false"]));
  return fc.oneof({ weight: 8, arbitrary: comparing }, { weight: isList ? 3 : 1, arbitrary: asking });
};

/** Of a key policy some are refused; none of these. */
export const conditions = (isOfKeyPolicy: boolean, maxLength = 2): fc.Arbitrary<Block> =>
  fc
    .array(
      fc
        .constantFrom(...ROWS, ...ROWS.filter(({ key }) => key.startsWith("kms:EncryptionContext:")))
        .chain((row) => one(row, isOfKeyPolicy)),
      { minLength: 1, maxLength },
    )
    .map((entries) => {
      const block: Record<string, Record<string, unknown>> = {};
      for (const [operator, key, values] of entries) block[operator] = { ...block[operator], [key]: values };
      return block;
    });
