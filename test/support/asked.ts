// What the bench asks a Worker to do by itself, over and over: see primitives.ts.

type What =
  | ("sign" | "verify" | "encrypt" | "decrypt" | "mac" | "derive" | "encapsulate" | "decapsulate" | "generate")
  /** A decryption by a key that is opened for it; a key's own material read as if somebody had sent it; AES key wrap with padding. */
  | ("decryptOnce" | "read" | "unwrap");

export interface Asked {
  readonly spec: string;
  readonly what: What;
  readonly algorithm: string;
  readonly type: "RAW" | "DIGEST" | "EXTERNAL_MU";
  /** Of the message or plaintext. */
  readonly bytes: number;
}
