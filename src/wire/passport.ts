// What a front, or an object of ours that calls another, vouches for to an object: who is calling, for which object, until when. Types, print
// and parse; its HMAC is made in durable/passport-office.ts and checked in durable/passport-control.ts. Any Worker of the same Cloudflare account can bind our
// objects and call them, so an object believes nothing that no passport says.

import type { CallerKind } from "./access-key-id.ts";
import { type Bytes, fromBase64Url, fromUtf8, toBase64Url, utf8 } from "./bytes.ts";

export const PASSPORT_SECONDS = 60;
export const PASSPORT_RENEWAL_SECONDS = 30;
/** How far the clocks of whoever calls and an object may be apart. */
export const PASSPORT_SKEW_SECONDS = 10;

/** Objects that call others: a regional key store, an IdentityStore. */
export type PeerKind = "store" | "identity";

const KINDS: readonly unknown[] = ["root", "key", "store", "identity"] satisfies (CallerKind | PeerKind)[];

/** Format 1. Members are printed in this order. */
export interface Passport {
  /** The version of the root key whose `passport` key sealed it. */
  readonly rootVersion: number;
  /** Name of the one object it is for: `ACCOUNT/REGION`, or `ACCOUNT`. */
  readonly object: string;
  readonly kind: CallerKind | PeerKind;
  readonly account: string;
  /** ARN of a root; "" of a `key`, whose holder the front does not know; of an object its name. */
  readonly principal: string;
  /** "" of an object, which signs nothing. */
  readonly accessKeyId: string;
  /** The service that calls in the caller's name, such as `s3.us-east-1.amazonaws.com`. */
  readonly viaService?: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

export interface SealedPassport {
  readonly passport: Passport;
  /** What the HMAC covers. */
  readonly signed: Bytes;
  readonly mac: Bytes;
}

/** The text that is sealed: `1.<root key version>.<claims>`. */
export function printClaims({
  rootVersion,
  object,
  kind,
  account,
  principal,
  accessKeyId,
  viaService,
  expires,
}: Passport): string {
  const claims = JSON.stringify({ object, kind, account, principal, accessKeyId, viaService, expires });
  return `1.${rootVersion}.${toBase64Url(utf8(claims))}`;
}

export const printPassport = (claims: string, mac: Bytes): string => `${claims}.${toBase64Url(mac)}`;

/** Far more than any that we print. */
const CHARACTERS_MAX = 4096;

/** Reads what `printPassport` printed; undefined for any other text. Proves nothing: the HMAC does. */
export function parsePassport(text: string): SealedPassport | undefined {
  if (text.length > CHARACTERS_MAX) return undefined;
  const [, claims = "", rootVersion = "", body = "", tag = ""] =
    /^(1\.([1-9][0-9]{0,2})\.([A-Za-z0-9_-]+))\.([A-Za-z0-9_-]+)$/.exec(text) ?? [];
  const mac = fromBase64Url(tag);
  const json = fromUtf8(fromBase64Url(body) ?? new Uint8Array());
  if (mac === undefined || json === undefined) return undefined;
  const members = parseObject(json);
  if (members === undefined) return undefined;
  const { object, kind, account, principal, accessKeyId, viaService, expires } = members;
  const wellFormed =
    typeof object === "string" &&
    KINDS.includes(kind) &&
    typeof account === "string" &&
    typeof principal === "string" &&
    typeof accessKeyId === "string" &&
    (viaService === undefined || typeof viaService === "string") &&
    typeof expires === "number";
  if (!wellFormed) return undefined;
  const passport: Passport = {
    rootVersion: Number(rootVersion),
    object,
    kind: kind as Passport["kind"],
    account,
    principal,
    accessKeyId,
    ...(viaService === undefined ? {} : { viaService }),
    expires,
  };
  // A text that would not be printed again as it stands is none of ours.
  return printClaims(passport) === claims ? { passport, signed: utf8(claims), mac } : undefined;
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
