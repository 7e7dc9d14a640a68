// The grant token: names account, Region, key and grant. No secret, no authority, nothing sealed: it shows no more than ListGrants does, and decides
// nothing. `print(parse(b))` gives the same names.
//
//   1 0x01 · 1 flags (bit 0: the key id is an mrk- one) · 5 account · 16 key id · 32 grant id · 8 random · n the Region's name

import { type Bytes, concat, fromBase64, fromHex, fromUtf8, toBase64, toHex, utf8 } from "../wire/bytes.ts";
import { isRegion } from "../wire/regions.ts";
import { ACCOUNT_BYTES, accountBytes, accountOf, KEY_REFERENCE_BYTES, keyIdOf, keyReference } from "./key-reference.ts";

export interface GrantToken {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
  readonly keyId: string;
  /** 64 hexadecimal digits. */
  readonly grantId: string;
}

const VERSION = 1;
const [GRANT_ID_BYTES, RANDOM_BYTES] = [32, 8];
const HEAD_BYTES = 1 + KEY_REFERENCE_BYTES + ACCOUNT_BYTES + GRANT_ID_BYTES + RANDOM_BYTES;

/** `random`: 8 bytes, so that each answer has a token of its own. */
export function printGrantToken({ account, region, keyId, grantId }: GrantToken, random: Bytes): string {
  const id = fromHex(grantId);
  if (id === undefined) throw new TypeError("a grant's id is hexadecimal");
  const [flags, keyBytes] = keyReference(keyId);
  return toBase64(concat(Uint8Array.of(VERSION, flags), accountBytes(account), keyBytes, id, random, utf8(region)));
}

/** @returns undefined for what no version of this service printed: not one of its texts is spelt in two ways. */
export function parseGrantToken(text: string): GrantToken | undefined {
  const bytes = fromBase64(text);
  if (bytes === undefined || bytes.byteLength <= HEAD_BYTES || bytes[0] !== VERSION) return undefined;
  if (toBase64(bytes) !== text) return undefined;
  let at = 2;
  const take = (length: number): Bytes => {
    at += length;
    return bytes.subarray(at - length, at);
  };
  const account = accountOf(take(ACCOUNT_BYTES));
  const keyId = keyIdOf(bytes[1] ?? 0, take(KEY_REFERENCE_BYTES - 1));
  const grantId = toHex(take(GRANT_ID_BYTES));
  const region = fromUtf8(bytes.subarray(HEAD_BYTES)) ?? "";
  if (account === undefined || keyId === undefined || !isRegion(region)) return undefined;
  return { account, region, keyId, grantId };
}
