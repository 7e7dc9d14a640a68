// What carries messages between stores and an IdentityStore, and what may become of one: late, lost, there twice.

import type { VirtualTime } from "./virtual-time.ts";

/** What becomes of the messages of one way, and of their answers. Times in milliseconds. */
export interface Fate {
  /** How long a message is on its way. */
  readonly out: number;
  /** How long its answer is. */
  readonly back: number;
  readonly lost?: "message" | "answer" | undefined;
  /** So long after the message, it arrives once more, and is answered once more. */
  readonly twice?: number | undefined;
  /** So long after the answer, it comes once more. */
  readonly answeredTwice?: number | undefined;
  /** After so long the sender is told that there is no answer. The message and its answer may be on their way all the same. */
  readonly failsAfter?: number | undefined;
}

export const PROMPT: Fate = { out: 5, back: 5 };

export interface Message<T> {
  readonly fate: Fate;
  /** Happens where the message arrives, each time. */
  deliver(): T;
  /** Happens where the answer arrives, each time. */
  answered(answer: T): void;
  failed(): void;
}

export function carry<T>({ after }: VirtualTime, { fate, deliver, answered, failed }: Message<T>): void {
  const { out, back, lost, twice, answeredTwice, failsAfter } = fate;
  const arrive = (): void => {
    const answer = deliver();
    if (lost === "answer") return;
    after(back, () => answered(answer));
    if (answeredTwice !== undefined) after(back + answeredTwice, () => answered(answer));
  };
  if (lost !== "message") after(out, arrive);
  if (lost !== "message" && twice !== undefined) after(out + twice, arrive);
  if (failsAfter !== undefined) after(failsAfter, failed);
}
