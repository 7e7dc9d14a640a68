// An error that nobody meant: the log has it whole, and its caller nothing of it.

/** An unknown error as the log shows it: never with the request. */
export const described = (cause: unknown): Record<string, unknown> =>
  cause instanceof Error ? { name: cause.name, message: cause.message, stack: cause.stack } : { name: typeof cause };
