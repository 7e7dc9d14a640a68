// What a piece of work refuses with, as it stands on the wire.

import { ApiError } from "../../src/wire/api-error.ts";

/** @throws Error where the work is done, or fails otherwise. */
export function refused(work: () => unknown): { readonly code: string; readonly message: string } {
  try {
    work();
  } catch (cause) {
    if (cause instanceof ApiError) return { code: cause.code, message: cause.message };
    throw cause;
  }
  throw new Error("it was not refused");
}
