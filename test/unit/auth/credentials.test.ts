// Access keys derived from root keys: which ids are known, and that nothing but the root keys decides it.

import { describe, expect, it } from "vitest";
import { accessKey, knownAccessKeyId, rootCredentials, secretAccessKey } from "../../../src/auth/credentials.ts";
import { accessKeyText } from "../../../src/crypto/derive.ts";
import { parseRootKeys } from "../../../src/crypto/root-keys.ts";
import { parseAccessKeyId, printAccessKeyId } from "../../../src/wire/access-key-id.ts";
import { testRootKeys } from "../../support/client.ts";
import { OLDER_ROOT_KEYS } from "../../support/root-keys.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const known = (text: string) => knownAccessKeyId(testRootKeys, text);

/** The id with one of its 80 bits another, counted from the last. */
function flipped(text: string, bit: number): string {
  const at = 19 - Math.floor(bit / 5);
  const value = ALPHABET.indexOf(text.charAt(at)) ^ (1 << (bit % 5));
  return text.slice(0, at) + ALPHABET.charAt(value) + text.slice(at + 1);
}

describe("an access key", () => {
  it.each(["000000000000", "000000000001", "111122223333", "111122223332", "999999999998", "999999999999"])(
    "of account %s is known, and says so",
    async (account) => {
      for (const serial of [0, 1, 255, 256, 2 ** 20 - 1]) {
        const { accessKeyId } = await accessKey(testRootKeys, account, serial);
        expect(await known(accessKeyId)).toMatchObject({ kind: "AKIA", account, serial, rootVersion: 2 });
      }
    },
  );

  it("has a secret of 40 characters, which is its own", async () => {
    const ids = ["000000000000", "000000000001", "999999999999"].flatMap((account) =>
      [0, 1].map((serial) => [account, serial] as const),
    );
    const secrets = await Promise.all(ids.map(([account, serial]) => accessKey(testRootKeys, account, serial)));
    for (const secret of secrets) expect(secret.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(new Set(secrets.map((secret) => secret.secretAccessKey)).size).toBe(ids.length);
  });

  // HKDF-SHA256 and HMAC-SHA256 computed by another program from test/support/root-keys.ts.
  it("stays as it is", async () => {
    expect(await rootCredentials(testRootKeys, "123456789012")).toEqual({
      accessKeyId: "AKIARZPUZDIKAIAAADSJ",
      secretAccessKey: "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",
    });
  });

  it("is the root's with serial 0", async () => {
    expect(await rootCredentials(testRootKeys, "123456789012")).toEqual(await accessKey(testRootKeys, "123456789012", 0));
  });

  it("is made under the newest version that signs callers in, not under the one that seals", async () => {
    const both = { ...testRootKeys, seal: 1, credentials: [1, 2] };
    const { accessKeyId } = await accessKey(both, "123456789012", 0);
    expect(parseAccessKeyId(accessKeyId)?.rootVersion).toBe(2);
  });
});

describe("an access key id is unknown", () => {
  it.each(["000000000000", "123456789012", "999999999999"])(
    "with any one of the 80 bits of account %s's flipped",
    async (account) => {
      const { accessKeyId } = await accessKey(testRootKeys, account, 0);
      for (let bit = 0; bit < 80; bit++) {
        const other = flipped(accessKeyId, bit);
        expect(other).not.toBe(accessKeyId);
        expect(await known(other), `bit ${bit}`).toBeUndefined();
      }
    },
  );

  it("with any other check", async () => {
    const { accessKeyId } = await accessKey(testRootKeys, "123456789012", 7);
    const id = parseAccessKeyId(accessKeyId);
    expect(id).toBeDefined();
    let unknown = 0;
    for (let check = 0; check < 4096 && id !== undefined; check++) {
      if ((await known(printAccessKeyId({ ...id, check }))) === undefined) unknown++;
    }
    expect(unknown).toBe(4095);
  });

  it("of a root key version that is held, but signs nobody in", async () => {
    const older = parseRootKeys(OLDER_ROOT_KEYS);
    const { accessKeyId } = await accessKey(older, "123456789012", 0);
    expect(await knownAccessKeyId(older, accessKeyId)).toBeDefined();
    expect(await known(accessKeyId)).toBeUndefined();
  });

  it.each([0, 3, 127])("of root key version %i, which is not held", async (rootVersion) => {
    const text = printAccessKeyId({ kind: "AKIA", account: "123456789012", rootVersion, serial: 0, check: 0 });
    expect(await known(text)).toBeUndefined();
  });

  it("made under other root keys", async () => {
    const others = parseRootKeys(JSON.stringify({ seal: 2, credentials: [2], keys: { 2: btoa("x".repeat(32)) } }));
    const { accessKeyId } = await accessKey(others, "123456789012", 0);
    expect(await known(accessKeyId)).toBeUndefined();
  });

  it("in lower case", async () => {
    const { accessKeyId } = await accessKey(testRootKeys, "123456789012", 0);
    expect(await known(accessKeyId.toLowerCase())).toBeUndefined();
  });
});

describe("a temporary access key id", () => {
  it("has no check: its last 32 bits are random", async () => {
    const text = printAccessKeyId({ kind: "ASIA", account: "123456789012", rootVersion: 2, serial: 1, check: 1 });
    expect(await known(text)).toMatchObject({ kind: "ASIA", account: "123456789012" });
  });

  it("has another secret than the long-term one with the same characters", async () => {
    const { accessKeyId, secretAccessKey: secret } = await accessKey(testRootKeys, "123456789012", 0);
    const text = accessKeyId.replace("AKIA", "ASIA");
    const id = parseAccessKeyId(text);
    expect(id?.kind).toBe("ASIA");
    if (id !== undefined) expect(accessKeyText(await secretAccessKey(testRootKeys, id, text))).not.toBe(secret);
  });
});
