// What an IdentityStore keeps of leases: rows, stamp, mark.

import { beforeAll, describe, expect, it } from "vitest";
import { meta } from "../../../src/durable/meta.ts";
import { marks } from "../../../src/iam/leases/marks.ts";
import { versions } from "../../../src/iam/leases/versions.ts";
import { LEASE_TABLE, leaseRows } from "../../../src/iam/tables/leases.ts";
import { newAccount } from "../../support/client.ts";
import { inStore } from "../../support/store.ts";

const account = newAccount();
const [PARIS, OSLO] = ["1/paris", "1/oslo"] as const;

/** Runs beside tables of its own. */
const within = (work: (storage: DurableObjectStorage) => void): Promise<void> =>
  inStore(account, (_, { storage }) => storage.transactionSync(() => work(storage)));

beforeAll(() =>
  within(({ sql }) => {
    sql.exec(LEASE_TABLE);
    sql.exec("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID");
  }),
);

describe("rows of leases", () => {
  it("keep the longest promise and the latest version", () =>
    within(({ sql }) => {
      const rows = leaseRows(sql);
      expect(rows.longestMs()).toBe(0);
      rows.promise(PARIS, 10_000, 3);
      rows.promise(PARIS, 5000, 4);
      rows.promise(OSLO, 5000, 2);
      expect(rows.all()).toEqual([
        { store: OSLO, promisedMs: 5000, version: 2 },
        { store: PARIS, promisedMs: 10_000, version: 4 },
      ]);
      expect(rows.longestMs()).toBe(10_000);
    }));

  it("go below a version, and all at once", () =>
    within(({ sql }) => {
      const rows = leaseRows(sql);
      rows.drop(PARIS, 4);
      rows.drop(OSLO, 3);
      expect(rows.all().map(({ store }) => store)).toEqual([PARIS]);
      rows.promise(OSLO, 5000, 5);
      rows.empty();
      expect(rows.all()).toEqual([]);
    }));
});

describe("the stamp", () => {
  const drawing = (storage: DurableObjectStorage) => {
    let drawn = 0;
    return versions(meta(storage.sql), () => `incarnation-${++drawn}`);
  };

  it("is drawn once, rises with each change, and has another incarnation and a higher version after a restore", () =>
    within((storage) => {
      const stamps = drawing(storage);
      expect(stamps.stamp()).toEqual({ incarnation: "incarnation-1", version: 1 });
      expect(stamps.stamp()).toEqual({ incarnation: "incarnation-1", version: 1 });
      expect(stamps.raise()).toEqual({ incarnation: "incarnation-1", version: 2 });
      expect(stamps.redraw()).toEqual({ incarnation: "incarnation-2", version: 3 });
      expect(stamps.stamp()).toEqual({ incarnation: "incarnation-2", version: 3 });
    }));

  it("is what it was where the transaction that raised it has been undone", () =>
    within((storage) => {
      const stamps = drawing(storage);
      const before = stamps.stamp();
      const undone = () =>
        storage.transactionSync(() => {
          stamps.raise();
          throw new Error("undone");
        });
      expect(undone).toThrow("undone");
      expect(stamps.stamp()).toEqual(before);
    }));
});

describe("the mark", () => {
  it("stands until it is taken away", () =>
    within(({ sql }) => {
      const { mark, putMark } = marks(meta(sql));
      expect(mark()).toBeUndefined();
      putMark({ version: 2, blindMs: 15_000 });
      expect(mark()).toEqual({ version: 2, blindMs: 15_000 });
      putMark({ version: 3 });
      expect(mark()).toEqual({ version: 3 });
      putMark(undefined);
      expect(mark()).toBeUndefined();
    }));
});
