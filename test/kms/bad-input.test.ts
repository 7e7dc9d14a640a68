// Bad input: AWS's error each, never a 5xx, nothing changed, one record each. Seeded: a failure prints the request that failed.

import { describe, expect, it } from "vitest";
import type { OperationName } from "../../src/kms/table.ts";
import { bodyOf, type Fault, type Spoilt, seeded, spoiltMembers } from "../support/bad-input.ts";
import { account, BUILT, baseOf, MODEL, records, state } from "../support/bad-store.ts";
import { raw } from "../support/client.ts";

const SEED = 20261124;
/** Requests with two or three members spoilt at once. */
const COMBINED = 4200;
const PATIENCE_MS = 180_000;

interface Sent {
  readonly operation: string;
  readonly body: string;
  readonly how: string;
  readonly fault?: Fault | undefined;
}

/** Sends requests, several at a time, and checks each answer. */
async function sendAll(requests: readonly Sent[]): Promise<void> {
  for (let from = 0; from < requests.length; from += 32) {
    await Promise.all(
      requests.slice(from, from + 32).map(async ({ operation, body, how, fault }) => {
        const { status, json, text } = await raw(operation, body, { account });
        const failed = `seed ${SEED}: ${operation}, ${how}: ${body.slice(0, 300)} → ${status} ${text.slice(0, 300)}`;
        expect(status, failed).toBeLessThan(500);
        if (fault !== undefined) expect(`${status} ${json["__type"]}`, failed).toBe(`400 ${fault}`);
      }),
    );
  }
}

/** Sends them, and looks whether each left one record and nothing else. */
async function unchangedBy(requests: readonly Sent[]): Promise<void> {
  const [before, count] = [await state(), await records()];
  await sendAll(requests);
  expect(await state()).toBe(before);
  expect(await records()).toBe(count + requests.length);
}

const spoilt = Object.fromEntries(BUILT.map((operation) => [operation, spoiltMembers(operation, MODEL)])) as Record<
  OperationName,
  Spoilt[]
>;

describe("members spoilt one at a time", () => {
  it.each(BUILT)("%s", { timeout: PATIENCE_MS }, async (operation) => {
    await unchangedBy(
      spoilt[operation].map((one) => ({
        operation,
        body: bodyOf(baseOf(operation), [one]),
        how: `${one.member} ${one.how}`,
        fault: one.fault,
      })),
    );
  });
});

it("members spoilt two and three at a time: a type is wrong before a constraint is broken", {
  timeout: PATIENCE_MS,
}, async () => {
  const random = seeded(SEED);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const requests = Array.from({ length: COMBINED }, (): Sent => {
    const operation = pick(BUILT);
    const chosen = new Map(
      Array.from({ length: 2 + Math.floor(random() * 2) }, () => pick(spoilt[operation])).map((one) => [one.member, one]),
    );
    const all = [...chosen.values()];
    const fault = all.some((one) => one.fault === "SerializationException") ? "SerializationException" : "ValidationException";
    return {
      operation,
      body: bodyOf(baseOf(operation), all),
      how: all.map(({ member, how }) => `${member} ${how}`).join(", "),
      fault,
    };
  });
  await unchangedBy(requests);
});

it("at least 5,000 requests in all", () => {
  expect(Object.values(spoilt).flat().length + COMBINED).toBeGreaterThanOrEqual(5000);
});
