// The root keys of a deployment: versions that open, the one that seals, those that sign callers in. Format: docs/formats.md.

import { fromBase64 } from "../wire/bytes.ts";
import { Secret } from "./secret.ts";

const ROOT_KEY_BYTES = 32;
const ROOT_VERSION_MAX = 127;

export interface RootKeys {
  /** The version that new rows are sealed under, and passports are made with. */
  readonly seal: number;
  /** Versions whose access keys are accepted. */
  readonly credentials: readonly number[];
  /** All versions, each able to open what it sealed. */
  readonly keys: ReadonlyMap<number, Secret>;
}

/** The versions that may vouch for a caller: a compromised one can go on opening rows while it signs nobody in. */
export const vouching = (rootKeys: RootKeys, version: number): boolean =>
  version === rootKeys.seal || rootKeys.credentials.includes(version);

/**
 * Reads `ROOT_KEYS`: `{"seal": 2, "credentials": [2], "keys": {"1": "<base64 of 32 bytes>", "2": "…"}}`, or plain base64 of 32
 * bytes, which is version 1 of everything.
 * @throws TypeError with a reason of one line, which never holds the text.
 */
export function parseRootKeys(text: string): RootKeys {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{")) return { seal: 1, credentials: [1], keys: new Map([[1, parseKey(trimmed)]]) };
  const { seal, credentials, keys } = parseDocument(trimmed);
  if (typeof keys !== "object" || keys === null) throw new TypeError("the root keys have no member `keys`");
  const versions = new Map(Object.entries(keys).map(([version, key]) => [parseVersion(version), parseKey(key)]));
  const isHeld = (version: unknown): version is number => typeof version === "number" && versions.has(version);
  if (!isHeld(seal)) throw new TypeError("`seal` names no version of the root keys");
  if (!Array.isArray(credentials) || credentials.length === 0 || !credentials.every(isHeld))
    throw new TypeError("`credentials` is no list of versions of the root keys");
  return { seal, credentials, keys: versions };
}

function parseDocument(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new TypeError("the root keys are not well-formed JSON"); // the parser's own message would quote them
  }
}

function parseVersion(text: string): number {
  const version = /^[1-9][0-9]{0,2}$/.test(text) ? Number(text) : 0;
  if (version < 1 || version > ROOT_VERSION_MAX)
    throw new TypeError(`a root key version is not between 1 and ${ROOT_VERSION_MAX}`);
  return version;
}

function parseKey(text: unknown): Secret {
  const bytes = typeof text === "string" ? fromBase64(text) : undefined;
  if (bytes?.byteLength !== ROOT_KEY_BYTES) throw new TypeError(`a root key is not base64 of ${ROOT_KEY_BYTES} bytes`);
  return new Secret(bytes);
}
