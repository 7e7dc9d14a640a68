// Records on their way, as one text: a JSON array of [sequence, record as a string, hash, time] each. It is printed once, and neither the
// outbox nor D1 needs it taken apart.

/** A record with its place in the chain. */
export interface Link {
  readonly sequence: number;
  readonly record: string;
  /** 64 hexadecimal digits. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** What is kept beside the record, where the link is to be appended. */
  readonly attached?: readonly unknown[] | undefined;
}

/** Where a record stands in its chain, with its hash. */
export type Place = Pick<Link, "sequence" | "hash">;

type Printed = readonly [sequence: number, record: string, hash: string, time: number];

export class Links {
  readonly printed: string;
  /** Sequence of the first. */
  readonly first: number;
  readonly last: Place;
  /** How many there are. */
  readonly length: number;

  private constructor(printed: string, first: number, last: Place, length: number) {
    this.printed = printed;
    this.first = first;
    this.last = last;
    this.length = length;
  }

  /** @param links one or more. */
  static of(links: readonly Link[]): Links {
    const printed = JSON.stringify(links.map(({ sequence, record, hash, time }): Printed => [sequence, record, hash, time]));
    const [first, last] = [links[0], links.at(-1)];
    if (first === undefined || last === undefined) throw new RangeError("there are no links");
    return new Links(printed, first.sequence, last, links.length);
  }

  /** Texts of links, one behind the other, as one. */
  static together(texts: readonly string[], first: number, last: Place, length: number): Links {
    // The brackets between two texts go; the outer ones stay where they are, so that the whole is put together once.
    const open = texts.map((text, at) => text.slice(at === 0 ? 0 : 1, at === texts.length - 1 ? undefined : -1));
    return new Links(open.join(","), first, last, length);
  }

  /** Each, where they must be looked at. */
  get all(): Link[] {
    return (JSON.parse(this.printed) as Printed[]).map(([sequence, record, hash, time]) => ({ sequence, record, hash, time }));
  }
}
