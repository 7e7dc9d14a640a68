// An error that nobody meant: the log has it whole, and its caller nothing of it.

import { ApiError } from "./api-error.ts";

/** An unknown error as the log shows it: never with the request. */
export const described = (cause: unknown): Record<string, unknown> =>
  cause instanceof Error ? { name: cause.name, message: cause.message, stack: cause.stack } : { name: typeof cause };

/** @returns what the caller sees of whatever was thrown: an unknown error is logged, and becomes one without a word. */
export function refusalOf(cause: unknown, requestId: string, log: (line: Readonly<Record<string, unknown>>) => void): ApiError {
  if (cause instanceof ApiError) return cause;
  log({ event: "unknown error", requestId, ...described(cause) });
  return new ApiError("KMSInternalException");
}
