// What the bench asks a Worker to do by itself, over and over: see primitives.ts.

export interface Asked {
  readonly spec: string;
  readonly what: "sign" | "verify" | "encrypt" | "decrypt" | "mac" | "derive" | "encapsulate" | "decapsulate" | "generate";
  readonly algorithm: string;
  readonly type: "RAW" | "DIGEST" | "EXTERNAL_MU";
  /** Of the message or plaintext. */
  readonly bytes: number;
}
