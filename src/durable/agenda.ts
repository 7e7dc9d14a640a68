// Table `deadline` and the object's one alarm, which is set to the earliest row. The agenda also keeps the flush: it is armed where
// records have been written, and put off for longer each time that D1 is away.

/** What every object has to do in time: deliver its records, and record the calls that it has throttled. */
export type OwnKind = "flush" | "throttled";

export interface Deadline<Kind extends string = string> {
  readonly kind: Kind;
  /** What it is about, such as a key's id; "" where the kind says it all. */
  readonly ref: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a change may do with deadlines of its object's own kinds. */
export interface DeadlineWrites<Kind extends string> {
  set(deadline: Deadline<Kind>): void;
  remove(kind: Kind, ref: string): void;
}

/** Long enough to gather many requests into one statement, short enough for "in the trail within seconds". */
const FLUSH_DELAY_MS = 1000;
/** So long after it was armed, a flush takes place whoever calls. */
const FLUSH_PUT_OFF_MS_MAX = 2000;
export const RETRY_MS_MAX = 30_000;

type Row = { kind: string; ref: string; at: number };

export interface AgendaPorts {
  readonly storage: Pick<DurableObjectStorage, "sql" | "setAlarm" | "deleteAlarm" | "getAlarm">;
  readonly now: () => number;
}

export class Agenda<Kind extends string = string> implements DeadlineWrites<Kind | OwnKind> {
  readonly #ports: AgendaPorts;
  /** Whether a row has been set or removed since the alarm was last set. */
  #moved = false;
  /** When a flush is due, if one is: known in memory, so that no request reads it from the table. */
  #flushAt: number | undefined;
  /** Since when there are records that the flush is to deliver. */
  #flushArmedAt = 0;
  /** How often in a row the flush has failed. */
  #flushFailures = 0;

  constructor(ports: AgendaPorts) {
    this.#ports = ports;
  }

  set({ kind, ref, at }: Deadline<Kind | OwnKind>): void {
    const statement = "INSERT INTO deadline (kind, ref, at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at";
    this.#sql.exec(statement, kind, ref, at);
    this.#moved = true;
  }

  remove(kind: Kind | OwnKind, ref: string): void {
    this.#sql.exec("DELETE FROM deadline WHERE kind = ? AND ref = ?", kind, ref);
    this.#moved = true;
  }

  earliest(): number | undefined {
    return this.#sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM deadline").one().at ?? undefined;
  }

  /** Rows of a kind that are due after a time. */
  after(kind: Kind, at: number): readonly Deadline[] {
    return this.#sql.exec<Row>("SELECT kind, ref, at FROM deadline WHERE kind = ? AND at > ?", kind, at).toArray();
  }

  /** At most `limit` rows that are due: the flush, then the earliest first. Their kinds may be ones that only a newer version knows. */
  due(limit: number): readonly Deadline[] {
    const query = "SELECT kind, ref, at FROM deadline WHERE at <= ? ORDER BY kind <> 'flush', at LIMIT ?";
    return this.#sql.exec<Row>(query, this.#ports.now(), limit).toArray();
  }

  /**
   * Sets the alarm where a row has moved. This belongs into the transaction that moved it: an alarm that cannot be set undoes the
   * change then, instead of failing a call whose change stands.
   */
  follow(): void {
    if (this.#moved) this.wake();
    this.#moved = false;
  }

  /** Sets the alarm to the earliest row, but no sooner than in so many milliseconds; where there is none, to nothing. */
  wake(aheadMs = 0): void {
    const { storage, now } = this.#ports;
    const at = this.earliest();
    void (at === undefined ? storage.deleteAlarm() : storage.setAlarm(Math.max(at, now() + aheadMs)));
  }

  /** Sets the alarm where none is set, though there are rows: the platform drops an alarm after a few failures. */
  async wakeIfAsleep(): Promise<void> {
    this.follow();
    if ((await this.#ports.storage.getAlarm()) === null) this.wake();
  }

  /** Makes sure that records leave the outbox soon. This belongs into the transaction that put them there. */
  armFlush(): void {
    const now = this.#ports.now();
    // A flush that is further ahead than the longest pause was scheduled while the clock was ahead: schedule it again.
    if (this.#flushAt !== undefined && this.#flushAt <= now + RETRY_MS_MAX) return;
    this.#flushArmedAt = now;
    this.#setFlush(now + FLUSH_DELAY_MS);
  }

  /** Puts a flush off that would take place beside calls. @returns whether it may wait. */
  putOffFlush(): boolean {
    const now = this.#ports.now();
    const mayWait = now < this.#flushArmedAt + FLUSH_PUT_OFF_MS_MAX;
    if (mayWait) this.#setFlush(now + FLUSH_DELAY_MS);
    return mayWait;
  }

  /** Forgets that a flush is armed, where the transaction that armed it may have failed. */
  disarm(): void {
    this.#flushAt = undefined;
  }

  /** Ends a flush. `delivered`: D1 has answered; `emptied`: nothing is left to deliver. */
  flushed({ delivered, emptied }: { readonly delivered: boolean; readonly emptied: boolean }): void {
    this.#flushFailures = delivered ? 0 : this.#flushFailures + 1;
    this.#flushArmedAt = this.#ports.now();
    if (delivered && emptied) {
      this.remove("flush", "");
      this.disarm();
    } else {
      this.#setFlush(this.#ports.now() + Math.min(FLUSH_DELAY_MS * 2 ** this.#flushFailures, RETRY_MS_MAX));
    }
  }

  #setFlush(at: number): void {
    this.set({ kind: "flush", ref: "", at });
    this.#flushAt = at;
  }

  get #sql(): SqlStorage {
    return this.#ports.storage.sql;
  }
}
