// Trials of condition keys: a call of somebody whose access turns on one key, with its value, with another, and without. The tables of trials stand
// beside this file, a family each.

import { expect } from "vitest";
import { type Answer, newAccount, raw } from "../support/client.ts";
import { allow, root, session, user, type Written } from "../support/identities.ts";
import { newKey, PLAINTEXT } from "../support/new-key.ts";
import { inStore } from "../support/store.ts";
import { cast } from "../support/views.ts";

export type Members = Readonly<Record<string, unknown>>;

export const DAY_MS = 86_400_000;

/** The keys of an account, its aliases, tags and grants, and what each trial makes for itself. */
export type Stage = Awaited<ReturnType<typeof stageOf>>;

type Of<T> = T | ((stage: Stage) => T | Promise<T>);

export interface Trial {
  readonly operation: string;
  /** The condition key, as a policy has it. */
  readonly key: string;
  readonly input?: Of<Members>;
  /** Its value; a list of a multivalued key. Undefined: the call must not have the key. */
  readonly value?: Of<string | readonly string[]> | undefined;
  /** Another value than it has; what it would be if it were there. */
  readonly other?: string;
  /** Of a single value; StringEquals without it. */
  readonly operator?: string;
  /** The action that turns on the key, without its `kms:`, if it is not the operation. */
  readonly on?: string;
  readonly by?: "user" | "session" | "root";
  readonly headers?: Record<string, string>;
  /** The error of a call that was let in and comes to nothing behind that. */
  readonly fails?: string;
  readonly why?: string;
}

export function labelOf({ operation, key, on = operation, by = "user", value, why }: Trial): string {
  const what = value === undefined ? "no" : typeof value === "string" ? value : "a value of";
  const where = on === operation ? operation : `${operation}, for ${on},`;
  return `${what} ${key} at ${where} by a ${by}${why === undefined ? "" : `: ${why}`}`;
}

export const TAGS = { Team: "blue", "a/b:c": "deep" };

/** Makes the account in which trials run. */
export async function stageOf() {
  const account = newAccount();
  const call = async (operation: string, input: Members): Promise<Answer> => {
    const answer = await raw(operation, input, { account });
    expect(answer.status, answer.text).toBe(200);
    return answer;
  };
  const keyOf = (input: Members = {}) => newKey(account, input);
  const asymmetric = (KeySpec: string, KeyUsage: string) => keyOf({ KeySpec, KeyUsage });
  const cipher = await keyOf({ Tags: Object.entries(TAGS).map(([TagKey, TagValue]) => ({ TagKey, TagValue })) });
  const keys = {
    ...{ cipher, bare: await keyOf(), external: await keyOf({ Origin: "EXTERNAL" }) },
    rsa: await asymmetric("RSA_2048", "ENCRYPT_DECRYPT"),
    signing: await asymmetric("ECC_NIST_P256", "SIGN_VERIFY"),
    mac: await asymmetric("HMAC_256", "GENERATE_VERIFY_MAC"),
    agreement: await asymmetric("ECC_NIST_P256", "KEY_AGREEMENT"),
    kem: await asymmetric("ML_KEM_512", "ENCAPSULATE_DECAPSULATE"),
  };
  for (const [name, TargetKeyId] of Object.entries(keys))
    if (name !== "bare") await call("CreateAlias", { AliasName: `alias/${name}`, TargetKeyId });
  await call("CreateAlias", { AliasName: "alias/second", TargetKeyId: cipher });
  const encrypted = async (KeyId: string, more: Members = {}) =>
    (await call("Encrypt", { KeyId, Plaintext: PLAINTEXT, ...more })).json["CiphertextBlob"];
  const grant = async (Constraints?: Members) => {
    const input = { KeyId: cipher, GranteePrincipal: `arn:aws:iam::${account}:root`, Operations: ["Encrypt"], Constraints };
    return { KeyId: cipher, GrantId: (await call("CreateGrant", input)).json["GrantId"], DryRun: true };
  };
  await inStore(account, ({ storage: { sql } }) => {
    const ago = String(Date.now() - 100 * DAY_MS);
    sql.exec("UPDATE meta SET value = ? WHERE name = 'usage tracked since'", ago);
  });
  return {
    ...{ account, keys, keyOf, encrypted, grant, call, attempt: await attempts(account) },
    root: `arn:aws:iam::${account}:root`,
    arn: (resource: string) => `arn:aws:kms:us-east-1:${account}:${resource}`,
    /** A key that was made so many days ago. */
    async agedKey(days: number): Promise<string> {
      const id = await keyOf();
      await inStore(account, ({ storage: { sql } }) => {
        sql.exec("UPDATE key SET created_at = created_at - ? WHERE id = ?", days * DAY_MS, id);
      });
      return id;
    },
  };
}

const USER_TAGS = { Team: "red" };

/** Calls of somebody who may do everything but one action, and that where conditions hold. */
async function attempts(account: string) {
  const makers = {
    user: (identity: readonly Written[]) => user(account, "ann", { identity }, USER_TAGS),
    session: (identity: readonly Written[]) => session(account, "worker", "one", { identity }),
    root: (guardrails: readonly Written[]) => root(account, { guardrails }),
  };
  const nothing = [allow("kms:ListKeys")];
  const held = { user: makers.user(nothing), session: makers.session(nothing), root: makers.root(nothing) };
  const names = ["user", "session", "root"] as const;
  const { change } = await cast(account, ...names.map((name) => held[name]));
  return ({ operation, on = operation, by = "user", headers = {} }: Trial, input: Members, Condition: Members) => {
    const all = { Effect: "Allow", NotAction: `kms:${on}`, Resource: "*" };
    const next = makers[by]([all, allow(`kms:${on}`, { Condition })]);
    change(held[by], next);
    held[by] = next;
    return raw(operation, input, { account, serial: names.indexOf(by) + 1, headers });
  };
}

const of = <T extends Members | string | readonly string[] | undefined>(what: Of<T>, stage: Stage): T | Promise<T> =>
  typeof what === "function" ? what(stage) : what;

const ANOTHER = "another";

/** Runs a trial. The calls that are refused come first: one that is let in may end what it acts on. */
export async function run(trial: Trial, stage: Stage): Promise<void> {
  const { key, operator = "StringEquals", other = ANOTHER, fails } = trial;
  const input = await of<Members>(trial.input ?? {}, stage);
  const value = await of<string | readonly string[] | undefined>(trial.value, stage);
  const answered = async (Condition: Members): Promise<unknown> => {
    const { status, json, text } = await stage.attempt(trial, input, Condition);
    return status === 200 ? "let in" : (json["__type"] ?? text);
  };
  const letIn = fails ?? "let in";
  const isRefused = async (condition: Members) =>
    expect(await answered(condition), JSON.stringify(condition)).toBe("AccessDeniedException");
  const isLetIn = async (condition: Members) => expect(await answered(condition), JSON.stringify(condition)).toBe(letIn);

  await isRefused({ Null: { [key]: String(value !== undefined) } });
  if (value === undefined) {
    await isRefused({ [operator]: { [key]: other } });
    await isRefused({ "ForAnyValue:StringLike": { [key]: "*" } });
    return isLetIn({ Null: { [key]: "true" } });
  }
  if (typeof value === "string") {
    await isRefused({ [operator]: { [key]: other } });
    return isLetIn({ [operator]: { [key]: value } });
  }
  await isRefused({ StringLike: { [key]: "*" } }); // without a set operator a list never holds
  await isRefused({ "ForAnyValue:StringEquals": { [key]: other } });
  for (const each of value) {
    const rest = value.filter((another) => another !== each);
    await isRefused({ "ForAllValues:StringEquals": { [key]: [...rest, other] } });
  }
  return isLetIn({ "ForAllValues:StringEquals": { [key]: value } });
}
