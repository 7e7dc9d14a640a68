// A change that the service makes unprompted: committed with its record, as a caller's is.

import { printServiceEvent, type RecordedResource } from "../audit/event.ts";
import type { Host } from "./host.ts";
import type { Entry } from "./ledger.ts";

/** @throws whatever `change` throws, and an Error where it could not be committed: nothing of it is done then, and it may be tried again. */
export function ownChange(host: Host, change: () => Entry): void {
  let trouble: unknown = new Error("the commit failed");
  const written = host.ledger.write(
    () => {
      const entry = change();
      host.memory.settle();
      return { entry };
    },
    (cause) => {
      trouble = cause;
      host.memory.undo();
      return undefined;
    },
  );
  if (written === undefined) throw trouble;
}

/** What the service did: a record without a caller. */
export interface ServiceEvent {
  readonly name: string;
  readonly resource: RecordedResource;
  readonly details: Readonly<Record<string, string>> | undefined;
}

export function serviceEntry(event: ServiceEvent, host: Host): Entry {
  const { account, region, eventSource } = host;
  const time = host.now();
  return { record: printServiceEvent({ id: host.uuid(), time, account, region, eventSource, ...event }), time };
}
