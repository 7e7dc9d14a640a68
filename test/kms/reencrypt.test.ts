// ReEncrypt and GenerateDataKeyWithoutPlaintext.

import { CreateKeyCommand, DecryptCommand, EncryptCommand, ReEncryptCommand } from "@aws-sdk/client-kms";
import { describe, expect, it } from "vitest";
import { client, newAccount, raw } from "../support/client.ts";

const HELLO = new TextEncoder().encode("hello");
const [FROM, TO] = [{ from: "here" }, { to: "there" }];

async function withTwoKeys() {
  const account = newAccount();
  const kms = await client({ account });
  const [source, destination] = await Promise.all(
    [0, 1].map(async () => {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
      return { id: KeyMetadata?.KeyId ?? "", arn: KeyMetadata?.Arn ?? "", materialId: KeyMetadata?.CurrentKeyMaterialId };
    }),
  );
  if (source === undefined || destination === undefined) throw new Error("two keys were made");
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: source.id, Plaintext: HELLO, EncryptionContext: FROM }));
  const reEncrypt = (more: Record<string, unknown>) =>
    raw("ReEncrypt", { CiphertextBlob: CiphertextBlob?.toBase64(), SourceEncryptionContext: FROM, ...more }, { account });
  return { account, kms, source, destination, CiphertextBlob, reEncrypt };
}

describe("ReEncrypt", () => {
  it("moves a message to another key and context, and answers AWS's members", async () => {
    const { kms, source, destination, CiphertextBlob } = await withTwoKeys();
    const moved = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: FROM,
        DestinationKeyId: destination.arn,
        DestinationEncryptionContext: TO,
      }),
    );
    const { $metadata, CiphertextBlob: blob, ...rest } = moved;
    expect(rest).toEqual({
      SourceKeyId: source.arn,
      KeyId: destination.arn,
      SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT",
      SourceKeyMaterialId: source.materialId,
      DestinationKeyMaterialId: destination.materialId,
    });
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: TO }));
    expect(opened).toMatchObject({ KeyId: destination.arn, Plaintext: HELLO });
  });

  it("to the same key, with the source named or not", async () => {
    const { source, reEncrypt } = await withTwoKeys();
    for (const named of [{}, { SourceKeyId: source.id }])
      expect(await reEncrypt({ ...named, DestinationKeyId: source.id })).toMatchObject({ status: 200 });
  });

  it("REENC-03: the wrong source comes before anything of the destination", async () => {
    const { destination, reEncrypt } = await withTwoKeys();
    for (const DestinationKeyId of [destination.id, "no-such-key"]) {
      expect(await reEncrypt({ SourceKeyId: destination.id, DestinationKeyId })).toMatchObject({
        status: 400,
        json: { __type: "IncorrectKeyException" },
      });
    }
  });

  it("each key in its state, the source first", async () => {
    const { account, source, destination, reEncrypt } = await withTwoKeys();
    const disabled = (arn: string) => ({ status: 400, json: { __type: "DisabledException", message: `${arn} is disabled.` } });
    await raw("DisableKey", { KeyId: destination.id }, { account });
    expect(await reEncrypt({ DestinationKeyId: destination.id })).toMatchObject(disabled(destination.arn));
    await raw("DisableKey", { KeyId: source.id }, { account });
    expect(await reEncrypt({ DestinationKeyId: destination.id })).toMatchObject(disabled(source.arn));
  });

  it("the wrong source context, an absent ciphertext, a dry run", async () => {
    const { destination, source, account, reEncrypt } = await withTwoKeys();
    expect(await reEncrypt({ SourceEncryptionContext: TO, DestinationKeyId: destination.id })).toMatchObject({
      text: '{"__type":"InvalidCiphertextException"}',
    });
    expect(await reEncrypt({ CiphertextBlob: null, DestinationKeyId: destination.id })).toMatchObject({
      json: { __type: "ValidationException" },
    });
    expect(await reEncrypt({ DryRun: true, DestinationKeyId: destination.id })).toMatchObject({
      json: { __type: "DryRunOperationException" },
    });
    const ignored = { DryRun: true, DryRunModifiers: ["IGNORE_CIPHERTEXT"], DestinationKeyId: destination.id };
    expect(await raw("ReEncrypt", { ...ignored, SourceKeyId: source.id }, { account })).toMatchObject({
      json: { __type: "DryRunOperationException" },
    });
    expect(await raw("ReEncrypt", ignored, { account })).toMatchObject({ json: { __type: "ValidationException" } });
  });
});
