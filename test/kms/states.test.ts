// Every operation on a key in each of the key's eight states: what it answers, what it leaves behind, what is recorded. States
// that no operation reaches yet are set in the store.

import { beforeAll, describe, expect, it } from "vitest";
import { KEY_STATES, type KeyState } from "../../src/keyring/key.ts";
import { OPERATIONS, type OperationName, operation } from "../../src/kms/table.ts";
import { newAccount, raw } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { eventOf } from "../support/records.ts";
import { changed, type Rows, reset, rowsOf } from "../support/rows.ts";
import { inStore, ring } from "../support/store.ts";
import { answerIn, KEY_STATE_MATRIX } from "../vectors/key-states.ts";
import { bring, done, givenIn, setKey } from "./given-keys.ts";
import { type Expected, type Given, KEYLESS, REFUSALS, TRIALS, type Trial } from "./key-state-trials.ts";

const isBuilt = (name: string): boolean => operation(name)?.read !== undefined;
const trials = Object.entries(TRIALS).filter(([, trial]) => isBuilt(trial.operation));

function expectedOf({ operation, always, becomes, says }: Trial, state: KeyState): Expected {
  const answer = always ? "+" : answerIn(operation, state);
  return { answer, becomes: becomes?.[state] ?? state, says: says?.(state) ?? {} };
}

it("nothing that is built and acts on a key is left out", () => {
  const built = Object.keys(OPERATIONS).filter((name) => isBuilt(name) && !KEYLESS.includes(name));
  expect([...new Set(trials.map(([, trial]) => trial.operation))].toSorted()).toEqual(built.toSorted());
});

it("each operation has an answer for each state", () => {
  for (const [name, row] of Object.entries(KEY_STATE_MATRIX)) expect(row ?? "........", name).toHaveLength(KEY_STATES.length);
});

describe.each(KEY_STATES)("a key that is %s", (state) => {
  const account = newAccount();
  let given: Given;
  let before: Rows;
  const subjectOf = ({ of }: Pick<Trial, "of">): string => (of === undefined ? given : given.kinds[of]).KeyId;
  const keyIn = ({ key = [] }: Rows, trial: Pick<Trial, "of"> = {}) => key.find(({ id }) => id === subjectOf(trial));
  const stateIn = (rows: Rows, trial: Pick<Trial, "of"> = {}) => keyIn(rows, trial)?.["state"];

  beforeAll(async () => {
    given = await givenIn(account);
    const { EXTERNAL, ...ours } = given.kinds;
    for (const { KeyId } of [given, ...Object.values(ours)]) await bring(account, KeyId, state);
    await bring(account, EXTERNAL.KeyId, state, "EXTERNAL");
    before = await rowsOf(account);
  });

  const possible = trials.filter(([, { of }]) => of === undefined || state !== "Unavailable");
  const rows = possible.map(([name, trial]) => {
    const expected = expectedOf(trial, state);
    const [type, text = ""] = REFUSALS[expected.answer] ?? [];
    return [name, type === undefined ? "succeeds" : `${type} ${text}`, trial, expected] as const;
  });

  it.each(rows)("%s: %s", async (_, __, trial, { answer, becomes, says }) => {
    await reset(account, before);
    const { status, json, requestId } = await raw(trial.operation, trial.input(given), { account });
    const after = await rowsOf(account);
    const { eventName, errorCode } = await eventOf(account, requestId);
    if (answer === "+") {
      expect({ status, json, state: stateIn(after, trial) }).toMatchObject({ status: 200, json: says, state: becomes });
      const tables = changed(before, after);
      const later = state === "Unavailable" ? trial.becomesLater : undefined;
      expect(keyIn(after, trial)?.["state_when_available"] ?? undefined).toBe(later);
      if (trial.changes === undefined) expect(tables).toEqual(becomes === state && later === undefined ? [] : ["key"]);
      else expect(tables).toEqual(expect.arrayContaining([...trial.changes]));
      expect({ eventName, errorCode }).toEqual({ eventName: trial.operation, errorCode: undefined });
    } else {
      const [type, text] = REFUSALS[answer] ?? [];
      const message = text === undefined ? {} : { message: `arn:aws:kms:us-east-1:${account}:key/${subjectOf(trial)} ${text}` };
      expect({ status, json }).toMatchObject({ status: 400, json: { __type: type, ...message } });
      expect(changed(before, after)).toEqual([]);
      expect({ eventName, errorCode }).toEqual({ eventName: trial.operation, errorCode: type });
    }
  });

  it("is listed, and so are its aliases", async () => {
    await reset(account, before);
    expect((await done(account, "ListKeys", {}))["Keys"]).toContainEqual(expect.objectContaining({ KeyId: given.KeyId }));
    const alias = { AliasName: given.alias, TargetKeyId: given.KeyId };
    expect((await done(account, "ListAliases", {}))["Aliases"]).toContainEqual(expect.objectContaining(alias));
  });

  it("at its alarms: destroyed only if it is pending deletion, rotated only if it is enabled", async () => {
    await reset(account, before);
    await setKey(account, given.KeyId, { deletion_at: 1, rotation_days: 365, next_rotation_at: 1 });
    await inStore(account, ({ agenda: deadlines }) => {
      for (const kind of ["delete", "delete-confirm", "rotate"] as const) deadlines.set({ kind, ref: given.KeyId, at: 1 });
    });
    for (let rings = 0; rings < 3; rings++) await ring(account);
    const after = await rowsOf(account);
    expect(stateIn(after)).toBe(state === "PendingDeletion" ? undefined : state);
    const materials = after["material"]?.filter(({ key_id }) => key_id === given.KeyId);
    expect(materials).toHaveLength({ Enabled: 2, PendingDeletion: 0 }[state as string] ?? 1);
  });
});

describe("a key of a kind that no operation makes yet", () => {
  const origin = (name: string) => `origin is ${name} which is not valid for this operation.`;

  it.each<[string, Record<string, SqlStorageValue>, OperationName, string, string?]>([
    ["ROT-08", { spec: "RSA_4096" }, "RotateKeyOnDemand", "UnsupportedOperationException"],
    ["STATE-15", { spec: "RSA_4096", state: "Disabled" }, "RotateKeyOnDemand", "DisabledException", "is disabled."],
    ["a disabled one", { spec: "RSA_4096", state: "Disabled" }, "EnableKeyRotation", "UnsupportedOperationException"],
    [
      "a disabled one",
      { origin: "EXTERNAL", state: "Disabled" },
      "DisableKeyRotation",
      "UnsupportedOperationException",
      origin("EXTERNAL"),
    ],
    [
      "one in a key store",
      { origin: "AWS_CLOUDHSM" },
      "RotateKeyOnDemand",
      "UnsupportedOperationException",
      origin("AWS_CLOUDHSM"),
    ],
    [
      "one in a key store",
      { origin: "EXTERNAL_KEY_STORE" },
      "ListKeyRotations",
      "UnsupportedOperationException",
      origin("EXTERNAL_KEY_STORE"),
    ],
    ["an imported one", { origin: "EXTERNAL" }, "GetKeyRotationStatus", "UnsupportedOperationException", origin("EXTERNAL")],
  ])("%s %o: %s is %s", async (_, columns, name, __type, text) => {
    const account = newAccount();
    const KeyId = await newKey(account);
    await setKey(account, KeyId, columns);
    const message = text === undefined ? {} : { message: `arn:aws:kms:us-east-1:${account}:key/${KeyId} ${text}` };
    expect(await raw(name, { KeyId }, { account })).toMatchObject({ status: 400, text: JSON.stringify({ __type, ...message }) });
  });

  it("ROT-11: an imported one has nothing to rotate to", async () => {
    const account = newAccount();
    const KeyId = await newKey(account);
    await setKey(account, KeyId, { origin: "EXTERNAL" });
    const message = `No available key material pending rotation for the key: arn:aws:kms:us-east-1:${account}:key/${KeyId}.`;
    expect((await raw("RotateKeyOnDemand", { KeyId }, { account })).json).toEqual({
      __type: "KMSInvalidStateException",
      message,
    });
  });
});
