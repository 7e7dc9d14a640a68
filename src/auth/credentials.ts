// Access keys without a look-up: the id names its account and root key version, the secret derives from the id. Nothing secret is
// stored anywhere; whether a key exists and is active only the stores know.

import { accessKeyText, derive, deriveAccessKey } from "../crypto/derive.ts";
import { mac, macKey } from "../crypto/mac.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import type { Secret } from "../crypto/secret.ts";
import { type AccessKeyId, checkedBytes, parseAccessKeyId, printAccessKeyId } from "../wire/access-key-id.ts";

const checkKeys = new WeakMap<RootKeys, Map<number, Promise<CryptoKey>>>();

/** The first 12 bits of an HMAC over the id, so that an invented id is unknown and not merely badly signed. */
async function checkOf(rootKeys: RootKeys, id: Omit<AccessKeyId, "check">): Promise<number> {
  const versions = checkKeys.get(rootKeys) ?? new Map<number, Promise<CryptoKey>>();
  checkKeys.set(rootKeys, versions);
  const key = versions.get(id.rootVersion) ?? derive(rootKeys, id.rootVersion, "access-key-check").then(macKey);
  versions.set(id.rootVersion, key);
  const [first = 0, second = 0] = await mac(await key, checkedBytes(id));
  return (first << 4) | (second >> 4);
}

/**
 * Reads an access key id that one of the accepted root key versions made.
 * @returns undefined for any other: unknown, as AWS says.
 */
export async function knownAccessKeyId(rootKeys: RootKeys, text: string): Promise<AccessKeyId | undefined> {
  const id = parseAccessKeyId(text);
  if (id === undefined || !rootKeys.credentials.includes(id.rootVersion)) return undefined;
  if (id.kind === "ASIA") return id; // its check bits are random: the session token vouches for it
  return (await checkOf(rootKeys, id)) === id.check ? id : undefined;
}

/** The secret of an access key id. */
export const secretAccessKey = (rootKeys: RootKeys, id: AccessKeyId, text: string): Promise<Secret> =>
  deriveAccessKey(rootKeys, id.rootVersion, text);

async function newId(rootKeys: RootKeys, account: string, serial: number): Promise<AccessKeyId> {
  const rootVersion = Math.max(...rootKeys.credentials);
  const unchecked = { kind: "AKIA", account, rootVersion, serial } as const;
  return { ...unchecked, check: await checkOf(rootKeys, unchecked) };
}

/** The id alone of the access key that `accessKey` gives. */
export const accessKeyIdOf = async (rootKeys: RootKeys, account: string, serial: number): Promise<string> =>
  printAccessKeyId(await newId(rootKeys, account, serial));

/** The long-term access key of an account with a serial, under the newest root key version that signs callers in. */
export async function accessKey(
  rootKeys: RootKeys,
  account: string,
  serial: number,
): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  const id = await newId(rootKeys, account, serial);
  const text = printAccessKeyId(id);
  return { accessKeyId: text, secretAccessKey: accessKeyText(await secretAccessKey(rootKeys, id, text)) };
}

/** The account root's access key, serial 0: how whoever holds the root keys signs in first. */
export const rootCredentials = (rootKeys: RootKeys, account: string): Promise<{ accessKeyId: string; secretAccessKey: string }> =>
  accessKey(rootKeys, account, 0);
