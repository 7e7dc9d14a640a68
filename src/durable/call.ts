// The contract between a front and an object: plain data in, plain data out. It is kept one version back, because Worker and object
// may run different code for minutes after a deployment.

import type { Answer } from "../wire/api-error.ts";

export interface ObjectCall {
  /** Printed; see wire/passport.ts. */
  readonly passport: string;
  /** The operation's name as the request gave it; "" where it named none. */
  readonly name: string;
  readonly body: string;
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
  readonly host: string;
  /** Whether the front took the request over https. Undefined: the front is of a version that did not say. */
  readonly secure?: boolean | undefined;
  readonly tlsVersion?: string | undefined;
  readonly cipherSuite?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** `null`: the passport was refused. Nothing has run, and the call may be made again with a new one. */
export type Reply = Answer | null;
