// The import token: opens where it was sealed, as it was sealed, and nowhere else.

import { describe, expect, it } from "vitest";
import { boxes } from "../../../src/crypto/aead.ts";
import { type ImportToken, importTokens } from "../../../src/keyring/import-token.ts";
import { framed, utf8 } from "../../../src/wire/bytes.ts";
import { random, rootKeys } from "../../support/keyrings.ts";

const TOKEN: ImportToken = {
  keyId: "1234abcd-12ab-34cd-56ef-1234567890ab",
  wrappingKeyId: "00112233445566778899aabbccddeeff",
  algorithm: "RSA_AES_KEY_WRAP_SHA_256",
  wrappingSpec: "RSA_4096",
  endsAt: 1_798_761_600_000,
};

const tokens = (account = "111122223333", region = "us-east-1") => importTokens({ account, region, rootKeys, random });

describe("an import token", () => {
  it("opens as it was sealed", async () => {
    expect(await tokens().open(await tokens().seal(TOKEN))).toEqual(TOKEN);
  });

  it("of another form than today's opens as none, as a later version's would", async () => {
    const { seal } = boxes(rootKeys, random, "import-token", "111122223333", "us-east-1");
    const sealed = (...fields: Uint8Array<ArrayBuffer>[]) => seal(framed(...fields), (version) => framed(Uint8Array.of(version)));
    const [text, end] = [utf8("text"), new Uint8Array(8)];
    expect(await tokens().open(await sealed(text, text, text, text, end))).toBeDefined();
    for (const fields of [
      [],
      [text],
      [text, text, text, text],
      [text, text, text, text, text],
      [text, text, text, text, end, text],
    ])
      expect(await tokens().open(await sealed(...fields))).toBeUndefined();
  });

  it("shows nothing of what is in it, and is another each time", async () => {
    const [one, other] = [await tokens().seal(TOKEN), await tokens().seal(TOKEN)];
    expect(one).not.toEqual(other);
    expect(new TextDecoder("latin1").decode(one)).not.toContain("1234abcd");
  });

  it("does not open in another account or Region, nor with any byte changed, cut or added", async () => {
    const sealed = await tokens().seal(TOKEN);
    expect(await tokens("444455556666").open(sealed)).toBeUndefined();
    expect(await tokens(undefined, "us-east-2").open(sealed)).toBeUndefined();
    for (let at = 0; at < sealed.byteLength; at++)
      expect(await tokens().open(sealed.with(at, (sealed[at] ?? 0) ^ 1))).toBeUndefined();
    for (const other of [sealed.subarray(0, -1), new Uint8Array([...sealed, 0]), new Uint8Array()])
      expect(await tokens().open(other)).toBeUndefined();
  });
});
