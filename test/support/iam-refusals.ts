// What the SDKs of the Query services throw, held against what was expected.

import { expect } from "vitest";

/** What is expected of a refusal. */
export interface Expected {
  /** The SDK's name of the error; of codes that it does not model, the code itself. */
  readonly name: string;
  readonly status: number;
  readonly message?: string;
}

/** Expects a call to be refused so. */
export async function refusedAs(call: Promise<unknown>, { name, status, message }: Expected): Promise<void> {
  const thrown = await call.then(
    () => ({ name: "nothing was thrown" }),
    (cause: { name: string; message: string; $metadata?: { httpStatusCode?: number } }) => ({
      name: cause.name,
      status: cause.$metadata?.httpStatusCode,
      ...(message === undefined ? {} : { message: cause.message }),
    }),
  );
  expect(thrown).toEqual({ name, status, ...(message === undefined ? {} : { message }) });
}

export const noSuchEntity = (message: string): Expected => ({ name: "NoSuchEntityException", status: 404, message });
export const alreadyExists = (message: string): Expected => ({ name: "EntityAlreadyExistsException", status: 409, message });
export const deleteConflict = (message: string): Expected => ({ name: "DeleteConflictException", status: 409, message });
export const limitExceeded = (message: string): Expected => ({ name: "LimitExceededException", status: 409, message });
/** Whatever it says. */
export const ACCESS_DENIED: Expected = { name: "AccessDenied", status: 403 };
export const MALFORMED: Expected = { name: "MalformedPolicyDocumentException", status: 400 };
export const INVALID: Expected = { name: "ValidationError", status: 400 };
