import { CreateKeyCommand, DecryptCommand, DescribeKeyCommand, EncryptCommand } from "@aws-sdk/client-kms";
import { expect, it } from "vitest";
import { client } from "../support/client.ts";

it("round trip", async () => {
  const kms = await client();
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "x" }));
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: new TextEncoder().encode("hello") }),
  );
  const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob }));
  expect(new TextDecoder().decode(Plaintext)).toBe("hello");
  const d = await kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn }));
  expect(d.KeyMetadata).toEqual(KeyMetadata);
});
