// Requests prepared beforehand: signed with the SDK's own signer, and printed as they go on the wire.

import { SignatureV4 } from "@smithy/signature-v4";
import { Sha256 } from "../../support/sha256.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const REGION = "us-east-1";

/** Whoever speaks KMS's JSON protocol at a port of this machine. */
export interface Service {
  readonly port: number;
  /** One call, read to its end. @throws Error on any answer but 200. */
  call(account: string, operation: string, input: Input): Promise<Record<string, unknown>>;
  /** So many signed calls of one operation, `inputs` in turn. A signature lives five minutes. */
  prepare(account: string, operation: string, inputs: readonly Input[], count: number): Promise<Buffer[]>;
}

type Input = Readonly<Record<string, unknown>>;

export const serviceAt = (port: number, credentials: (account: string) => Promise<Credentials>): Service => ({
  port,
  async call(account, operation, input) {
    const [request = Buffer.alloc(0)] = await signedCalls(port, await credentials(account), operation, [input]);
    const [head = "", body = ""] = request.toString().split("\r\n\r\n");
    const fields = head.split("\r\n").slice(1);
    const headers = Object.fromEntries(
      fields.map((field) => [field.slice(0, field.indexOf(":")), field.slice(field.indexOf(":") + 2)]),
    );
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body });
    const text = await response.text();
    if (response.status !== 200) throw new Error(text);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  },
  prepare: async (account, operation, inputs, count) =>
    signedCalls(
      port,
      await credentials(account),
      operation,
      Array.from({ length: count }, (_, at) => inputs[at % inputs.length] ?? {}),
    ),
});

/** Signed calls of one operation. */
export async function signedCalls(
  port: number,
  credentials: Credentials,
  operation: string,
  bodies: readonly Input[],
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

/** An unsigned request. @param own headers besides those that every request has. */
export const plainCall = (port: number, path: string, body: string, own: Readonly<Record<string, string>> = {}): Buffer =>
  printed(
    `POST ${path} HTTP/1.1`,
    {
      host: `127.0.0.1:${port}`,
      "content-type": "application/x-amz-json-1.1",
      "content-length": String(Buffer.byteLength(body)),
      ...own,
    },
    body,
  );

function printed(line: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${line}\r\n${fields.join("")}\r\n${body}`);
}
