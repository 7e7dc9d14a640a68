// A request's body as text, bounded while it is read.

import { ApiError } from "../wire/api-error.ts";

export const BODY_BYTES_MAX = 1024 * 1024;

const tooLarge = (): ApiError =>
  new ApiError("RequestEntityTooLargeException", `The request is larger than ${BODY_BYTES_MAX} bytes.`);

/** A client that went away within its body is no trouble of ours: it is refused as what it sent. */
const cutOff = (): ApiError => new ApiError("SerializationException", "The request's body ended early.");

/**
 * Reads the body. What is not UTF-8, or begins with a byte order mark, comes out as another text than was signed.
 * @throws ApiError RequestEntityTooLargeException, before more than the limit has been read; SerializationException.
 */
export async function readBody(request: Request): Promise<string> {
  const declared = request.headers.get("content-length");
  if (declared === null) return readCounted(request);
  if (!(Number(declared) <= BODY_BYTES_MAX)) throw tooLarge();
  return request.text().catch(() => {
    throw cutOff();
  });
}

/** A body sent in chunks does not say how long it is. */
async function readCounted({ body }: Request): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw cutOff();
    });
    if (done) return text + decoder.decode();
    length += value.byteLength;
    if (length > BODY_BYTES_MAX) {
      await reader.cancel();
      throw tooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}
