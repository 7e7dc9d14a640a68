// Sealed boxes: AES-256-GCM (NIST SP 800-38D) under a key derived from a root key. A box names the version that sealed it.
// Format 1: 0x01 ‖ root key version (1) ‖ IV (12, random) ‖ ciphertext ‖ tag (16).

import { type Bytes, concat } from "../wire/bytes.ts";
import { derive, type Purpose } from "./derive.ts";
import type { RootKeys } from "./root-keys.ts";
import { Secret } from "./secret.ts";

const FORMAT = 1;
const IV_BYTES = 12;
const HEADER_BYTES = 2 + IV_BYTES;
const TAG_BYTES = 16;

/** Seals and opens for one purpose in one place. */
export interface Boxes {
  /** Seals under the sealing version. `associated` is handed that version, which it covers. */
  seal(plaintext: Bytes, associated: (version: number) => Bytes): Promise<Bytes>;
  sealSecret(secret: Secret, associated: (version: number) => Bytes): Promise<Bytes>;
  /**
   * Opens a box of any version held.
   * @returns undefined where the box, its version or its associated data is not as it was sealed.
   */
  open(box: Bytes, associated: (version: number) => Bytes): Promise<Bytes | undefined>;
  openSecret(box: Bytes, associated: (version: number) => Bytes): Promise<Secret | undefined>;
}

export function boxes(rootKeys: RootKeys, random: (bytes: number) => Bytes, purpose: Purpose, ...parts: string[]): Boxes {
  const derived = new Map<number, Promise<CryptoKey>>();

  const keyOf = (version: number): Promise<CryptoKey> => {
    let key = derived.get(version);
    if (key === undefined) {
      key = derive(rootKeys, version, purpose, ...parts).then((secret) =>
        crypto.subtle.importKey("raw", Secret.open(secret), "AES-GCM", false, ["encrypt", "decrypt"]),
      );
      derived.set(version, key);
    }
    return key;
  };

  const seal: Boxes["seal"] = async (plaintext, associated) => {
    const version = rootKeys.seal;
    const iv = random(IV_BYTES);
    const algorithm = { name: "AES-GCM", iv, additionalData: associated(version) };
    const sealed = await crypto.subtle.encrypt(algorithm, await keyOf(version), plaintext);
    return concat(Uint8Array.of(FORMAT, version), iv, new Uint8Array(sealed));
  };

  const open: Boxes["open"] = async (box, associated) => {
    const [format, version = 0] = box;
    if (format !== FORMAT || !rootKeys.keys.has(version) || box.byteLength < HEADER_BYTES + TAG_BYTES) return undefined;
    const algorithm = { name: "AES-GCM", iv: box.subarray(2, HEADER_BYTES), additionalData: associated(version) };
    try {
      return new Uint8Array(await crypto.subtle.decrypt(algorithm, await keyOf(version), box.subarray(HEADER_BYTES)));
    } catch {
      return undefined;
    }
  };

  return {
    seal,
    open,
    sealSecret: (secret, associated) => seal(Secret.open(secret), associated),
    async openSecret(box, associated) {
      const bytes = await open(box, associated);
      return bytes === undefined ? undefined : new Secret(bytes);
    },
  };
}
