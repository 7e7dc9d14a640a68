// Puts the host of an object together, once an instance.

import { Agenda } from "./agenda.ts";
import { described, type Host, type Memory, type Outside } from "./host.ts";
import { Ledger } from "./ledger.ts";
import { meta } from "./meta.ts";
import { hasSchema, type Migration, migrate } from "./migrate.ts";
import { type Attachments, outbox } from "./outbox.ts";
import { keepName } from "./own-name.ts";
import { sealed } from "./sealed.ts";
import { ThrottledCalls } from "./throttled.ts";

/** What an object brings to its host. */
export interface Own<A> {
  readonly account: string;
  readonly region: string;
  /** Of its records, such as "kms.amazonaws.com". */
  readonly eventSource: string;
  readonly migrations: readonly Migration[];
  readonly attachments: Attachments<A>;
  readonly memory: Memory;
}

/** Size in bytes at which the database counts as full. The rest of the platform's limit stays free for what the object keeps. */
const DATABASE_BYTES_MAX = 1024 ** 3;
/** Beyond that limit, for the calls that take away: whoever fills a store must not keep its owner from disabling a key. */
const RESERVE_BYTES = 64 * 1024 ** 2;
/** The outbox is measured with every so many commits, because a flush may wait for D1 while records come. */
const COMMITS_A_MEASURE = 100;

export function createHost<A>(outside: Outside, own: Own<A>): Host {
  const { storage, name } = outside;
  const { account, region, eventSource, memory } = own;
  const now = (): number => host.now();
  const [tableMeta, tableOutbox] = [meta(storage.sql), outbox(storage.sql, own.attachments as Attachments<unknown>)];
  const agenda = new Agenda({ storage, now });
  let commits = 0;
  let ready = hasSchema(storage.sql);

  const makeSchema = (at: number): void => {
    migrate(storage.sql, own.migrations, at);
    keepName(storage.sql, name);
  };
  /** Belongs into each transaction that has put records into the outbox. */
  const recorded = (): void => {
    agenda.armFlush();
    agenda.follow();
    if (++commits % COMMITS_A_MEASURE === 0) host.measure();
  };

  const host: Host = {
    name,
    account,
    region,
    eventSource,
    storage,
    memory,
    trail: outside.trail,
    now: () => outside.now(),
    random: (bytes) => outside.random(bytes),
    uuid: () => outside.uuid(),
    after: (ms, then) => outside.after(ms, then),
    log: (line) => outside.log({ store: name, ...line }),
    meta: tableMeta,
    outbox: tableOutbox,
    sealed: sealed(storage.sql),
    agenda,
    ledger: new Ledger({
      ...{ storage, meta: tableMeta, outbox: tableOutbox, name, account, region, eventSource, now, recorded },
      uuid: () => host.uuid(),
      failed(cause) {
        memory.forget();
        agenda.disarm();
        host.log({ event: "commit failed", ...described(cause) });
      },
    }),
    throttled: new ThrottledCalls(() => host),
    room: "any call",
    measure() {
      const over = storage.sql.databaseSize - DATABASE_BYTES_MAX;
      host.room = over < 0 ? "any call" : over < RESERVE_BYTES ? "what takes away" : "no call";
    },
    hasSchema: () => ready,
    ensureSchema() {
      if (ready) return;
      try {
        storage.transactionSync(() => {
          makeSchema(host.now());
          host.ledger.begin("created");
          recorded();
        });
      } catch (cause) {
        host.ledger.reload(); // what memory says of a chain, storage does not hold
        agenda.disarm();
        throw cause;
      }
      ready = true;
    },
  };
  if (ready) {
    storage.transactionSync(() => makeSchema(outside.now()));
    host.measure(); // otherwise a store that is full already would take one call before it noticed
  }
  return host;
}
