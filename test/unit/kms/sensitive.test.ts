// No refusal of a built operation shows what is sensitive, however it is spoilt: generated from the shapes themselves.

import { expect, it } from "vitest";
import { OPERATIONS, type OperationName } from "../../../src/kms/table.ts";
import { ApiError } from "../../../src/wire/api-error.ts";
import type { Members } from "../../../src/wire/shape.ts";

const SECRET = "SECRETSECRET";
const SPOILT: readonly unknown[] = [
  SECRET,
  SECRET.repeat(20_000),
  `${SECRET}*`,
  [SECRET],
  [SECRET.repeat(1000)],
  Array(2000).fill(SECRET),
  [SECRET, null],
  { [SECRET]: SECRET },
  [{ [SECRET]: SECRET }],
  [[SECRET]],
];

const sensitiveMembers = (members: Members): string[] =>
  Object.entries(members).flatMap(([name, member]) => {
    const { constraints } = "optional" in member ? member.optional : member;
    const isSensitive = constraints.sensitive === true || constraints.element?.constraints.sensitive === true;
    return isSensitive ? [name] : [];
  });

const cases = (Object.keys(OPERATIONS) as OperationName[]).flatMap((operation) =>
  sensitiveMembers(OPERATIONS[operation].input?.constraints.members ?? {}).map((member) => [operation, member] as const),
);

it("there are such members", () => {
  expect(cases.map(([operation, member]) => `${operation}.${member}`)).toContain("Encrypt.Plaintext");
  expect(cases.map(([operation, member]) => `${operation}.${member}`)).toContain("DescribeKey.GrantTokens");
});

it.each(cases)("%s.%s stands in no refusal", (operation, member) => {
  let refused = 0;
  for (const value of SPOILT) {
    try {
      OPERATIONS[operation].read?.(JSON.stringify({ [member]: value }));
    } catch (cause) {
      refused++;
      expect(cause).toBeInstanceOf(ApiError);
      expect((cause as ApiError).message).not.toContain("SECRET");
    }
  }
  expect(refused).toBeGreaterThan(5);
});
