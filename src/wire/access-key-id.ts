// Access key ids carry what is needed to verify them: 80 bits in 16 base32 characters behind `AKIA` (long-term) or `ASIA`.
// bit 79 always 1 · 78–39 account · 38–32 root key version · 31–12 serial · 11–0 check. Format: docs/formats.md.

import type { Bytes } from "./bytes.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const FORM = /^(AKIA|ASIA)([A-Z2-7]{16})$/;
const BYTES = 10;
const ACCOUNTS = 10n ** 12n;
const CHECK_BITS = 12n;
const ONES = (bits: bigint): bigint => (1n << bits) - 1n;

export interface AccessKeyId {
  readonly kind: "AKIA" | "ASIA";
  /** 12 digits. */
  readonly account: string;
  readonly rootVersion: number;
  /** 20 bits; of an `ASIA` id the upper 20 of its 32 random ones. */
  readonly serial: number;
  /** 12 bits; of an `ASIA` id the lower 12 of its 32 random ones. */
  readonly check: number;
}

/** Serials of an account root's access keys; all above are users'. */
const ROOT_SERIAL_MAX = 255;

/** Who signs with an access key, as far as its id tells: an account's root, or whoever holds another key (whose, the id does not say). */
export type CallerKind = "root" | "key";

export const callerKind = ({ serial }: Pick<AccessKeyId, "serial">): CallerKind => (serial <= ROOT_SERIAL_MAX ? "root" : "key");

/** The ten bytes that the check covers: the id's with the check's bits zero. */
export const checkedBytes = (id: Omit<AccessKeyId, "check">): Bytes => toBytes(bitsOf({ ...id, check: 0 }));

function bitsOf({ account, rootVersion, serial, check }: Omit<AccessKeyId, "kind">): bigint {
  return (1n << 79n) | (BigInt(account) << 39n) | (BigInt(rootVersion) << 32n) | (BigInt(serial) << CHECK_BITS) | BigInt(check);
}

function toBytes(bits: bigint): Bytes {
  return Uint8Array.from({ length: BYTES }, (_, at) => Number((bits >> BigInt(8 * (BYTES - 1 - at))) & 0xffn));
}

export function printAccessKeyId(id: AccessKeyId): string {
  const bits = bitsOf(id);
  const characters = Array.from({ length: 16 }, (_, at) => ALPHABET[Number((bits >> BigInt(5 * (15 - at))) & 31n)]);
  return id.kind + characters.join("");
}

/** Reads an access key id; undefined for any other spelling, a clear first bit, and a number that is no account. */
export function parseAccessKeyId(text: string): AccessKeyId | undefined {
  const [, kind, characters] = FORM.exec(text) ?? [];
  if (kind === undefined || characters === undefined) return undefined;
  let bits = 0n;
  for (const character of characters) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(character));
  const account = (bits >> 39n) & ONES(40n);
  if (bits >> 79n !== 1n || account >= ACCOUNTS) return undefined;
  return {
    kind: kind as AccessKeyId["kind"],
    account: account.toString().padStart(12, "0"),
    rootVersion: Number((bits >> 32n) & ONES(7n)),
    serial: Number((bits >> CHECK_BITS) & ONES(20n)),
    check: Number(bits & ONES(CHECK_BITS)),
  };
}
