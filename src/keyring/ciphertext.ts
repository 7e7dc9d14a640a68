// The CiphertextBlob of a symmetric key, version 1, and the canonical encryption context. `print(parse(b))` equals `b`.
//
//   1 0x01 · 1 flags (bit 0: the key id is an mrk- one) · 5 account · 16 key id · 16 material id (its first half) · 16 nonce ·
//   32 key commitment · n ciphertext · 16 tag

import { COMMITMENT_BYTES, MESSAGE_NONCE_BYTES, MESSAGE_TAG_BYTES } from "../crypto/message.ts";
import { type Bytes, concat, fromHex, toHex, utf8, utf8Length } from "../wire/bytes.ts";
import { ACCOUNT_BYTES, accountBytes, accountOf, keyIdOf, keyReference } from "./key-reference.ts";

const VERSION = 1;
const KEY_ID_BYTES = 16;
export const MATERIAL_PREFIX_BYTES = 16;
/** Version, flags, account, key and material: the same for every message under one material. */
export const ORIGIN_BYTES = 2 + ACCOUNT_BYTES + KEY_ID_BYTES + MATERIAL_PREFIX_BYTES;
/** Everything before the ciphertext, all of which the tag covers. */
export const HEADER_BYTES = ORIGIN_BYTES + MESSAGE_NONCE_BYTES + COMMITMENT_BYTES;

export interface Ciphertext {
  /** 12 digits. Like all of the header, the writer's word until the message has opened. */
  readonly account: string;
  readonly keyId: string;
  /** The first 32 hexadecimal digits of the material's id. */
  readonly materialPrefix: string;
  readonly nonce: Bytes;
  readonly commitment: Bytes;
  /** Ciphertext and tag. */
  readonly body: Bytes;
  /** What it was read from, up to the body. */
  readonly header: Bytes;
}

/** The first part of a blob. */
export function printOrigin({ account, keyId, materialPrefix }: Pick<Ciphertext, "account" | "keyId" | "materialPrefix">): Bytes {
  const [flags, keyIdBytes] = keyReference(keyId);
  const prefixBytes = fromHex(materialPrefix);
  if (prefixBytes === undefined) throw new TypeError("a ciphertext names a material");
  return concat(Uint8Array.of(VERSION, flags), accountBytes(account), keyIdBytes, prefixBytes);
}

export const print = (ciphertext: Omit<Ciphertext, "header">): Bytes =>
  concat(printOrigin(ciphertext), ciphertext.nonce, ciphertext.commitment, ciphertext.body);

/** Reads a blob; undefined for what no version of this service printed. */
export function parse(blob: Bytes): Ciphertext | undefined {
  const [version, flags = 0] = blob;
  if (version !== VERSION || blob.byteLength <= HEADER_BYTES + MESSAGE_TAG_BYTES) return undefined;
  let at = 2;
  const take = (length: number): Bytes => {
    at += length;
    return blob.subarray(at - length, at);
  };
  const account = accountOf(take(ACCOUNT_BYTES));
  const keyId = keyIdOf(flags, take(KEY_ID_BYTES));
  if (account === undefined || keyId === undefined) return undefined;
  return {
    account,
    keyId,
    materialPrefix: toHex(take(MATERIAL_PREFIX_BYTES)),
    nonce: take(MESSAGE_NONCE_BYTES),
    commitment: take(COMMITMENT_BYTES),
    body: blob.subarray(HEADER_BYTES),
    header: blob.subarray(0, HEADER_BYTES),
  };
}

export type EncryptionContext = ReadonlyMap<string, string>;

/** Whether a context's canonical form has more than `bytesMax` bytes: summed up to there, and nothing encoded, sorted or copied. */
export function exceeds(context: EncryptionContext, bytesMax: number): boolean {
  let length = 4;
  for (const [name, value] of context) {
    length += 8 + utf8Length(name, bytesMax) + utf8Length(value, bytesMax);
    if (length > bytesMax) return true;
  }
  return false;
}

/**
 * An encryption context as bytes: u32 count, then u32 length ‖ key ‖ u32 length ‖ value of each pair, sorted by the key's bytes.
 * `room`: bytes left free before it, for what is to stand there.
 */
export const contextBytes = (context: EncryptionContext, room = 0): Bytes =>
  contextOfAscii(context, room) ?? contextOfUtf8(context, room);

/** The same where all of it is ASCII, as nearly always: a byte a character, so that nothing is encoded on the way. Else undefined. */
function contextOfAscii(context: EncryptionContext, room: number): Bytes | undefined {
  let length = room + 4;
  for (const [name, value] of context) length += 8 + name.length + value.length;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(room, context.size);
  let at = room + 4;
  const put = (text: string): boolean => {
    view.setUint32(at, text.length);
    at += 4;
    for (let unit = 0; unit < text.length; unit++) {
      const code = text.charCodeAt(unit);
      if (code > 0x7f) return false;
      bytes[at++] = code;
    }
    return true;
  };
  const names = context.size > 1 ? [...context.keys()].sort() : context.keys(); // by code units, which are the bytes
  for (const name of names) if (!put(name) || !put(context.get(name) ?? "")) return undefined;
  return bytes;
}

function contextOfUtf8(context: EncryptionContext, room: number): Bytes {
  const pairs: (readonly [Bytes, Bytes])[] = [];
  let length = room + 4;
  for (const [name, value] of context) {
    const pair = [utf8(name), utf8(value)] as const;
    length += 8 + pair[0].byteLength + pair[1].byteLength;
    pairs.push(pair);
  }
  if (pairs.length > 1) pairs.sort(([left], [right]) => compareBytes(left, right));
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(room, pairs.length);
  let at = room + 4;
  for (const pair of pairs) {
    for (const part of pair) {
      view.setUint32(at, part.byteLength);
      bytes.set(part, at + 4);
      at += 4 + part.byteLength;
    }
  }
  return bytes;
}

function compareBytes(left: Bytes, right: Bytes): number {
  const shared = Math.min(left.byteLength, right.byteLength);
  for (let at = 0; at < shared; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.byteLength - right.byteLength;
}
