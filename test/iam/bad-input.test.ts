// Bad input to IAM and STS: AWS's code each, never a 5xx, nothing changed, one record each.

import { beforeAll, describe, expect, it } from "vitest";
import { IAM_OPERATIONS, STS_OPERATIONS } from "../../src/iam/table.ts";
import { type Form, type FormFault, formOf, type SpoiltMember, spoiltForm, spoiltMembersOf } from "../support/bad-forms.ts";
import { seeded } from "../support/bad-input.ts";
import { newAccount } from "../support/client.ts";
import { type Credentials, rawForm, rootOf } from "../support/iam-client.ts";
import { identitiesOf, recordsOfIdentities } from "../support/identity-rows.ts";
import type { Laid } from "./row-trial.ts";
import { isOfSts, layOut, ROW_TRIALS } from "./row-trials.ts";

const TABLE = { ...IAM_OPERATIONS, ...STS_OPERATIONS };
const SEED = 20261129;
/** Requests with two or three members spoilt at once. */
const COMBINED = 600;
const AT_ONCE = 32;
const PATIENCE_MS = 120_000;

const account = newAccount();
let root: Credentials;
let laid: Laid;

beforeAll(async () => {
  root = await rootOf(account);
  laid = await layOut(root, account);
});

interface Sent {
  readonly name: string;
  readonly form: Form;
  readonly how: string;
  readonly fault: FormFault | "MalformedPolicyDocument" | "LimitExceeded";
}

const send = (name: string, form: Form | string) => rawForm(root, name, form, { service: isOfSts(name) ? "sts" : "iam" });

/** Sends them, several at a time, and looks whether each was refused, and left one record and nothing else. */
async function unchangedBy(requests: readonly Sent[]): Promise<void> {
  const [before, count] = [await identitiesOf(account), await recordsOfIdentities(account)];
  for (let from = 0; from < requests.length; from += AT_ONCE)
    await Promise.all(
      requests.slice(from, from + AT_ONCE).map(async ({ name, form, how, fault }) => {
        const { status, code, text } = await send(name, form);
        const failed = `seed ${SEED}: ${name}, ${how}: ${JSON.stringify(form).slice(0, 300)} → ${status} ${text.slice(0, 300)}`;
        expect(`${status} ${code}`, failed).toBe(`${fault === "LimitExceeded" ? 409 : 400} ${fault}`);
      }),
    );
  expect(await identitiesOf(account)).toBe(before);
  expect(await recordsOfIdentities(account)).toBe(count + requests.length);
}

const spoilt: ReadonlyMap<string, readonly SpoiltMember[]> = new Map(
  Object.entries(TABLE).map(([name, { input }]) => [name, spoiltMembersOf(input.constraints)]),
);
const spoiltOf = (name: string): readonly SpoiltMember[] => spoilt.get(name) ?? [];
const baseOf = (name: string): Form => formOf(ROW_TRIALS.get(name)?.input(laid));

describe("members spoilt one at a time", () => {
  it.each(Object.keys(TABLE).filter((name) => spoiltOf(name).length > 0))("%s", { timeout: PATIENCE_MS }, async (name) => {
    const base = baseOf(name);
    await unchangedBy(
      spoiltOf(name).map((one) => ({
        ...{ name, form: spoiltForm(base, [one]), how: `${one.member} ${one.how}`, fault: one.fault },
      })),
    );
  });

  it("are more than a thousand requests", () => {
    expect([...spoilt.values()].flat().length).toBeGreaterThan(1000);
  });
});

it("members spoilt two and three at a time: what cannot be read goes before a constraint", { timeout: PATIENCE_MS }, async () => {
  const random = seeded(SEED);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const names = Object.keys(TABLE).filter((name) => spoiltOf(name).length > 0);
  const requests = Array.from({ length: COMBINED }, (): Sent => {
    const name = pick(names);
    const chosen = Array.from({ length: 2 + Math.floor(random() * 2) }, () => pick(spoiltOf(name)));
    const all = [...new Map(chosen.map((one) => [one.member, one])).values()];
    const fault = all.some((one) => one.fault === "MalformedInput") ? "MalformedInput" : "ValidationError";
    return { name, form: spoiltForm(baseOf(name), all), how: all.map(({ member, how }) => `${member} ${how}`).join(), fault };
  });
  await unchangedBy(requests);
});

describe("what a text says", () => {
  const members = (wanted: (member: string) => boolean) =>
    Object.entries(TABLE).flatMap(([name, { input }]) =>
      Object.keys(input.constraints.members ?? {}).flatMap((member) => (wanted(member) ? [[name, member] as const] : [])),
    );

  it("of an ARN that is none is a validation error", async () => {
    const bad = [
      "a".repeat(20),
      "arn:aws:iam::aws:policy/",
      `arn:aws:iam::${account}:user/team/ada`,
      "arn:aws:s3:::a-bucket-of-mine",
    ];
    await unchangedBy(
      members((member) => member === "PolicyArn" || member === "PermissionsBoundary").flatMap(([name, member]) =>
        bad.map((text): Sent => ({ name, form: { ...baseOf(name), [member]: text }, how: text, fault: "ValidationError" })),
      ),
    );
  });

  it("of a document that is none is a malformed document", async () => {
    const bad = [
      "{",
      "a",
      "null",
      "[]",
      "{}",
      '{"Version":"2012-10-17","Statement":{}}',
      '{"__proto__":1}',
      `[${"[".repeat(5000)}`,
    ];
    const odd = ['{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*"}]}'];
    await unchangedBy(
      members((member) => member.endsWith("Document")).flatMap(([name, member]) =>
        [...bad, ...odd].map((text): Sent => {
          const hasLittleRoom = ["CreateRole", "PutUserPolicy", "UpdateAssumeRolePolicy"].includes(name);
          const fault = hasLittleRoom && text.length > 2048 ? "LimitExceeded" : "MalformedPolicyDocument";
          return { name, form: { ...baseOf(name), [member]: text }, how: text.slice(0, 80), fault };
        }),
      ),
    );
  });
});
