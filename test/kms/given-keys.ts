// The keys that trials name: each with everything that a key can have, and one of each other kind.

import type { KeyState, Origin } from "../../src/keyring/key.ts";
import type { OperationName } from "../../src/kms/table.ts";
import { exist, raw } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { inStore } from "../support/store.ts";
import { importInto, parametersFor, wrap } from "../support/wrapped.ts";
import { type Given, ORIGIN_IN, type OtherKind } from "./key-state-trials.ts";

/** An operation that succeeds. @returns its answer. */
export async function done(
  account: string,
  name: OperationName,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
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
  // A grant that lets nobody in whom a trial calls as.
  const granted = { GranteePrincipal: `arn:aws:iam::${await exist("444455556666")}:root`, Operations: ["Decrypt"] };
  const { GrantId, GrantToken } = await done(account, "CreateGrant", { KeyId, ...granted });
  const [ciphertext, root] = [String(CiphertextBlob), `arn:aws:iam::${account}:root`];
  return { KeyId, alias, ciphertext, root, grant: { GrantId, GrantToken } };
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

/** Keys of an account, as trials name them. */
export async function givenIn(account: string): Promise<Given> {
  const other = await furnished(account, "alias/other");
  return { ...(await furnished(account, "alias/subject")), other, kinds: await otherKinds(account) };
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
export async function bring(account: string, KeyId: string, state: KeyState, origin: Origin = "AWS_KMS"): Promise<void> {
  if (state === "Disabled") await done(account, "DisableKey", { KeyId });
  else if (state === "PendingDeletion") await done(account, "ScheduleKeyDeletion", { KeyId });
  else await setKey(account, KeyId, { state, origin: ORIGIN_IN[state] ?? origin });
}

/** Sets columns of a key in the store. */
export const setKey = (account: string, KeyId: string, columns: Readonly<Record<string, SqlStorageValue>>): Promise<void> =>
  inStore(account, (world, { storage: { sql } }) => {
    for (const [column, value] of Object.entries(columns)) sql.exec(`UPDATE key SET ${column} = ? WHERE id = ?`, value, KeyId);
    world.memory.forget();
  });
