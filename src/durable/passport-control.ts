// The object's side of passports: opens them, and remembers those that it has verified. Each public method of an object names whose
// passports it takes: callers', or one kind of object's.

import { printKeyIdentity, printRootIdentity } from "../audit/event.ts";
import { derive } from "../crypto/derive.ts";
import { macKey, verifyMac } from "../crypto/mac.ts";
import { type RootKeys, vouching } from "../crypto/root-keys.ts";
import { type AccessKeyId, type CallerKind, callerKind, parseAccessKeyId } from "../wire/access-key-id.ts";
import { rootArn } from "../wire/arn.ts";
import { remember } from "../wire/bounded.ts";
import { PASSPORT_SECONDS, PASSPORT_SKEW_SECONDS, type Passport, type PeerKind, parsePassport } from "../wire/passport.ts";
import { PARTITION } from "../wire/regions.ts";
import { described } from "../wire/unknown-error.ts";
import type { PeerReply } from "../wire/views.ts";
import type { Host } from "./host.ts";

const REMEMBERED_MAX = 1024;

/** A caller whose passport is good. */
export interface Who extends Passport {
  readonly kind: CallerKind;
  /** CloudTrail's userIdentity, printed. */
  readonly identity: string;
  /** What the access key's id says. */
  readonly accessKey: AccessKeyId;
}

/** Another object whose passport is good. `principal`: its name. */
export interface Peer extends Passport {
  readonly kind: PeerKind;
}

/** Whose call is taken. By default that of the object's own account alone. */
export interface Admitted {
  readonly ofAnyAccount?: true;
}

export class PassportControl {
  readonly #rootKeys: RootKeys;
  readonly #host: Pick<Host, "name" | "account" | "now" | "log">;
  readonly #verified = new Map<string, Who | Peer>();
  readonly #keys = new Map<number, Promise<CryptoKey>>();

  constructor(rootKeys: RootKeys, host: Pick<Host, "name" | "account" | "now" | "log">) {
    this.#rootKeys = rootKeys;
    this.#host = host;
  }

  /** @returns who calls by a passport that was verified before and is still good: at once, and without a word where it is not. */
  held(text: unknown): Who | undefined {
    const known = this.#verified.get(text as string);
    return known === undefined || !isCaller(known) || this.#flawOf(known) !== undefined ? undefined : known;
  }

  /**
   * @returns which caller calls; undefined where the passport is none, an object's, for another object, forged, expired, or of a version that
   * vouches no longer.
   */
  async open(text: unknown): Promise<Who | undefined> {
    const known = await this.#known(text);
    if (known !== undefined && isCaller(known)) return this.#good(known);
    return this.#refuse(known === undefined ? NOT_OURS : WRONG_KIND);
  }

  /** @returns which object calls; undefined as `open`, and where it is of none of these kinds. */
  async openPeer(text: unknown, kinds: readonly PeerKind[], admitted: Admitted = {}): Promise<Peer | undefined> {
    const known = await this.#known(text);
    if (known !== undefined && (kinds as readonly string[]).includes(known.kind)) return this.#good(known as Peer, admitted);
    return this.#refuse(known === undefined ? NOT_OURS : WRONG_KIND);
  }

  /**
   * Answers another object, of one of these kinds.
   * @returns undefined where its passport is refused, or `answer` throws: the log says why, and nothing crosses.
   */
  async answerPeer<T>(
    text: unknown,
    kinds: readonly PeerKind[],
    answer: (peer: Peer) => T | Promise<T>,
    admitted?: Admitted,
  ): Promise<PeerReply<T>> {
    try {
      const peer = await this.openPeer(text, kinds, admitted);
      return peer === undefined ? undefined : await answer(peer);
    } catch (cause) {
      this.#host.log({ event: "peer not answered", ...described(cause) });
      return undefined;
    }
  }

  #good<P extends Passport>(passport: P, admitted?: Admitted): P | undefined {
    const flaw = this.#flawOf(passport, admitted);
    return flaw === undefined ? passport : this.#refuse(flaw);
  }

  #refuse(reason: string): undefined {
    this.#host.log({ event: "passport refused", reason });
    return undefined;
  }

  /** Why a passport that we have sealed is not good here and now. */
  #flawOf({ object, account, expires }: Passport, { ofAnyAccount }: Admitted = {}): string | undefined {
    if (object !== this.#host.name) return "for another object";
    // No other account's caller comes here: its call would make a schema, a row or a bucket that is not this account's.
    if (account !== this.#host.account && ofAnyAccount !== true) return "of another account";
    const left = expires - this.#host.now();
    const [skew, life] = [PASSPORT_SKEW_SECONDS * 1000, PASSPORT_SECONDS * 1000];
    if (left < -skew) return "expired";
    return left > life + skew ? "from the future" : undefined;
  }

  async #known(text: unknown): Promise<Who | Peer | undefined> {
    return typeof text === "string" ? (this.#verified.get(text) ?? (await this.#verify(text))) : undefined;
  }

  async #verify(text: string): Promise<Who | Peer | undefined> {
    const sealed = parsePassport(text);
    if (sealed === undefined || !vouching(this.#rootKeys, sealed.passport.rootVersion)) return undefined;
    const { passport, mac, signed } = sealed;
    const key = this.#keys.get(passport.rootVersion) ?? derive(this.#rootKeys, passport.rootVersion, "passport").then(macKey);
    this.#keys.set(passport.rootVersion, key);
    if (!(await verifyMac(await key, mac, signed))) return undefined;
    const known = isPeer(passport) ? peerOf(passport) : whoOf(passport as Passport & { kind: CallerKind });
    if (known !== undefined) remember(this.#verified, REMEMBERED_MAX, text, known);
    return known;
  }
}

const NOT_OURS = "not one of ours";
const WRONG_KIND = "of a kind that is not taken here";

const isPeer = (passport: Passport): passport is Peer => passport.kind === "store" || passport.kind === "identity";

const isCaller = (known: Who | Peer): known is Who => "accessKey" in known;

/** @returns the object that bears the passport; undefined where its name is none of its account's objects of that kind, or it has more than a name. */
function peerOf(passport: Peer): Peer | undefined {
  const { kind, account, principal, accessKeyId, viaService } = passport;
  const isOwnName = kind === "identity" ? principal === account : principal.startsWith(`${account}/`);
  return isOwnName && accessKeyId === "" && viaService === undefined ? passport : undefined;
}

/** @returns the caller who bears the passport; undefined where it does not say of him what the id of the access key says. */
function whoOf(passport: Passport & { kind: CallerKind }): Who | undefined {
  const { kind, account, principal, accessKeyId } = passport;
  const accessKey = parseAccessKeyId(accessKeyId);
  if (accessKey?.account !== account || callerKind(accessKey) !== kind) return undefined;
  if (principal !== (kind === "root" ? rootArn(PARTITION, account) : "")) return undefined;
  const identity = kind === "root" ? printRootIdentity(account, principal, accessKeyId) : printKeyIdentity(account, accessKeyId);
  return { ...passport, identity, accessKey };
}
