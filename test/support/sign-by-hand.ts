// Signature Version 4 by hand, for requests that no real signer makes. Nothing of src/auth has a part in it.

/** A request as it goes out. Header names in lower case. */
export interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface How {
  readonly credentials: Credentials;
  /** Names of the headers to sign; all that are sent where there are none. */
  readonly signed?: readonly string[];
  readonly scope?: Readonly<Partial<Record<"date" | "region" | "service" | "terminator", string>>>;
}

const encoder = new TextEncoder();
const bytesOf = (body: Sent["body"]): Uint8Array<ArrayBuffer> =>
  typeof body === "string" ? (encoder.encode(body) as Uint8Array<ArrayBuffer>) : body;
const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

export const hash = async (body: Sent["body"]): Promise<string> => hex(await crypto.subtle.digest("SHA-256", bytesOf(body)));

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", imported, encoder.encode(text));
}

/** YYYYMMDDTHHMMSSZ */
export const amzDate = (time: number): string => new Date(time).toISOString().replace(/[:-]|\.\d{3}/g, "");

/** The request with its Authorization header. */
export async function signByHand(request: Sent, { credentials, signed, scope = {} }: How): Promise<Sent> {
  const { method, headers, body } = request;
  const url = new URL(request.url);
  const given = headers["x-amz-date"] ?? headers["date"] ?? "";
  const signedAt = Number.isNaN(Date.parse(given)) ? given : amzDate(Date.parse(given)); // Date may be HTTP's
  const { date = signedAt.slice(0, 8), region = "us-east-1", service = "kms", terminator = "aws4_request" } = scope;
  const names = signed ?? Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name] ?? ""}\n`).join("");
  const query = url.search.slice(1).split("&").sort().join("&");
  const canonical = `${method}\n${url.pathname}\n${query}\n${lines}\n${names.join(";")}\n${await hash(body)}`;
  const toSign = `AWS4-HMAC-SHA256\n${signedAt}\n${date}/${region}/${service}/${terminator}\n${await hash(canonical)}`;
  let key: BufferSource = encoder.encode(`AWS4${credentials.secretAccessKey}`);
  for (const part of [date, region, service, terminator]) key = await hmac(key, part);
  const signature = hex(await hmac(key, toSign));
  const credential = `${credentials.accessKeyId}/${date}/${region}/${service}/${terminator}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...request, headers: { ...headers, authorization } };
}
