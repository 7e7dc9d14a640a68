// Puts the host of an object together, once an instance.

import { described } from "../wire/unknown-error.ts";
import { Agenda } from "./agenda.ts";
import type { Host, Memory, Outside } from "./host.ts";
import { Ledger } from "./ledger.ts";
import { meta } from "./meta.ts";
import { hasSchema, type Migration, migrate } from "./migrate.ts";
import { type Attachments, noAttachments, outbox } from "./outbox.ts";
import { keepName } from "./own-name.ts";
import type { Room } from "./room.ts";
import { sealed } from "./sealed.ts";
import { ThrottledCalls } from "./throttled.ts";

/** What an object brings to its host. */
export interface Own<A> {
  readonly account: string;
  readonly region: string;
  /** Of its records, such as "kms.amazonaws.com". */
  readonly eventSource: string;
  readonly migrations: readonly Migration[];
  readonly attachments?: Attachments<A>;
  /** Absent: the object keeps nothing in memory. */
  readonly memory?: Memory;
}

/** Size in bytes at which the database counts as full. The rest of the platform's limit stays free for what the object keeps. */
const DATABASE_BYTES_MAX = 1024 ** 3;
/** Beyond that limit, for the calls that take away: whoever fills a store must not keep its owner from disabling a key. */
const RESERVE_BYTES = 64 * 1024 ** 2;
/** The outbox is measured with every so many commits, because a flush may wait for D1 while records come. */
const COMMITS_A_MEASURE = 100;

const NO_MEMORY: Memory = { settle() {}, undo() {}, forget() {} };

/** What is called from outside, as members that tests may exchange one by one. */
const reached = (outside: Outside): Pick<Outside, "now" | "random" | "uuid" | "after"> => ({
  now: () => outside.now(),
  random: (bytes) => outside.random(bytes),
  uuid: () => outside.uuid(),
  after: (ms, then) => outside.after(ms, then),
});

function roomIn(databaseBytes: number): Room {
  const over = databaseBytes - DATABASE_BYTES_MAX;
  if (over < 0) return "any call";
  return over < RESERVE_BYTES ? "what takes away" : "no call";
}

/** @returns what belongs into each transaction that has put records into the outbox. */
function recordedIn(hostOf: () => Host): () => void {
  let commits = 0;
  return () => {
    const host = hostOf();
    host.agenda.armFlush();
    host.agenda.follow();
    if (++commits % COMMITS_A_MEASURE === 0) host.measure();
  };
}

/** Makes an object's tables and begins its chain, or leaves no trace. */
function begin({ storage, ledger, agenda }: Host, makeSchema: () => void, recorded: () => void): void {
  try {
    storage.transactionSync(() => {
      makeSchema();
      ledger.begin("created");
      recorded();
    });
  } catch (cause) {
    ledger.reload(); // what memory says of a chain, storage does not hold
    agenda.disarm();
    throw cause;
  }
}

export function createHost<A>(outside: Outside, own: Own<A>): Host {
  const { storage, name } = outside;
  const { account, region, eventSource, memory = NO_MEMORY, attachments = noAttachments } = own;
  const now = (): number => host.now();
  const [tableMeta, tableOutbox] = [meta(storage.sql), outbox(storage.sql, attachments as Attachments<unknown>)];
  const agenda = new Agenda({ storage, now });
  let ready = hasSchema(storage.sql);

  const makeSchema = (at: number): void => {
    migrate(storage.sql, own.migrations, at);
    keepName(storage.sql, name);
  };
  const recorded = recordedIn(() => host);
  const failed = (cause: unknown): void => {
    memory.forget();
    agenda.disarm();
    host.log({ event: "commit failed", ...described(cause) });
  };

  const host: Host = {
    name,
    account,
    region,
    eventSource,
    storage,
    memory,
    trail: outside.trail,
    ...reached(outside),
    log: (line) => outside.log({ store: name, ...line }),
    meta: tableMeta,
    outbox: tableOutbox,
    sealed: sealed(storage.sql),
    agenda,
    ledger: new Ledger({
      ...{ storage, meta: tableMeta, outbox: tableOutbox, name, account, region, eventSource, now, recorded },
      uuid: () => host.uuid(),
      failed,
    }),
    throttled: new ThrottledCalls(() => host),
    room: "any call",
    measure() {
      host.room = roomIn(storage.sql.databaseSize);
    },
    hasSchema: () => ready,
    ensureSchema() {
      if (!ready) begin(host, () => makeSchema(now()), recorded);
      ready = true;
    },
  };
  if (ready) {
    storage.transactionSync(() => makeSchema(outside.now()));
    host.measure(); // otherwise a store that is full already would take one call before it noticed
  }
  return host;
}
