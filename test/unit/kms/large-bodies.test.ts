// No body of a mebibyte costs much to decode, whatever it holds, and no refusal of one is long: over every shape that is built.

import { describe, expect, it } from "vitest";
import { OPERATIONS, type OperationName } from "../../../src/kms/table.ts";
import { ApiError } from "../../../src/wire/api-error.ts";
import { awsJson } from "../../../src/wire/aws-json.ts";
import { BODY_BYTES_MAX, hardPolicies, largeBodies } from "../../support/large-bodies.ts";
import { millisecondsOf } from "./stopwatch.ts";

/** What a quiet core may take. JSON.parse alone takes most of it for objects that all have different members. */
const READ_MS_MAX = 150;
const REFUSAL_BYTES_MAX = 64 * 1024;
const BUILT = (Object.keys(OPERATIONS) as OperationName[]).filter((name) => OPERATIONS[name].read !== undefined);
const known = new Set<string>();
const bytesOf = (text: string): number => new TextEncoder().encode(text).byteLength;

/** What a body comes to: nothing where it is read, else its refusal. @throws whatever is no ApiError. */
function read(operation: OperationName, body: string): ApiError | undefined {
  try {
    OPERATIONS[operation].read?.(body);
    return undefined;
  } catch (cause) {
    if (cause instanceof ApiError) return cause;
    throw cause;
  }
}

/** Reads in time, and refuses in few words. Several tries, since others work on this machine too. */
async function expectBounded(operation: OperationName, how: string, body: string): Promise<void> {
  let refused: ApiError | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 5 && least > READ_MS_MAX; tries++) {
    const taken = await millisecondsOf(() => {
      refused = read(operation, body);
    });
    least = Math.min(least, taken);
  }
  expect(least, how).toBeLessThanOrEqual(READ_MS_MAX);
  if (refused !== undefined) expect(bytesOf(awsJson.failure(refused, "id").body), how).toBeLessThanOrEqual(REFUSAL_BYTES_MAX);
}

describe("a body of up to a mebibyte", () => {
  it.each(BUILT)("of %s is read or refused in time, and in few words", { timeout: 300_000 }, async (operation) => {
    const members = OPERATIONS[operation].input?.constraints.members ?? {};
    for (const [how, body] of largeBodies(members, {}, known)) {
      expect(body.length, how).toBeLessThanOrEqual(BODY_BYTES_MAX);
      await expectBounded(operation, how, body);
    }
  });
});

describe("a policy", () => {
  it.each([32_768, 131_072, BODY_BYTES_MAX - 65_536])("of %d bytes is checked in time", { timeout: 120_000 }, async (bytes) => {
    for (const [how, Policy] of hardPolicies(bytes)) {
      await expectBounded("CreateKey", how, JSON.stringify({ Policy }));
    }
  });
});
