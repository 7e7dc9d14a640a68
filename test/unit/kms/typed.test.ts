// What does not compile: a stage that decides and writes, a column of the operation table in another's place. `tsc` fails where one of
// these lines begins to compile.

import { expect, it } from "vitest";
import type { View } from "../../../src/authz/view.ts";
import { admit } from "../../../src/kms/call/admit.ts";
import type { Readable } from "../../../src/kms/call/visit.ts";
import { cipher } from "../../../src/kms/condition-keys.ts";
import { type Handler, type KeysOf, row, type States } from "../../../src/kms/operation.ts";
import { key } from "../../../src/kms/resources.ts";
import type { Sight } from "../../../src/kms/world.ts";
import { ApiError } from "../../../src/wire/api-error.ts";

/** Never called. */
function neverCompiles(sight: Sight, visit: Readable, view: View, handler: Handler<{ KeyId: string }>): void {
  const [usable, CIPHER]: [States, KeysOf] = [["Enabled"], { usage: "ENCRYPT_DECRYPT" }];
  admit(visit, view, sight);
  // @ts-expect-error admission is handed no table that it could write
  sight.tables;
  // @ts-expect-error what it may read has no writes
  sight.reads.keys.setState("id", "Disabled");
  // @ts-expect-error nor may it move the change counter
  sight.changes++;
  row(handler, key, "owner", usable, CIPHER, cipher, "read", "crypto");
  // @ts-expect-error states stand where conditions belong
  row(handler, key, "owner", usable, CIPHER, usable, "read", "crypto");
  // @ts-expect-error conditions stand where states belong
  row(handler, key, "owner", cipher, CIPHER, cipher, "read", "crypto");
  // @ts-expect-error effect and rate have changed places
  row(handler, key, "owner", usable, CIPHER, cipher, "crypto", "read");
  // @ts-expect-error a column is missing
  row(handler, key, "owner", usable, CIPHER, cipher, "read");
  // @ts-expect-error a state is misspelt
  row(handler, key, "owner", ["Enable"], CIPHER, cipher, "read", "crypto");
  // @ts-expect-error a code is misspelt
  throw new ApiError("NotFoundExeption");
}

it("is found by the compiler, and not by a run", () => {
  expect(neverCompiles).toBeTypeOf("function");
});
