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
