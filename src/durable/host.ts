// What every object of ours is made of: its name and place, what reaches it from outside, its record and its agenda. A service's World
// is a Host with the service's own parts; nothing here knows an operation or a key. assemble.ts puts one together.

import type { Trail } from "../audit/trail.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Agenda } from "./agenda.ts";
import type { Ledger } from "./ledger.ts";
import type { Meta } from "./meta.ts";
import type { Outbox } from "./outbox.ts";
import type { Room } from "./room.ts";
import type { Sealed } from "./sealed.ts";
import type { ThrottledCalls } from "./throttled.ts";

/** What an instance is given from outside. */
export interface Outside {
  readonly storage: DurableObjectStorage;
  /** The object's name, such as `ACCOUNT/REGION`. */
  readonly name: string;
  readonly trail: Trail;
  now(): number;
  random(bytes: number): Bytes;
  /** A random UUID. */
  uuid(): string;
  /** Calls `then` once, after so many milliseconds. @returns what calls it off. */
  after(ms: number, then: () => void): () => void;
  /** Never of a request's content. */
  log(line: Readonly<Record<string, unknown>>): void;
}

/** What an object keeps in memory beside its tables. Each is called in the turn in which it holds. */
export interface Memory {
  /** A change stands. */
  settle(): void;
  /** A change has been undone: the rows that it wrote are what they were before. */
  undo(): void;
  /** A transaction has failed: memory may hold what storage does not. */
  forget(): void;
}

/** Replaceable members are those that tests exchange. */
export interface Host extends Pick<Outside, "name" | "storage" | "now" | "random" | "uuid" | "after" | "log"> {
  readonly account: string;
  readonly region: string;
  readonly eventSource: string;
  trail: Trail;
  readonly meta: Meta;
  readonly outbox: Outbox;
  readonly sealed: Sealed;
  readonly agenda: Agenda;
  readonly ledger: Ledger;
  readonly throttled: ThrottledCalls;
  readonly memory: Memory;
  room: Room;
  /** Looks how full the outbox is. It costs a query, so it is asked with each flush and with every so many commits. */
  measure(): void;
  /** Whether the tables are there. */
  hasSchema(): boolean;
  /** Makes the tables, in the first call of the object's own account; a stranger's call leaves no trace. */
  ensureSchema(): void;
}
