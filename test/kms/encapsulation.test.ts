// Encapsulate and Decapsulate: a secret that both sides have; a ciphertext of another length is refused, every other gives some secret.

import { DecapsulateCommand, DescribeKeyCommand, EncapsulateCommand, GetPublicKeyCommand } from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { client, newAccount, raw } from "../support/client.ts";
import { newKey, sdkKey } from "../support/new-key.ts";
import { eventOf } from "../support/records.ts";

const SIZES = [
  ["ML_KEM_512", 768, 822],
  ["ML_KEM_768", 1088, 1206],
  ["ML_KEM_1024", 1568, 1590],
] as const;
const EncapsulationAlgorithm = "ML_KEM";

const encapsulatingKey = (account: string, KeySpec: string): Promise<string> =>
  newKey(account, { KeySpec, KeyUsage: "ENCAPSULATE_DECAPSULATE" });

describe.each(SIZES)("%s", (KeySpec, ciphertextBytes, spkiBytes) => {
  it("KEM-01, KEM-04: what was encapsulated is decapsulated", async () => {
    const kms = await client();
    const { id: KeyId, arn } = await sdkKey(kms, { KeySpec, KeyUsage: "ENCAPSULATE_DECAPSULATE" });
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({ EncapsulationAlgorithms: ["ML_KEM"], KeyUsage: "ENCAPSULATE_DECAPSULATE" });
    const { PublicKey, ...shown } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    expect(PublicKey?.byteLength).toBe(spkiBytes);
    expect(shown).toMatchObject({ EncapsulationAlgorithms: ["ML_KEM"], KeySpec });
    expect(shown).not.toHaveProperty("CustomerMasterKeySpec");

    const sent = await kms.send(new EncapsulateCommand({ KeyId, EncapsulationAlgorithm }));
    const { $metadata, SharedSecret, SharedSecretCiphertextBlob, ...rest } = sent;
    expect(rest).toEqual({ KeyId: arn, EncapsulationAlgorithm });
    expect([SharedSecret?.byteLength, SharedSecretCiphertextBlob?.byteLength]).toEqual([32, ciphertextBytes]);
    const received = await kms.send(new DecapsulateCommand({ KeyId, EncapsulationAlgorithm, SharedSecretCiphertextBlob }));
    expect(received).toMatchObject({ KeyId: arn, SharedSecret, EncapsulationAlgorithm });
    const again = await kms.send(new EncapsulateCommand({ KeyId, EncapsulationAlgorithm }));
    expect(again.SharedSecret).not.toEqual(SharedSecret);
  });

  it("KEM-02: another length is refused; another ciphertext of this length gives another secret, always the same", async () => {
    const account = newAccount();
    const KeyId = await encapsulatingKey(account, KeySpec);
    const { json } = await raw("Encapsulate", { KeyId, EncapsulationAlgorithm }, { account });
    const blob = Uint8Array.fromBase64(String(json["SharedSecretCiphertextBlob"]));
    const decapsulate = (ciphertext: Uint8Array) =>
      raw("Decapsulate", { KeyId, EncapsulationAlgorithm, SharedSecretCiphertextBlob: ciphertext.toBase64() }, { account });
    for (const wrong of [blob.subarray(1), new Uint8Array([...blob, 0]), new Uint8Array(1)])
      expect(await decapsulate(wrong)).toMatchObject({ status: 400, text: '{"__type":"InvalidCiphertextException"}' });
    const changed = blob.with(0, (blob[0] ?? 0) ^ 1);
    const [one, other] = [await decapsulate(changed), await decapsulate(changed)];
    expect(one).toMatchObject({ status: 200, json: { SharedSecret: other.json["SharedSecret"] } });
    expect(one.json["SharedSecret"]).not.toBe(json["SharedSecret"]);
  });
});

it("a dry run gives no secret; the record holds neither secret nor ciphertext", async () => {
  const account = newAccount();
  const KeyId = await encapsulatingKey(account, "ML_KEM_768");
  const input = { KeyId, EncapsulationAlgorithm };
  const { json, requestId } = await raw("Encapsulate", input, { account });
  const ciphertext = { SharedSecretCiphertextBlob: json["SharedSecretCiphertextBlob"] };
  const dry = refusal("DryRunOperationException");
  expect(await raw("Encapsulate", { ...input, DryRun: true }, { account })).toMatchObject(dry);
  expect(await raw("Decapsulate", { ...input, ...ciphertext, DryRun: true }, { account })).toMatchObject(dry);
  const decapsulated = await raw("Decapsulate", { ...input, ...ciphertext }, { account });
  for (const id of [requestId, decapsulated.requestId])
    expect((await eventOf(account, id))["requestParameters"]).toEqual({ keyId: KeyId, encapsulationAlgorithm: "ML_KEM" });
});

it("both count as the key's last usage", async () => {
  const account = newAccount();
  const KeyId = await encapsulatingKey(account, "ML_KEM_512");
  const input = { KeyId, EncapsulationAlgorithm };
  const lastUsage = async () => (await raw("GetKeyLastUsage", { KeyId }, { account })).json["KeyLastUsage"];
  const { json } = await raw("Encapsulate", input, { account });
  expect(await lastUsage()).toMatchObject({ Operation: "Encapsulate" });
  const { SharedSecretCiphertextBlob } = json;
  await raw("Decapsulate", { ...input, SharedSecretCiphertextBlob }, { account });
  expect(await lastUsage()).toMatchObject({ Operation: "Decapsulate" });
});
