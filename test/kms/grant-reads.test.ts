// What a decision, and a grant that is made, read of a key's many grants: those that may matter.

import { expect, it } from "vitest";
import { newGranted } from "../support/granted.ts";
import { user } from "../support/identities.ts";
import { override } from "../support/override.ts";
import { inStore } from "../support/store.ts";

const OTHERS = 1000;
/** Rows, with those at which the look-ups end. */
const A_FEW = 12;
const bound = (tenant: string) => ({ type: "EncryptionContextEquals", pairs: new Map([["tenant", tenant]]) }) as const;

/** A key with grants for many others, and for alice as many that are for other contexts than `tenant: mine`. */
async function withMany() {
  const made = await newGranted((account) => ({ alice: user(account, "alice") }));
  const { account, KeyId, views } = made;
  const { alice } = views;
  await inStore(account, ({ tables, storage }) => {
    const common = {
      ...{ keyId: KeyId, retiring: undefined, retiringId: undefined, issuer: account },
      createdAt: 0,
      operations: ["Encrypt"],
    };
    storage.transactionSync(() => {
      for (let at = 0; at < OTHERS; at++) {
        const id = at.toString(16).padStart(64, "0");
        const other = { grantee: `arn:aws:iam::${account}:user/u${at}`, granteeId: `AIDAOTHER${String(at).padStart(12, "0")}` };
        tables.grants.insert({ ...common, ...other, id, name: `n${at}`, constraint: undefined });
        const own = { grantee: alice.arn, granteeId: alice.principal.uniqueId };
        tables.grants.insert({ ...common, ...own, id: `f${id.slice(1)}`, name: undefined, constraint: bound(String(at)) });
      }
    });
  });
  let read = 0;
  await inStore(account, (_, { storage: { sql } }) => {
    override(
      sql,
      "exec",
      (exec) =>
        ((query: string, ...bindings: unknown[]) => {
          const cursor = exec(query, ...bindings);
          if (!query.includes('"grant"')) return cursor;
          const rows = cursor.toArray();
          read += cursor.rowsRead;
          return Object.assign(Object.create(cursor) as typeof cursor, { toArray: () => rows, one: () => rows[0] });
        }) as typeof exec,
    );
  });
  /** How many rows of the table a call has read. */
  const readBy = async (call: Promise<unknown>): Promise<number> => {
    read = 0;
    await call;
    return read;
  };
  return { ...made, readBy };
}

it("a decision reads the caller's own that are for the call's operation and context", async () => {
  const { KeyId, as, views, granted, readBy } = await withMany();
  const encrypt = (tenant: string) => as(views.alice)("Encrypt", { KeyId, Plaintext: "AA==", EncryptionContext: { tenant } });
  expect(await readBy(encrypt("mine"))).toBeLessThanOrEqual(A_FEW);
  await granted(views.alice.arn, ["Encrypt"], { Constraints: { EncryptionContextEquals: { tenant: "mine" } } });
  await granted(views.alice.arn, ["Encrypt"], { Constraints: { EncryptionContextSubset: { tenant: "ours" } } });
  expect(await readBy(encrypt("mine").then(({ status }) => expect(status).toBe(200)))).toBeLessThanOrEqual(A_FEW);
  expect(await readBy(encrypt("ours").then(({ status }) => expect(status).toBe(200)))).toBeLessThanOrEqual(A_FEW);
});

it("a grant that is made reads those of its name", async () => {
  const { granted, views, readBy } = await withMany();
  const named = await readBy(granted(views.alice.arn, ["Encrypt"], { Name: "n7" }));
  const counted = 2 * OTHERS; // the quota's, in an index
  expect(named - counted).toBeLessThanOrEqual(A_FEW);
});
