// How much of a caller's text a refusal says back to him: a message must not be as long as what it refuses.

/** Bytes of UTF-8, the mark of a cut included. */
const SHOWN_BYTES_MAX = 1024;
const MARK = "…";

const encoder = new TextEncoder();

/** @returns the text where it has at most 1 KiB of UTF-8; of a longer one its beginning, ending in "…". Always well-formed. */
export function shown(text: string): string {
  const whole = text.slice(0, SHOWN_BYTES_MAX + 1).toWellFormed();
  const bytes = new Uint8Array(SHOWN_BYTES_MAX);
  if (encoder.encodeInto(whole, bytes).read === text.length) return whole;
  const { read } = encoder.encodeInto(whole, bytes.subarray(encoder.encode(MARK).byteLength));
  return whole.slice(0, read) + MARK;
}
