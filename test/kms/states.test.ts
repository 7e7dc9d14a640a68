// Every operation on a key in each of the key's eight states: what it answers, what it leaves behind, what is recorded. States
// that no operation reaches yet are set in the store.

import { beforeAll, describe, expect, it } from "vitest";
import { KEY_STATES, type KeyState, type Origin } from "../../src/keyring/key.ts";
import { OPERATIONS, type OperationName, operation } from "../../src/kms/table.ts";
import { newAccount, raw } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { eventOf } from "../support/records.ts";
import { inStore, ring } from "../support/store.ts";
import { importInto, parametersFor, wrap } from "../support/wrapped.ts";
import { answerIn, KEY_STATE_MATRIX } from "../vectors/key-states.ts";
import {
  type Expected,
  type Given,
  KEYLESS,
  ORIGIN_IN,
  type OtherKind,
  REFUSALS,
  TRIALS,
  type Trial,
} from "./key-state-trials.ts";

const isBuilt = (name: string): boolean => operation(name)?.read !== undefined;
const trials = Object.entries(TRIALS).filter(([, trial]) => isBuilt(trial.operation));

/** The rows of a store by table. */
type Rows = Readonly<Record<string, readonly Record<string, SqlStorageValue>[]>>;

/** An operation that succeeds. @returns its answer. */
async function done(account: string, name: OperationName, input: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { status, json, text } = await raw(name, input, { account });
  if (status !== 200) throw new Error(`${name}: ${text}`);
  return json;
}

/** A key with everything that a key can have. */
async function furnished(account: string, alias: string): Promise<Given["other"]> {
  const KeyId = await newKey(account, { Description: "old", Tags: [{ TagKey: "old", TagValue: "" }] });
  await done(account, "CreateAlias", { AliasName: alias, TargetKeyId: KeyId });
  await done(account, "EnableKeyRotation", { KeyId });
  const { CiphertextBlob } = await done(account, "Encrypt", { KeyId, Plaintext: "AA==" });
  return { KeyId, alias, ciphertext: String(CiphertextBlob) };
}

/** A key of another kind than symmetric, and what it makes of an input. */
async function ofKind(
  account: string,
  spec: string,
  usage: string,
  make: (KeyId: string) => Promise<unknown>,
): Promise<OtherKind> {
  const KeyId = await newKey(account, { KeySpec: spec, KeyUsage: usage });
  return { KeyId, made: String(await make(KeyId)) };
}

/** Keys of the other kinds, before they are brought into a state. */
async function otherKinds(account: string): Promise<Given["kinds"]> {
  const made = async (member: string, name: OperationName, input: Record<string, unknown>) =>
    (await done(account, name, input))[member];
  const message = { Message: "AA==" };
  return {
    EXTERNAL: await external(account),
    SIGN_VERIFY: await ofKind(account, "ECC_NIST_P256", "SIGN_VERIFY", (KeyId) =>
      made("Signature", "Sign", { KeyId, ...message, SigningAlgorithm: "ECDSA_SHA_256" }),
    ),
    GENERATE_VERIFY_MAC: await ofKind(account, "HMAC_256", "GENERATE_VERIFY_MAC", (KeyId) =>
      made("Mac", "GenerateMac", { KeyId, ...message, MacAlgorithm: "HMAC_SHA_256" }),
    ),
    KEY_AGREEMENT: await ofKind(account, "ECC_NIST_P256", "KEY_AGREEMENT", (KeyId) =>
      made("PublicKey", "GetPublicKey", { KeyId }),
    ),
    ENCAPSULATE_DECAPSULATE: await ofKind(account, "ML_KEM_768", "ENCAPSULATE_DECAPSULATE", (KeyId) =>
      made("SharedSecretCiphertextBlob", "Encapsulate", { KeyId, EncapsulationAlgorithm: "ML_KEM" }),
    ),
  };
}

/** A key whose material was imported, and may be imported again. */
async function external(account: string): Promise<OtherKind> {
  const KeyId = await newKey(account, { Origin: "EXTERNAL" });
  const parameters = await parametersFor(account, KeyId);
  const material = crypto.getRandomValues(new Uint8Array(32));
  const { status, text } = await importInto(account, KeyId, parameters, material);
  if (status !== 200) throw new Error(text);
  const made = await wrap(parameters.algorithm, parameters.publicKey, material);
  return { KeyId, made: made.toBase64(), token: parameters.token };
}

/** Brings a key into a state: by the operation that does it, or in the store where none does yet. */
async function bring(account: string, KeyId: string, state: KeyState, origin: Origin = "AWS_KMS"): Promise<void> {
  if (state === "Disabled") await done(account, "DisableKey", { KeyId });
  else if (state === "PendingDeletion") await done(account, "ScheduleKeyDeletion", { KeyId });
  else await setKey(account, KeyId, { state, origin: ORIGIN_IN[state] ?? origin });
}

const setKey = (account: string, KeyId: string, columns: Readonly<Record<string, SqlStorageValue>>): Promise<void> =>
  inStore(account, (world, { storage: { sql } }) => {
    for (const [column, value] of Object.entries(columns)) sql.exec(`UPDATE key SET ${column} = ? WHERE id = ?`, value, KeyId);
    world.memory.forget();
  });

/** All but the record and its delivery, with which a key's last usage comes. */
const OWN: Readonly<Record<string, string>> = {
  outbox: "false",
  usage: "false",
  deadline: "kind <> 'flush'",
  meta: "name NOT IN ('head', 'delivered')",
};

function read(sql: SqlStorage): Rows {
  const tables = sql.exec<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  );
  const rows = (name: string) => sql.exec(`SELECT * FROM "${name}" WHERE ${OWN[name] ?? "true"}`).toArray();
  return Object.fromEntries(tables.toArray().map(({ name }) => [name, rows(name)]));
}

const rowsOf = (account: string): Promise<Rows> => inStore(account, (_, { storage: { sql } }) => read(sql));

/** Puts a store back to where it stood. */
const reset = (account: string, rows: Rows): Promise<void> =>
  inStore(account, (world, { storage }) => {
    storage.transactionSync(() => {
      storage.sql.exec("PRAGMA defer_foreign_keys = on");
      for (const [name, all] of Object.entries(rows)) {
        storage.sql.exec(`DELETE FROM "${name}" WHERE ${OWN[name] ?? "true"}`);
        for (const row of all) {
          const columns = Object.keys(row);
          storage.sql.exec(
            `INSERT INTO "${name}" (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
            ...Object.values(row),
          );
        }
      }
    });
    world.memory.forget();
  });

function changed(before: Rows, after: Rows): string[] {
  const text = (rows: Rows[string] = []): string =>
    JSON.stringify(rows, (_, value) => (value instanceof ArrayBuffer ? new Uint8Array(value).toHex() : value));
  return Object.keys(after).filter((name) => text(before[name]) !== text(after[name]));
}

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
    const other = await furnished(account, "alias/other");
    given = { ...(await furnished(account, "alias/subject")), other, kinds: await otherKinds(account) };
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
