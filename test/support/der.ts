// Writes DER by hand, for encodings that no library of ours prints.

import { type Bytes, concat } from "../../src/wire/bytes.ts";

function lengthOf(value: Bytes): Bytes {
  const { byteLength: length } = value;
  if (length < 0x80) return Uint8Array.of(length);
  return length < 0x100 ? Uint8Array.of(0x81, length) : Uint8Array.of(0x82, length >> 8, length & 0xff);
}

export const element = (tag: number, ...parts: readonly Bytes[]): Bytes => {
  const value = concat(...parts);
  return concat(Uint8Array.of(tag), lengthOf(value), value);
};
export const sequence = (...parts: readonly Bytes[]): Bytes => element(0x30, ...parts);
export const octets = (...parts: readonly Bytes[]): Bytes => element(0x04, ...parts);
export const numbered = (number: number, ...parts: readonly Bytes[]): Bytes => element(0xa0 + number, ...parts);
/** A BIT STRING of whole bytes. */
export const bits = (value: Bytes): Bytes => element(0x03, Uint8Array.of(0), value);
export const integer = (value: number): Bytes => element(0x02, Uint8Array.of(value));
export const hex = (text: string): Bytes => Uint8Array.fromHex(text);
