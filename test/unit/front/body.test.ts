// The body as text: at most 1 MiB, whatever it says of its length.

import { describe, expect, it } from "vitest";
import { BODY_BYTES_MAX, readBody } from "../../../src/front/body.ts";

const encoder = new TextEncoder();
const TOO_LARGE = expect.objectContaining({
  code: "RequestEntityTooLargeException",
  message: "The request is larger than 1048576 bytes.",
});

/** A request whose chunks are made as they are asked for; `made` counts them. */
function chunked(chunks: Iterable<Uint8Array>, headers: Record<string, string> = {}) {
  const counted = { made: 0, cancelled: false };
  const iterator = chunks[Symbol.iterator]();
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = iterator.next();
        if (done) return controller.close();
        counted.made++;
        controller.enqueue(value);
      },
      cancel() {
        counted.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { request: new Request("https://kms.example/", { method: "POST", headers, body }), counted };
}

const declared = (body: string | Uint8Array<ArrayBuffer>): Request => {
  const length = typeof body === "string" ? encoder.encode(body).byteLength : body.byteLength;
  return new Request("https://kms.example/", { method: "POST", headers: { "content-length": String(length) }, body });
};

function* kilobytes(count: number): Generator<Uint8Array> {
  for (let at = 0; at < count; at++) yield new Uint8Array(1024).fill(97);
}

function* each(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at++) yield bytes.slice(at, at + 1);
}

describe("a body", () => {
  it("is limited to 1 MiB", () => {
    expect(BODY_BYTES_MAX).toBe(1_048_576);
  });

  it("of exactly 1 MiB is read", async () => {
    expect(await readBody(declared("a".repeat(BODY_BYTES_MAX)))).toHaveLength(BODY_BYTES_MAX);
    expect(await readBody(chunked(kilobytes(1024)).request)).toHaveLength(BODY_BYTES_MAX);
  });

  it("of a byte more is refused: by what it declares, before any of it is read", async () => {
    const { request, counted } = chunked(kilobytes(1), { "content-length": String(BODY_BYTES_MAX + 1) });
    await expect(readBody(request)).rejects.toThrow(TOO_LARGE);
    expect(counted.made).toBe(0);
  });

  it("of a byte more is refused: by its count, where it declares nothing", async () => {
    const { request } = chunked([...kilobytes(1024), Uint8Array.of(97)]);
    await expect(readBody(request)).rejects.toThrow(TOO_LARGE);
  });

  it("without an end is not read to it", async () => {
    const { request, counted } = chunked(kilobytes(1_000_000));
    await expect(readBody(request)).rejects.toThrow(TOO_LARGE);
    expect(counted.made).toBeLessThan(1100);
    expect(counted.cancelled).toBe(true);
  });

  it("counts bytes, not characters", async () => {
    const text = "é".repeat(BODY_BYTES_MAX / 2);
    expect(await readBody(declared(text))).toBe(text);
    await expect(readBody(declared(`${text}a`))).rejects.toThrow(TOO_LARGE);
  });

  it.each(["x", "1e9", "-", "12,12", "Infinity", "0x100001"])("of length %j is refused", async (length) => {
    await expect(readBody(chunked(kilobytes(1), { "content-length": length }).request)).rejects.toThrow(TOO_LARGE);
  });

  it("that is none is empty", async () => {
    expect(await readBody(new Request("https://kms.example/"))).toBe("");
    expect(await readBody(declared(""))).toBe("");
    expect(await readBody(chunked([]).request)).toBe("");
  });

  it("in chunks that end within a character is read whole", async () => {
    const text = 'é漢🔑 {"a":1}';
    expect(await readBody(chunked(each(encoder.encode(text))).request)).toBe(text);
  });

  const MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
  it.each([
    ["is not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d)],
    ["ends within a character", Uint8Array.of(0x7b, 0xc3)],
    ["begins with a byte order mark", Uint8Array.of(...MARK, 0x7b, 0x7d)],
    ["encodes a surrogate", Uint8Array.of(0xed, 0xa0, 0x80)],
    ["encodes a slash in two bytes", Uint8Array.of(0xc0, 0xaf)],
  ])("that %s comes out as another than was signed, in chunks or not", async (_, bytes) => {
    for (const request of [declared(bytes), chunked(each(bytes)).request]) {
      expect(encoder.encode(await readBody(request))).not.toEqual(bytes);
    }
  });
});
