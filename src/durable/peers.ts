// How an object of ours calls another: with a passport that says which of our objects it is.

import type { RootKeys } from "../crypto/root-keys.ts";
import type { PeerKind } from "../wire/passport.ts";
import type { PeerReply } from "../wire/views.ts";
import { PassportOffice } from "./passport-office.ts";

/** Which of our objects calls. */
export interface Self {
  readonly kind: PeerKind;
  readonly account: string;
  /** Its name: `ACCOUNT/REGION`, or `ACCOUNT`. */
  readonly principal: string;
}

export class Peers {
  readonly #passports: PassportOffice;
  readonly #self: Self;
  readonly #now: () => number;

  constructor(rootKeys: RootKeys, self: Self, now: () => number) {
    this.#passports = new PassportOffice(rootKeys);
    this.#self = self;
    this.#now = now;
  }

  /**
   * Calls the object of a name.
   * @returns undefined where the object refuses our passports, or could not answer.
   * @throws whatever the call itself throws: the object was not reached, or it is not known what it did.
   */
  call<T>(object: string, ask: (passport: string) => Promise<PeerReply<T>>): Promise<PeerReply<T>> {
    const { kind, account, principal } = this.#self;
    return this.#passports.present({ object, kind, account, principal, accessKeyId: "" }, this.#now(), ask);
  }
}
