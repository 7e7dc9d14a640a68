// The token that GetParametersForImport gives and ImportKeyMaterial wants back: which wrapping key was handed out for which key, and until
// when. A sealed box of format 1 under `import-token` (docs/formats.md), so that nobody makes one, and nothing needs to be stored for it.

import { boxes } from "../crypto/aead.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import { type Bytes, framed, fromHex, fromUtf8, type Random, toHex, utf8 } from "../wire/bytes.ts";

export interface ImportToken {
  readonly keyId: string;
  /** 32 hexadecimal digits. */
  readonly wrappingKeyId: string;
  /** The wrapping algorithm, by AWS's name. */
  readonly algorithm: string;
  /** The wrapping key's spec, by AWS's name. */
  readonly wrappingSpec: string;
  /** Milliseconds since the epoch: no longer good from then on. */
  readonly endsAt: number;
}

export interface ImportTokens {
  seal(token: ImportToken): Promise<Bytes>;
  /** @returns undefined for what this account and Region did not seal. */
  open(bytes: Bytes): Promise<ImportToken | undefined>;
}

export interface ImportTokensPorts {
  readonly account: string;
  readonly region: string;
  readonly rootKeys: RootKeys;
  readonly random: Random;
}

const FIELDS = 5;
const TIME_BYTES = 8;

const associated = (rootVersion: number): Bytes => framed(Uint8Array.of(rootVersion));

export function importTokens({ account, region, rootKeys, random }: ImportTokensPorts): ImportTokens {
  const sealed = boxes(rootKeys, random, "import-token", account, region);
  return {
    seal: (token) => sealed.seal(print(token), associated),
    async open(bytes) {
      const printed = await sealed.open(bytes, associated);
      return printed && parse(printed);
    },
  };
}

/** framed(key id, wrapping key id (16 bytes), algorithm, wrapping spec, end (u64)). */
function print({ keyId, wrappingKeyId, algorithm, wrappingSpec, endsAt }: ImportToken): Bytes {
  const end = new Uint8Array(TIME_BYTES);
  new DataView(end.buffer).setBigUint64(0, BigInt(endsAt));
  return framed(utf8(keyId), fromHex(wrappingKeyId) ?? new Uint8Array(), utf8(algorithm), utf8(wrappingSpec), end);
}

/** @returns undefined for another form, such as a later version may seal. */
function parse(printed: Bytes): ImportToken | undefined {
  const fields = fieldsOf(printed);
  const [keyId, id, algorithm, wrappingSpec, end] = fields;
  if (fields.length !== FIELDS || id === undefined || end?.byteLength !== TIME_BYTES) return undefined;
  const text = (bytes: Bytes | undefined): string => (bytes && fromUtf8(bytes)) ?? "";
  return {
    keyId: text(keyId),
    wrappingKeyId: toHex(id),
    algorithm: text(algorithm),
    wrappingSpec: text(wrappingSpec),
    endsAt: Number(new DataView(end.buffer, end.byteOffset).getBigUint64(0)),
  };
}

function fieldsOf(printed: Bytes): Bytes[] {
  const fields: Bytes[] = [];
  const view = new DataView(printed.buffer, printed.byteOffset, printed.byteLength);
  for (let at = 0; at + 4 <= printed.byteLength; ) {
    const length = view.getUint32(at);
    fields.push(printed.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
}
