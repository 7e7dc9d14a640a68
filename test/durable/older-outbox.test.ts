// A store that an earlier version has left, with records on their way, and some that D1 has not taken.

import { expect, it } from "vitest";
import { raw } from "../support/client.ts";
import { putAway } from "../support/faults.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { describeKey, interpose, namesOf, newDeliveredStore } from "../support/new-store.ts";
import {
  takeBackToSchema1,
  takeBackToSchema2,
  takeBackToSchema3,
  takeBackToSchema4,
  takeBackToSchema5,
  takeBackToSchema6,
} from "../support/older-schema.ts";
import { asideOf, flawIn, outboxOf, trailOf } from "../support/records.ts";
import { inStore, logOf, restart, ring } from "../support/store.ts";

it.each([
  [1, takeBackToSchema1],
  [2, takeBackToSchema2],
  [3, takeBackToSchema3],
  [4, takeBackToSchema4],
  [5, takeBackToSchema5],
  [6, takeBackToSchema6],
])("of schema %i keeps its records, each in its place, and goes on behind them", async (_, takeBack) => {
  const { account, KeyId } = await newDeliveredStore();
  await interpose(account, (d1) => ({
    ...d1,
    async deliver(delivery) {
      if (delivery.links.printed.includes("EnableKey")) throw new Error("refused");
      return d1.deliver(delivery);
    },
  }));
  await raw("EnableKey", { KeyId }, { account });
  await ring(account);
  expect(namesOf(await asideOf(account))).toEqual(["EnableKey"]);
  await putAway(account);
  await raw("Encrypt", { KeyId, Plaintext: PLAINTEXT }, { account });
  await raw("DisableKey", { KeyId }, { account });
  expect(namesOf(await outboxOf(account))).toEqual(["Encrypt", "DisableKey"]);
  await inStore(account, takeBack);
  await restart(account);
  await putAway(account);
  await describeKey(account, KeyId);
  expect(namesOf(await asideOf(account))).toEqual(["EnableKey"]);
  expect(namesOf(await outboxOf(account))).toEqual(["Encrypt", "DisableKey", "DescribeKey"]);
  expect(await flawIn(account)).toBeUndefined();
  await restart(account);
  await logOf(account);
  await ring(account);
  expect(namesOf(await trailOf(account)).slice(2)).toEqual(["Encrypt", "DisableKey", "DescribeKey"]);
  expect(await flawIn(account)).toBeUndefined();
  const pair = await newKey(account, { KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" }); // of a kind that came with schema 5
  expect(await raw("GetPublicKey", { KeyId: pair }, { account })).toMatchObject({ status: 200 });
});
