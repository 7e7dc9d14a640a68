// A key to test with.

import { CreateKeyCommand, type CreateKeyCommandInput, type KMSClient } from "@aws-sdk/client-kms";
import { raw } from "./client.ts";

export const PLAINTEXT = "aGVsbG8=";

/** Makes a key. @returns its id. */
export async function newKey(account: string, input: Record<string, unknown> = {}): Promise<string> {
  const { json, text } = await raw("CreateKey", input, { account });
  const { KeyId } = (json["KeyMetadata"] ?? {}) as { KeyId?: string };
  if (KeyId === undefined) throw new Error(`no key was made: ${text}`);
  return KeyId;
}

/** Makes a key through the SDK. */
export async function sdkKey(
  kms: KMSClient,
  input: CreateKeyCommandInput = {},
): Promise<{ id: string; arn: string; materialId: string }> {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
  return { id: KeyMetadata?.KeyId ?? "", arn: KeyMetadata?.Arn ?? "", materialId: KeyMetadata?.CurrentKeyMaterialId ?? "" };
}
