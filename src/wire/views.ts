// What a regional key store and an IdentityStore say to each other: plain data both ways. A store asks for the view of an access key and is
// promised that it holds for a lease; the IdentityStore tells it to forget what it holds before a change is answered.

/** Names what an IdentityStore's data were: every change raises the version, every restore draws another incarnation. */
export interface Stamp {
  readonly incarnation: string;
  readonly version: number;
}

export const isSameStamp = (one: Stamp | undefined, other: Stamp | undefined): boolean =>
  one !== undefined && other !== undefined && one.incarnation === other.incarnation && one.version === other.version;

/** Whose an access key is or was, as records print it. */
export interface Holder {
  readonly type: "Root" | "User";
  readonly arn: string;
  /** 12 digits. */
  readonly account: string;
  /** Of a root its account. */
  readonly uniqueId: string;
  /** Absent of a root. */
  readonly userName?: string;
}

/** What an active access key's holder is bound by. Documents are texts: whoever decides compiles them. */
export interface Standing {
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly identity: readonly string[];
  readonly boundary?: string;
}

/** What is known of an access key. */
export interface SentView {
  /** Absent: no such key has ever been made. */
  readonly holder?: Holder;
  /** Absent: the key is inactive or deleted, or has never been made. */
  readonly standing?: Standing;
}

/** A promise that what bears the stamp holds for so long, counted from when the question was sent. */
export interface Lease {
  readonly stamp: Stamp;
  readonly leaseMs: number;
}

/** `view` is absent where the stamp is the one that the asker said it holds the view under. */
export interface Pulled extends Lease {
  readonly view?: SentView;
}

/** A user or role that exists. */
export interface Identified {
  readonly uniqueId: string;
  readonly arn: string;
}

/** An answer between objects. Undefined: the passport was refused, or the object could not answer; the log there says why. */
export type PeerReply<T> = T | undefined;

/** What regional key stores ask of their account's IdentityStore. Nothing is thrown across. */
export interface IdentityPeer {
  /**
   * The view of an access key's id, and the lease of the store that asks.
   * `held`: the stamp under which the asker holds the view of this subject; undefined where it holds none.
   */
  pull(passport: string, subject: string, held: Stamp | undefined): Promise<PeerReply<Pulled>>;
  /** The lease again, for everything held. Another stamp than `held` says that nothing of it stands any longer, and promises 0 ms. */
  renew(passport: string, held: Stamp): Promise<PeerReply<Lease>>;
  /** Which of these ARNs and unique ids are users or roles of the account: by the text that was asked for. */
  resolve(passport: string, names: readonly string[]): Promise<PeerReply<Readonly<Record<string, Identified>>>>;
  /** Whether the account has ever signed a request. A store of any account may ask; nothing is made by it. */
  exists(passport: string): Promise<PeerReply<{ readonly exists: boolean }>>;
}

/** What an IdentityStore tells the account's regional key stores. */
export interface StorePeer {
  /** Drops all views and the lease, and throws away what has been asked and not been answered. `true` once that has happened. */
  forget(passport: string): Promise<PeerReply<true>>;
}
