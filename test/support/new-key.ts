// A key to test with.

import { raw } from "./client.ts";

export const PLAINTEXT = "aGVsbG8=";

/** Makes a key. @returns its id. */
export async function newKey(account: string, input: Record<string, unknown> = {}): Promise<string> {
  const { json, text } = await raw("CreateKey", input, { account });
  const { KeyId } = (json["KeyMetadata"] ?? {}) as { KeyId?: string };
  if (KeyId === undefined) throw new Error(`no key was made: ${text}`);
  return KeyId;
}
