// Throttled calls: counted in memory instead of recorded singly, one event for each caller, operation and minute. Names that are no
// operation count as one, so that whoever floods an object with them writes no more into it.

import { printEvent, SERVICE } from "../audit/event.ts";
import { described } from "../wire/unknown-error.ts";
import type { Agenda } from "./agenda.ts";
import type { Entry, Ledger } from "./ledger.ts";

const MINUTE_MS = 60_000;
/** How many pairs of caller and operation are counted at once. When another one comes, all counts are recorded and begin anew. */
const PAIRS_MAX = 1000;

/** A call that was throttled. */
export interface ThrottledCall {
  /** Undefined: it named no operation. */
  readonly name: string | undefined;
  readonly readOnly: boolean;
  readonly account: string;
  /** CloudTrail's userIdentity, printed. */
  readonly identity: string;
  readonly error: { readonly code: string; readonly message: string };
}

/** What counting needs of its object. */
interface Recording {
  readonly storage: Pick<DurableObjectStorage, "transactionSync">;
  readonly agenda: Agenda;
  readonly ledger: Ledger;
  readonly region: string;
  readonly eventSource: string;
  now(): number;
  uuid(): string;
  log(line: Readonly<Record<string, unknown>>): void;
}

interface Counted extends ThrottledCall {
  /** When the first call was throttled, in milliseconds since the epoch. */
  readonly at: number;
  calls: number;
}

export class ThrottledCalls {
  readonly #host: () => Recording;
  readonly #counted = new Map<string, Counted>();

  constructor(host: () => Recording) {
    this.#host = host;
  }

  /** How many pairs of caller and operation are being counted. */
  get size(): number {
    return this.#counted.size;
  }

  count(call: ThrottledCall): void {
    const pair = `${call.identity} ${call.name ?? ""}`;
    const known = this.#counted.get(pair);
    if (known !== undefined) {
      known.calls++;
      return;
    }
    if (this.#counted.size === PAIRS_MAX) void this.record();
    const { name, readOnly, account, identity, error } = call;
    if (this.#counted.size > 0 || this.#isMinuteBegun())
      this.#counted.set(pair, { name, readOnly, account, identity, error, at: this.#host().now(), calls: 1 });
  }

  /** Records what has been counted: the alarm calls it at the minute's end. What an instance had counted when it ended is lost. */
  async record(): Promise<void> {
    const { agenda, ledger } = this.#host();
    agenda.remove("throttled", "");
    const entries = [...this.#counted.values()].map((counted) => this.#entryOf(counted));
    this.#counted.clear();
    await Promise.all(entries.map((entry) => ledger.join(entry)));
  }

  /** Where the minute's end cannot be set, calls go uncounted: they are answered all the same. */
  #isMinuteBegun(): boolean {
    const { storage, agenda, now, log } = this.#host();
    try {
      storage.transactionSync(() => {
        agenda.set({ kind: "throttled", ref: "", at: now() + MINUTE_MS });
        agenda.follow();
      });
      return true;
    } catch (cause) {
      log({ event: "throttled calls not counted", ...described(cause) });
      return false;
    }
  }

  /** The event names the service as its source: addresses, agents and request ids were as many as the calls. */
  #entryOf({ name = "Unknown", readOnly, account, identity, error, at: time, calls }: Counted): Entry {
    const { region, eventSource, uuid } = this.#host();
    const noted = { throttledCalls: String(calls) };
    const event = { id: uuid(), time, name, eventSource, readOnly, region, account, identity, source: SERVICE, error, noted };
    return { record: printEvent(event), time };
  }
}
