// The one error of every protocol, and the answer that it becomes. Which codes there are, and how they are printed, is the protocol's table.

import type { FaultCode } from "./faults.ts";

/** A refusal that the caller may see. Its message is AWS's text; an empty one is absent on the wire. Nothing secret goes into it. */
export class ApiError extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message = "") {
    super(message);
    this.code = code;
  }
}

/** An HTTP answer as plain data: it crosses RPC, so a fault is data too. */
export interface Outcome {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly requestId: string;
}

/** What an object answers: the body of a 200 alone, or whatever else it is. */
export type Answer = string | Outcome;

/** How a service's answers are printed. */
export interface Protocol {
  /** Of the answer to every operation that succeeds. */
  readonly type: string;
  /** The body of such an answer: the operation's output, or what stands there where it has no output shape. */
  success(output: object | undefined, operation: string, requestId: string): string;
  failure(error: ApiError, requestId: string): Outcome;
}
