// An account and a key id as bytes, the same in each format that names them.

import { type Bytes, fromHex, toHex } from "../wire/bytes.ts";

const MULTI_REGION = 1;
export const ACCOUNT_BYTES = 5;
const ACCOUNTS = 10 ** 12;
/** Flags and key id. */
export const KEY_REFERENCE_BYTES = 17;

/** Big-endian. */
export const accountBytes = (account: string): Bytes =>
  fromHex(
    Number(account)
      .toString(16)
      .padStart(2 * ACCOUNT_BYTES, "0"),
  ) ?? new Uint8Array();

/** @returns 12 digits; undefined for what is no account. */
export function accountOf(bytes: Bytes): string | undefined {
  const account = Number.parseInt(toHex(bytes), 16);
  return account < ACCOUNTS ? account.toString().padStart(12, "0") : undefined;
}

/** Flags (bit 0: an mrk- id; the others 0), and the id's 16 bytes. */
export function keyReference(keyId: string): readonly [flags: number, bytes: Bytes] {
  const bytes = fromHex(keyId.replace("mrk-", "").replaceAll("-", ""));
  if (bytes === undefined) throw new TypeError("a key's id is hexadecimal");
  return [keyId.startsWith("mrk-") ? MULTI_REGION : 0, bytes];
}

/** @returns undefined for flags that no version has set. */
export function keyIdOf(flags: number, bytes: Bytes): string | undefined {
  if (flags > MULTI_REGION) return undefined;
  const id = toHex(bytes);
  return flags === MULTI_REGION ? `mrk-${id}` : id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
