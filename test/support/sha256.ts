// SHA-256 and its HMAC in the form that @smithy/signature-v4 asks for.

type Source = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (source: Source): Uint8Array<ArrayBuffer> => {
  if (typeof source === "string") return new TextEncoder().encode(source) as Uint8Array<ArrayBuffer>;
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(source) ? source : new Uint8Array(source);
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
};

export class Sha256 {
  readonly #secret: Source | undefined;
  #parts: Uint8Array<ArrayBuffer>[] = [];

  constructor(secret?: Source) {
    this.#secret = secret;
  }

  update(part: Source): void {
    this.#parts.push(bytesOf(part));
  }

  async digest(): Promise<Uint8Array> {
    const whole = await new Blob(this.#parts).arrayBuffer();
    if (this.#secret === undefined) return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", bytesOf(this.#secret), algorithm, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", key, whole));
  }

  reset(): void {
    this.#parts = [];
  }
}
