// Condition keys that every service's checks have: of the caller, the request and the time. Source: IAM user guide, "AWS global condition context keys".

import { among, type Value } from "./context.ts";
import { fold } from "./fold.ts";
import type { Principal } from "./principals.ts";
import type { View } from "./view.ts";

/** What a check of any service knows. */
export interface AskedGlobally {
  readonly view: View;
  readonly call: {
    /** Whether the front took the request over https. Undefined: the front is of a version that did not say. */
    readonly secure?: boolean | undefined;
    readonly tlsVersion?: string | undefined;
    readonly sourceAddress: string;
    readonly userAgent: string;
  };
  readonly region: string;
  /** Who owns what the check is about: 12 digits. */
  readonly account: string;
  /** One instant a call: milliseconds since the epoch. */
  readonly time: number;
}

const TEMPORARY: ReadonlySet<string> = new Set(["AssumedRole", "FederatedUser", "WebIdentity"] satisfies Principal["type"][]);

export const GLOBAL: Readonly<Record<string, (asked: AskedGlobally) => Value | undefined>> = {
  "aws:CurrentTime": ({ time }) => new Date(time).toISOString(),
  "aws:EpochTime": ({ time }) => String(Math.floor(time / 1000)),
  /** Credentials that last are asked for no second factor, and those of a session cannot have been given for one yet. */
  "aws:MultiFactorAuthPresent": ({ view: { principal } }) => (TEMPORARY.has(principal.type) ? "false" : undefined),
  "aws:PrincipalAccount": ({ view }) => view.principal.account,
  "aws:PrincipalArn": ({ view }) => view.arn,
  "aws:PrincipalIsAWSService": () => "false",
  "aws:PrincipalType": ({ view }) => (view.principal.type === "Root" ? "Account" : view.principal.type),
  "aws:RequestedRegion": ({ region }) => region,
  "aws:ResourceAccount": ({ account }) => account,
  "aws:SecureTransport": ({ call: { secure, tlsVersion } }) => String(secure ?? tlsVersion !== undefined),
  "aws:SourceIp": ({ call }) => (call.sourceAddress === "" ? undefined : call.sourceAddress),
  "aws:UserAgent": ({ call }) => (call.userAgent === "" ? undefined : call.userAgent),
  "aws:userid": ({ view }) => view.principal.uniqueId,
  "aws:username": ({ view }) => view.userName,
  "aws:ViaAWSService": () => "false",
};

/** The prefix of the keys for the caller's tags. */
export const PRINCIPAL_TAG = "aws:PrincipalTag/";

/** `name`: of the tag, folded. */
export const principalTag = ({ view }: Pick<AskedGlobally, "view">, name: string): Value | undefined => among(view.tags, name);

const singles = new Map(Object.entries(GLOBAL).map(([name, source]) => [fold(name), source]));
const prefix = fold(PRINCIPAL_TAG);

/** The value of a global key, by its folded name; undefined for any other key, and where the check has none. */
export function globalKey(key: string, asked: AskedGlobally): Value | undefined {
  return key.startsWith(prefix) ? principalTag(asked, key.slice(prefix.length)) : singles.get(key)?.(asked);
}
