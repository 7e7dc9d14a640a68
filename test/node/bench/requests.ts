// Requests prepared beforehand: signed with the SDK's own signer, and printed as they go on the wire.

import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../support/sha256.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
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
