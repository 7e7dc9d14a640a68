// What is used of node:crypto, declared by hand: @types/node and workers-types exclude each other.
declare module "node:crypto" {
  type Octets = Uint8Array<ArrayBuffer>;
  type HashName = "sha224" | "sha256" | "sha384" | "sha512";

  export function hash(algorithm: HashName, data: Uint8Array | string, encoding: "hex"): string;
  export function hash(algorithm: HashName, data: Uint8Array | string, encoding: "buffer"): Octets;

  export interface KeyObject {
    export(options: { readonly format: "jwk" }): { readonly d?: string };
  }
  interface Der<Type extends string> {
    readonly key: Uint8Array;
    readonly format: "der";
    readonly type: Type;
  }
  export function createSecretKey(key: Uint8Array): KeyObject;
  export function createPrivateKey(key: Der<"pkcs8">): KeyObject;
  export function createPublicKey(key: Der<"spki">): KeyObject;

  export function createHmac(algorithm: HashName, key: KeyObject): { update(data: Uint8Array): { digest(): Octets } };
  export function sign(algorithm: HashName, data: Uint8Array, key: KeyObject): Octets;
  export function verify(algorithm: HashName, data: Uint8Array, key: KeyObject, signature: Uint8Array): boolean;

  interface Padded {
    readonly key: KeyObject;
    readonly padding: number;
    readonly oaepHash?: "sha1" | "sha256";
  }
  export function privateEncrypt(key: KeyObject | Padded, data: Uint8Array): Octets;
  export function privateDecrypt(key: Padded, data: Uint8Array): Octets;
  export function publicEncrypt(key: Padded, data: Uint8Array): Octets;
  export function publicDecrypt(key: KeyObject, data: Uint8Array): Octets;

  export const constants: { readonly RSA_NO_PADDING: number; readonly RSA_PKCS1_OAEP_PADDING: number };
}
