// Requests prepared beforehand: signed with the SDK's own signer, and printed as they go on the wire.

import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The hash that the signer wants to be given. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash | typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new TypeError("a hash is used once");
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

const REGION = "us-east-1";

/** Signed calls of one operation. */
export async function signedCalls(
  port: number,
  credentials: Credentials,
  operation: string,
  bodies: readonly Readonly<Record<string, unknown>>[],
): Promise<Buffer[]> {
  const signer = new SignatureV4({ credentials, region: REGION, service: "kms", sha256: Sha256 });
  return Promise.all(
    bodies.map(async (input) => {
      const body = JSON.stringify(input);
      const { headers } = await signer.sign({
        method: "POST",
        protocol: "http:",
        hostname: "127.0.0.1",
        port,
        path: "/",
        query: {},
        headers: {
          host: `127.0.0.1:${port}`,
          "content-type": "application/x-amz-json-1.1",
          "content-length": String(Buffer.byteLength(body)),
          "x-amz-target": `TrentService.${operation}`,
        },
        body,
      });
      return printed("POST / HTTP/1.1", headers, body);
    }),
  );
}

/** An unsigned request to one of the bench's own routes, with a body as long as the calls'. */
export const plainCall = (port: number, path: string, body: string): Buffer =>
  printed(
    `POST ${path} HTTP/1.1`,
    {
      host: `127.0.0.1:${port}`,
      "content-type": "application/x-amz-json-1.1",
      "content-length": String(Buffer.byteLength(body)),
    },
    body,
  );

function printed(line: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${line}\r\n${fields.join("")}\r\n${body}`);
}
