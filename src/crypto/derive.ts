// Every key we use comes from a root key by one derivation: HKDF-SHA256 (RFC 5869), no salt, a purpose and its parts as the info.

import { type Bytes, concat, framed, toBase64, utf8 } from "../wire/bytes.ts";
import type { RootKeys } from "./root-keys.ts";
import { Secret } from "./secret.ts";

/** One list of purposes, one use each. A label is part of the key schedule: changing it orphans what it sealed. */
export type Purpose =
  | "access-key"
  | "access-key-check"
  | "material"
  | "wrapping-key"
  | "import-token"
  | "marker"
  | "passport"
  | "check";

const LABEL = utf8("edgekeep/v1");
const DERIVED_BYTES = 32;
const ACCESS_KEY_BYTES = 30;

type Part = string | Bytes;

const info = (purpose: Purpose, parts: readonly Part[]): Bytes =>
  concat(LABEL, framed(utf8(purpose), ...parts.map((part) => (typeof part === "string" ? utf8(part) : part))));

/** @throws RangeError where the version is not held. */
async function deriveBytes(
  rootKeys: RootKeys,
  version: number,
  purpose: Purpose,
  parts: readonly Part[],
  length: number,
): Promise<Bytes> {
  const root = rootKeys.keys.get(version);
  if (root === undefined) throw new RangeError(`root key version ${version} is not among ROOT_KEYS`);
  const base = await crypto.subtle.importKey("raw", Secret.open(root), "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: info(purpose, parts) };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, base, length * 8));
}

/** 32 bytes for one purpose. */
export async function derive(rootKeys: RootKeys, version: number, purpose: Purpose, ...parts: Part[]): Promise<Secret> {
  return new Secret(await deriveBytes(rootKeys, version, purpose, parts, DERIVED_BYTES));
}

/** The secret access key of an access key id: standard base64 (40 characters) of 30 derived bytes, kept as its ASCII bytes. */
export async function deriveAccessKey(rootKeys: RootKeys, version: number, accessKeyId: string): Promise<Secret> {
  return new Secret(utf8(toBase64(await deriveBytes(rootKeys, version, "access-key", [accessKeyId], ACCESS_KEY_BYTES))));
}

/** The one secret made to be read by people: a secret access key, for the program that prints it. */
export const accessKeyText = (secretAccessKey: Secret): string => String.fromCharCode(...Secret.open(secretAccessKey));
