// What is used of node:crypto, declared by hand: @types/node and workers-types exclude each other.
declare module "node:crypto" {
  export function hash(algorithm: "sha256", data: Uint8Array | string, encoding: "hex"): string;
  export function hash(algorithm: "sha256", data: Uint8Array | string, encoding: "buffer"): Uint8Array<ArrayBuffer>;
}
