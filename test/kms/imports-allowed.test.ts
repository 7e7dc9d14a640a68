// GetParametersForImport over every key spec, wrapping algorithm and wrapping key's spec: AWS's table says what is given out, and what not.

import { describe, expect, it } from "vitest";
import { refusal } from "../support/answers.ts";
import { newAccount, raw } from "../support/client.ts";
import { newKey } from "../support/new-key.ts";
import { withoutRests } from "../support/store.ts";
import { KEY_TYPES } from "../vectors/key-types.ts";
import { isAllowed, isImported, WAYS_TO_WRAP } from "../vectors/wrapping.ts";

const specs = Object.entries(KEY_TYPES).flatMap(([spec, { usages }]) => {
  const [usage = ""] = Object.keys(usages).toReversed();
  return isImported(spec) ? [[spec, usage] as const] : [];
});

describe.each(specs)("a key of %s", (KeySpec, KeyUsage) => {
  const account = newAccount();
  let KeyId: Promise<string> | undefined;
  const emptyKey = async (): Promise<string> => {
    await withoutRests(account);
    return newKey(account, { Origin: "EXTERNAL", KeySpec, KeyUsage });
  };

  it.each(WAYS_TO_WRAP)("by %s under %s", { timeout: 30_000 }, async (WrappingAlgorithm, WrappingKeySpec) => {
    KeyId ??= emptyKey();
    const input = { KeyId: await KeyId, WrappingAlgorithm, WrappingKeySpec };
    const answer = await raw("GetParametersForImport", input, { account });
    if (isAllowed(KeySpec, WrappingAlgorithm, WrappingKeySpec)) {
      expect(answer.status).toBe(200);
      const publicKey = Uint8Array.fromBase64(String(answer.json["PublicKey"]));
      expect(publicKey.byteLength).toBe(KEY_TYPES[WrappingKeySpec]?.spkiBytes);
    } else {
      expect(answer).toMatchObject(refusal("UnsupportedOperationException"));
    }
  });
});
