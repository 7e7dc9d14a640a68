// The object's side of passports: opens them, and remembers those that it has verified.

import { printKeyIdentity, printRootIdentity } from "../audit/event.ts";
import { derive } from "../crypto/derive.ts";
import { macKey, verifyMac } from "../crypto/mac.ts";
import { type RootKeys, vouching } from "../crypto/root-keys.ts";
import { type AccessKeyId, callerKind, parseAccessKeyId } from "../wire/access-key-id.ts";
import { rootArn } from "../wire/arn.ts";
import { remember } from "../wire/bounded.ts";
import { PASSPORT_SECONDS, PASSPORT_SKEW_SECONDS, type Passport, parsePassport } from "../wire/passport.ts";
import { PARTITION } from "../wire/regions.ts";
import type { Host } from "./host.ts";

const REMEMBERED_MAX = 1024;

/** A caller whose passport is good. */
export interface Who extends Passport {
  /** CloudTrail's userIdentity, printed. */
  readonly identity: string;
  /** What the access key's id says. */
  readonly accessKey: AccessKeyId;
}

export class PassportControl {
  readonly #rootKeys: RootKeys;
  readonly #host: Pick<Host, "name" | "account" | "now" | "log">;
  readonly #verified = new Map<string, Who>();
  readonly #keys = new Map<number, Promise<CryptoKey>>();

  constructor(rootKeys: RootKeys, host: Pick<Host, "name" | "account" | "now" | "log">) {
    this.#rootKeys = rootKeys;
    this.#host = host;
  }

  /** @returns who calls by a passport that was verified before and is still good: at once, and without a word where it is not. */
  held(text: unknown): Who | undefined {
    const known = this.#verified.get(text as string);
    return known === undefined || this.#flawOf(known) !== undefined ? undefined : known;
  }

  /** @returns who calls; undefined where the passport is none, another object's, forged, expired, or of a version that vouches no longer. */
  async open(text: unknown): Promise<Who | undefined> {
    const known = typeof text === "string" ? (this.#verified.get(text) ?? (await this.#verify(text))) : undefined;
    const reason = known === undefined ? "not one of ours" : this.#flawOf(known);
    if (reason === undefined) return known;
    this.#host.log({ event: "passport refused", reason });
    return undefined;
  }

  /** Why a passport that we have sealed is not good here and now. */
  #flawOf({ object, account, expires }: Passport): string | undefined {
    if (object !== this.#host.name) return "for another object";
    // No other account's caller comes here: its call would make a schema, a row or a bucket that is not this account's.
    if (account !== this.#host.account) return "of another account";
    const left = expires - this.#host.now();
    const [skew, life] = [PASSPORT_SKEW_SECONDS * 1000, PASSPORT_SECONDS * 1000];
    if (left < -skew) return "expired";
    return left > life + skew ? "from the future" : undefined;
  }

  async #verify(text: string): Promise<Who | undefined> {
    const sealed = parsePassport(text);
    if (sealed === undefined || !vouching(this.#rootKeys, sealed.passport.rootVersion)) return undefined;
    const { passport, mac, signed } = sealed;
    const key = this.#keys.get(passport.rootVersion) ?? derive(this.#rootKeys, passport.rootVersion, "passport").then(macKey);
    this.#keys.set(passport.rootVersion, key);
    if (!(await verifyMac(await key, mac, signed))) return undefined;
    const { account, kind, principal, accessKeyId } = passport;
    const accessKey = parseAccessKeyId(accessKeyId);
    if (accessKey === undefined || !isOf(accessKey, passport)) return undefined;
    const identity =
      kind === "root" ? printRootIdentity(account, principal, accessKeyId) : printKeyIdentity(account, accessKeyId);
    const who = { ...passport, identity, accessKey };
    remember(this.#verified, REMEMBERED_MAX, text, who);
    return who;
  }
}

/** Whether a passport says of its bearer what the id of the access key says. */
const isOf = (accessKey: AccessKeyId, { kind, account, principal }: Passport): boolean =>
  accessKey.account === account &&
  callerKind(accessKey) === kind &&
  principal === (kind === "root" ? rootArn(PARTITION, account) : "");
