// Waiting for another object's answer, no longer than whoever waits for us.

import { ApiError } from "../wire/api-error.ts";
import { described } from "../wire/unknown-error.ts";
import type { PeerReply } from "../wire/views.ts";

/** What waiting for an answer needs of its object. */
export interface Waiting {
  after(ms: number, then: () => void): () => void;
  log(line: Readonly<Record<string, unknown>>): void;
}

/** Whoever waits is answered within five seconds, and something is left of them for his record. */
const ANSWER_MS_MAX = 4500;

/** @throws ApiError DependencyTimeoutException where no answer comes, or none in time. */
export async function answered<T>(asking: Promise<PeerReply<T>>, { after, log }: Waiting): Promise<T> {
  const late = Promise.withResolvers<undefined>();
  const callOff = after(ANSWER_MS_MAX, () => late.resolve(undefined));
  const reached = asking.catch((cause: unknown) => {
    log({ event: "identities not reached", ...described(cause) });
    return undefined;
  });
  const answer = await Promise.race([reached, late.promise]);
  callOff();
  if (answer === undefined) throw new ApiError("DependencyTimeoutException");
  return answer;
}
