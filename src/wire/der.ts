// Reads DER (ITU-T X.690): definite lengths in their shortest form, tags of one byte. Whatever is left over, or written otherwise, is
// no DER, so that one value has one encoding.

import type { Bytes } from "./bytes.ts";

export const [INTEGER, BIT_STRING, OCTET_STRING, SEQUENCE] = [0x02, 0x03, 0x04, 0x30] as const;
/** A member of a structure that is told by its number alone, such as `[1]`. */
export const numbered = (number: number): number => 0xa0 + number;

export interface Element {
  readonly tag: number;
  readonly value: Bytes;
  /** Tag and length too. */
  readonly whole: Bytes;
}

const LONG_TAG = 0x1f;
const LENGTH_BYTES_MAX = 3;

/** @returns the elements that fill the bytes from the first to the last, or undefined where they are no DER. */
export function elementsOf(bytes: Bytes): readonly Element[] | undefined {
  const elements: Element[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const element = elementAt(bytes, at);
    if (element === undefined) return undefined;
    elements.push(element);
    at += element.whole.byteLength;
  }
  return elements;
}

/** @returns what stands in the one element of this tag that fills the bytes; undefined where they are anything else. */
export function contentOf(bytes: Bytes, tag: number): Bytes | undefined {
  const [only, ...more] = elementsOf(bytes) ?? [];
  return only?.tag === tag && more.length === 0 ? only.value : undefined;
}

function elementAt(bytes: Bytes, at: number): Element | undefined {
  const [tag = LONG_TAG, first = 0x80] = bytes.subarray(at, at + 2);
  if ((tag & LONG_TAG) === LONG_TAG) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80 || lengthBytes > LENGTH_BYTES_MAX) return undefined;
  const written = bytes.subarray(at + 2, at + 2 + lengthBytes);
  const length = lengthBytes === 0 ? first : written.reduce((sum, byte) => sum * 256 + byte, 0);
  const isShortest = lengthBytes === 0 || (length >= 0x80 && written[0] !== 0 && written.byteLength === lengthBytes);
  const begin = at + 2 + lengthBytes;
  if (!isShortest || begin + length > bytes.byteLength) return undefined;
  return { tag, value: bytes.subarray(begin, begin + length), whole: bytes.subarray(at, begin + length) };
}
