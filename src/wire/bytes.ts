// Bytes and the texts they travel as. Runs in workerd and in Node.

/** Bytes that own a plain ArrayBuffer: what Web Crypto takes and gives. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** So many random bytes. */
export type Random = (bytes: number) => Bytes;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of a text. A lone surrogate would become U+FFFD: texts from outside are checked before (shape.ts). */
export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes; // never a shared buffer, whatever the type says

/** Writes a text's UTF-8 into bytes that have room for it. @returns how many bytes it takes. */
export const encodeInto = (text: string, bytes: Bytes): number => encoder.encodeInto(text, bytes).written;

/** How many bytes of UTF-8 a well-formed text has; of one with more than `max`, a number above `max`, at no more cost. */
export function utf8Length(text: string, max: number): number {
  if (text.length > max) return text.length;
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Each half of a surrogate pair stands for two of the pair's four bytes.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/** Bytes of UTF-8 that a UTF-16 unit takes at most. */
export const UTF8_BYTES_A_UNIT_MAX = 3;

/** Whether a well-formed text has at most so many bytes of UTF-8. They are counted only where the text's length leaves it open. */
export const isWithinBytes = (text: string, bytesMax: number): boolean =>
  text.length * UTF8_BYTES_A_UNIT_MAX <= bytesMax || utf8Length(text, bytesMax) <= bytesMax;

/** The text of UTF-8 bytes, or undefined where they are none. */
export function fromUtf8(bytes: Bytes): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  const codes = new Array<number>(2 * bytes.length);
  for (const [at, byte] of bytes.entries()) {
    codes[2 * at] = DIGITS.charCodeAt(byte >> 4);
    codes[2 * at + 1] = DIGITS.charCodeAt(byte & 15);
  }
  return String.fromCharCode(...codes);
}

const DIGITS = "0123456789abcdef";

/** The bytes of an even number of hexadecimal digits; undefined for any other text. */
export function fromHex(text: string): Bytes | undefined {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    const [high, low] = [nibble(text.charCodeAt(2 * at)), nibble(text.charCodeAt(2 * at + 1))];
    if (high < 0 || low < 0) return undefined;
    bytes[at] = (high << 4) | low;
  }
  return bytes;
}

/** The value of a digit of lower-case hexadecimal; -1 for any other character. */
function nibble(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

/** Standard base64 with padding (RFC 4648 §4). */
export function toBase64(bytes: Bytes): string {
  let characters = "";
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return btoa(characters);
}

/** The bytes of standard, padded base64; undefined for any other text. */
export function fromBase64(text: string): Bytes | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** base64url without padding (RFC 4648 §5): markers and passports. */
export const toBase64Url = (bytes: Bytes): string =>
  toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The bytes of base64url without padding; undefined for any other text. */
export function fromBase64Url(text: string): Bytes | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  const bytes = fromBase64(text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (text.length % 4)) % 4));
  // Two texts must not name the same bytes: the unused low bits of the last character are zero.
  return bytes !== undefined && toBase64Url(bytes) === text ? bytes : undefined;
}

/** One array holding all parts in order. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}

/** Each part as u32 length (big-endian) ‖ bytes: no two different lists of parts print the same. */
export function framed(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + 4 + part.byteLength, 0));
  const view = new DataView(joined.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.byteLength);
    joined.set(part, at + 4);
    at += 4 + part.byteLength;
  }
  return joined;
}
