// What was written when a format was new is made again byte for byte, and opens, with the code and the root keys of today.

import { describe, expect, it } from "vitest";
import { knownAccessKeyId } from "../../../src/auth/credentials.ts";
import { boxes } from "../../../src/crypto/aead.ts";
import { derive } from "../../../src/crypto/derive.ts";
import { macKey, verifyMac } from "../../../src/crypto/mac.ts";
import { parseRootKeys } from "../../../src/crypto/root-keys.ts";
import { Secret } from "../../../src/crypto/secret.ts";
import { markers } from "../../../src/durable/page-markers.ts";
import { rootKeyGuard } from "../../../src/durable/root-key-guard.ts";
import { parse, print } from "../../../src/keyring/ciphertext.ts";
import { type GrantToken, parseGrantToken, printGrantToken } from "../../../src/keyring/grant-token.ts";
import { type ImportToken, importTokens } from "../../../src/keyring/import-token.ts";
import type { Key } from "../../../src/keyring/key.ts";
import { Keyring } from "../../../src/keyring/keyring.ts";
import { DEFAULT_CIPHER } from "../../../src/keyring/specs.ts";
import { type SealedWrappingKey, WrappingKeys } from "../../../src/keyring/wrapping-keys.ts";
import { framed, fromUtf8, toHex, utf8 } from "../../../src/wire/bytes.ts";
import { parsePassport } from "../../../src/wire/passport.ts";
import { OLDER_ROOT_KEYS, TEST_ROOT_KEYS } from "../../support/root-keys.ts";
import { goldenEntries } from "../../tools/golden-entries.ts";
import json from "../../vectors/golden.json";

const golden: Readonly<Record<string, object>> = json;
const rootKeys = parseRootKeys(TEST_ROOT_KEYS);
const random = (): never => {
  throw new Error("opening takes no random bytes");
};

/** The entries of a kind, by name. */
function entries<T>(kind: string): [string, T][] {
  const found = Object.entries(golden).filter(([, entry]) => "kind" in entry && entry.kind === kind);
  if (found.length === 0) throw new Error(`no golden ${kind}`);
  return found as [string, T][];
}

describe("made again, it is what it was (an entry that is new: node test/tools/golden.ts)", async () => {
  it.each(Object.entries(await goldenEntries()))("%s", (name, made) => expect(made).toEqual(golden[name]));
});

interface Sealed {
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  readonly spec: string;
  readonly usage: string;
  readonly purpose: string;
  readonly materialId: string;
  readonly plain: string;
  readonly box: string;
}
interface Blob {
  readonly account: string;
  readonly keyId: string;
  readonly materialId: string;
  readonly context: Readonly<Record<string, string>>;
  readonly plaintext: string;
  readonly blob: string;
}

describe("opens", () => {
  it.each(entries<Sealed>("sealed"))("%s", async (_, row) => {
    const { account, region, keyId, materialId, spec, usage, purpose, plain, box } = row;
    const fields = [account, region, keyId, materialId, spec, usage, purpose].map(utf8);
    const opened = await boxes(rootKeys, random, "material", account, region).open(Uint8Array.fromHex(box), (version) =>
      framed(...fields, Uint8Array.of(version)),
    );
    expect(opened && toHex(opened)).toBe(plain);
  });

  it.each(entries<Blob>("ciphertext"))("%s, from its sealed row, and prints back", async (_, { blob, ...entry }) => {
    const { keyId, materialId, account, context, plaintext } = entry;
    const [, sealed] = entries<Sealed>("sealed").find(([, row]) => row.keyId === keyId && row.materialId === materialId) ?? [];
    const find = () => ({ id: materialId, box: Uint8Array.fromHex(sealed?.box ?? "") });
    const turn = () => expect.unreachable();
    const publicKeys = { find: () => undefined };
    const ports = { account, region: sealed?.region ?? "", rootKeys, random, publicKeys, turn, requireRootKey: async () => {} };
    const key = { id: keyId, account, spec: sealed?.spec, usage: sealed?.usage, materialId } as Key;

    const ciphertext = parse(Uint8Array.fromHex(blob));
    if (ciphertext === undefined) throw new Error("not read as a ciphertext");
    expect(toHex(print(ciphertext))).toBe(blob);
    const opened = await new Keyring({ ...ports, materials: { find } }).decrypt(
      key,
      DEFAULT_CIPHER,
      ciphertext,
      new Map(Object.entries(context)),
    );
    expect(opened && fromUtf8(opened.plaintext)).toBe(plaintext);
  });

  type WrappingKey = SealedWrappingKey & { account: string; region: string; plain: string };
  it.each(entries<WrappingKey>("wrapping key"))("%s", async (_, { account, region, plain, box, ...row }) => {
    const ports = { account, region, rootKeys, random, requireRootKey: async () => {}, turn: () => expect.unreachable() };
    const opened = await new WrappingKeys(ports).open({ ...row, box: Uint8Array.fromHex(String(box)) });
    expect(toHex(Secret.open(opened))).toBe(plain);
  });

  type Token = { account: string; region: string; token: ImportToken; box: string };
  it.each(entries<Token>("import token"))("%s", async (_, { account, region, token, box }) => {
    const tokens = importTokens({ account, region, rootKeys, random });
    expect(await tokens.open(Uint8Array.fromHex(box))).toEqual(token);
  });

  it.each(entries<GrantToken & { random: string; text: string }>("grant token"))("%s, and prints back", (_, entry) => {
    const { account, region, keyId, grantId, random: drawn, text } = entry;
    expect(parseGrantToken(text)).toEqual({ account, region, keyId, grantId });
    expect(printGrantToken(entry, Uint8Array.fromHex(drawn))).toBe(text);
  });

  it.each(entries<{ account: string; region: string; operation: string; position: string; text: string }>("marker"))(
    "%s",
    async (_, { account, region, operation, position, text }) => {
      expect(await markers({ account, region, rootKeys, random })(operation).open(text)).toBe(position);
    },
  );

  it.each(entries<{ version: number; claims: object; text: string }>("passport"))("%s", async (_, { version, claims, text }) => {
    const parsed = parsePassport(text);
    if (parsed === undefined) throw new Error("not read as a passport");
    expect(parsed.passport).toEqual({ ...claims, rootVersion: version });
    expect(await verifyMac(await macKey(await derive(rootKeys, version, "passport")), parsed.mac, parsed.signed)).toBe(true);
  });

  it.each(entries<{ version: number; account: string; serial: number; accessKeyId: string }>("access key"))(
    "%s, while its root key version signs callers in",
    async (_, { version, account, serial, accessKeyId }) => {
      const accepting = version === 1 ? parseRootKeys(OLDER_ROOT_KEYS) : rootKeys;
      expect(await knownAccessKeyId(accepting, accessKeyId)).toMatchObject({ account, serial, rootVersion: version });
      if (version === 1) expect(await knownAccessKeyId(rootKeys, accessKeyId)).toBeUndefined();
    },
  );

  it.each(entries<{ version: number; rows: Readonly<Record<string, string>> }>("check value"))(
    "%s is met",
    async (_, { version, rows }) => {
      const meta = { find: (name: string) => rows[name], put: () => expect.unreachable("the value is there") };
      await expect(rootKeyGuard(rootKeys, meta)(version, "seal")).resolves.toBeUndefined();
    },
  );
});
