// The caller's side of passports, a front's as an object's that calls another: makes one an identity, and renews it before it expires,
// so that it costs a request nothing.

import { derive } from "../crypto/derive.ts";
import { mac, macKey } from "../crypto/mac.ts";
import type { RootKeys } from "../crypto/root-keys.ts";
import { remember } from "../wire/bounded.ts";
import { utf8 } from "../wire/bytes.ts";
import { PASSPORT_RENEWAL_SECONDS, PASSPORT_SECONDS, type Passport, printClaims, printPassport } from "../wire/passport.ts";

const HELD_MAX = 1024;

export type Bearer = Omit<Passport, "rootVersion" | "expires">;

/** Seals a passport under the root key version that seals. */
export async function issue(rootKeys: RootKeys, bearer: Bearer, expires: number, key: Promise<CryptoKey>): Promise<string> {
  const claims = printClaims({ ...bearer, rootVersion: rootKeys.seal, expires });
  return printPassport(claims, await mac(await key, utf8(claims)));
}

export class PassportOffice {
  readonly #rootKeys: RootKeys;
  readonly #key: Promise<CryptoKey>;
  readonly #held = new Map<string, { readonly text: string; readonly renewAt: number }>();

  constructor(rootKeys: RootKeys) {
    this.#rootKeys = rootKeys;
    this.#key = derive(rootKeys, rootKeys.seal, "passport").then(macKey);
  }

  /** The bearer's passport, where one is held that is not due for renewal. */
  held(bearer: Bearer, now: number): string | undefined {
    const held = this.#held.get(nameOf(bearer));
    return held !== undefined && now < held.renewAt ? held.text : undefined;
  }

  /**
   * Asks with the bearer's passport. One that is refused is made anew once, because nothing has run then; no other call is repeated.
   * @returns the answer; null or undefined, as `ask` has it, where the new one is refused too. @throws whatever `ask` throws.
   */
  async present<T>(bearer: Bearer, now: number, ask: (passport: string) => Promise<T>): Promise<T> {
    const answer = await ask(this.held(bearer, now) ?? (await this.make(bearer, now)));
    return answer ?? ask(await this.make(bearer, now));
  }

  /** Makes a good passport for the bearer, and holds it. */
  async make(bearer: Bearer, now: number): Promise<string> {
    const text = await issue(this.#rootKeys, bearer, now + PASSPORT_SECONDS * 1000, this.#key);
    remember(this.#held, HELD_MAX, nameOf(bearer), { text, renewAt: now + PASSPORT_RENEWAL_SECONDS * 1000 });
    return text;
  }
}

const nameOf = ({ object, kind, principal, accessKeyId, viaService = "" }: Bearer): string =>
  `${object} ${kind} ${principal} ${accessKeyId} ${viaService}`;
