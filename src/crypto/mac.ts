// HMAC-SHA256 (RFC 2104) by Web Crypto, whose verify compares in constant time.

import { type Bytes, concat, utf8 } from "../wire/bytes.ts";
import { Secret } from "./secret.ts";

const HMAC_SHA256 = { name: "HMAC", hash: "SHA-256" };

const importMac = (bytes: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", bytes, HMAC_SHA256, false, ["sign", "verify"]);

export const macKey = (secret: Secret): Promise<CryptoKey> => importMac(Secret.open(secret));

export const mac = async (key: CryptoKey, message: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.sign("HMAC", key, message));

export const verifyMac = (key: CryptoKey, tag: Bytes, message: Bytes): Promise<boolean> =>
  crypto.subtle.verify("HMAC", key, tag, message);

/** The key that signs a day's requests to one service in one Region. Source: AWS, "Create a signed AWS API request", step 4. */
export async function sigV4Key(secretAccessKey: Secret, date: string, region: string, service: string): Promise<CryptoKey> {
  let key = concat(utf8("AWS4"), Secret.open(secretAccessKey));
  for (const part of [date, region, service, "aws4_request"]) key = await mac(await importMac(key), utf8(part));
  return importMac(key);
}
