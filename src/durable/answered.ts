// Waiting for another object's answer, no longer than whoever waits for us.

import { ApiError } from "../wire/api-error.ts";
import { described } from "../wire/unknown-error.ts";
import type { PeerReply } from "../wire/views.ts";

/** What waiting for an answer needs of its object. */
export interface Waiting {
  after(ms: number, then: () => void): () => void;
  log(line: Readonly<Record<string, unknown>>): void;
}

/** @returns an answer; undefined too where the object was not reached, which is logged. */
export const reached = <T>(asking: Promise<PeerReply<T>>, { log }: Pick<Waiting, "log">): Promise<PeerReply<T>> =>
  asking.catch((cause: unknown) => {
    log({ event: "object not reached", ...described(cause) });
    return undefined;
  });

/** Whoever waits is answered within five seconds, and something is left of them for his record. */
const ANSWER_MS_MAX = 4500;

/** @throws ApiError DependencyTimeoutException where no answer comes, or none in time. */
export async function answered<T>(asking: Promise<PeerReply<T>>, waiting: Waiting): Promise<T> {
  const late = Promise.withResolvers<undefined>();
  const callOff = waiting.after(ANSWER_MS_MAX, () => late.resolve(undefined));
  const answer = await Promise.race([reached(asking, waiting), late.promise]);
  callOff();
  if (answer === undefined) throw new ApiError("DependencyTimeoutException");
  return answer;
}
