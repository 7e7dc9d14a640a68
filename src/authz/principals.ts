// Whom a statement names, and how a caller meets it. Users, roles and sessions are compared by their unique ids, never by name: a namesake made
// anew has nothing. Source: IAM user guide, "IAM JSON policy elements: Principal", "NotPrincipal".

import { rootArn } from "../wire/arn.ts";
import { PARTITION } from "../wire/regions.ts";
import { isObject, malformed } from "./policy-json.ts";

/** Who calls. */
export interface Principal {
  readonly type: "Root" | "User" | "AssumedRole" | "WebIdentity" | "FederatedUser";
  /** Of a session: its own, not its role's. */
  readonly arn: string;
  /** 12 digits. */
  readonly account: string;
  /** Of a role's session: its role's, a colon, and its name; of a federated user his account, a colon, and his name. */
  readonly uniqueId: string;
  /** Of a session: of the identity provider that it comes from. */
  readonly provider?: string;
}

/** How a statement meets a caller: what it gives depends on it. */
export type Meeting = "direct" | "wildcard" | "role" | "account";

export type Named =
  | { readonly kind: "wildcard" }
  | { readonly kind: "account"; readonly account: string }
  /** A user, role or session, as written; its unique id is known beside the document. */
  | { readonly kind: "identity"; readonly text: string }
  | { readonly kind: "provider"; readonly text: string }
  | { readonly kind: "service" };

/** The unique ids of the identities that a document names, by their text there. */
export type UniqueIds = ReadonlyMap<string, string>;

const ACCOUNT = /^\d{12}$/;
const ROOT = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const IDENTITY =
  /^arn:aws[a-z-]*:(?:iam::\d{12}:(?:user|role)\/[^*?:]+|sts::\d{12}:(?:assumed-role\/[^*?/:]+\/|federated-user\/)[^*?/:]+)$/;
const UNIQUE_ID = /^A(?:IDA|ROA)[A-Z0-9]{16,}$/;
const PROVIDER = /^(?:arn:aws[a-z-]*:iam::\d{12}:(?:oidc|saml)-provider\/[^*?]+|[a-z0-9.-]+\.[a-z]+)$/;
const SERVICE = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/;

/**
 * Reads Principal or NotPrincipal. What has no principal's form is nobody in a document that is stored.
 * @throws ApiError for it in one that is new.
 */
export function principalsOf(value: unknown, isStored = false): readonly Named[] {
  if (value === "*") return [{ kind: "wildcard" }];
  if (!isObject(value) || Object.keys(value).length === 0)
    throw malformed("Each statement of the policy needs one or more principals.");
  return Object.entries(value).flatMap(([type, names]) => {
    const list = [names].flat(1);
    if (list.length === 0) throw malformed("Each statement of the policy needs one or more principals.");
    return list.map((name) => namedOf(type, name) ?? (isStored ? NOBODY : refuse()));
  });
}

const NOBODY: Named = { kind: "service" };
const refuse = (): never => {
  throw malformed("Policy contains a statement with one or more invalid principals.");
};

/** @returns undefined for what has no principal's form. */
export function namedOf(type: string, name: unknown): Named | undefined {
  if (typeof name !== "string") return undefined;
  if (type === "Service" && SERVICE.test(name)) return { kind: "service" };
  if (type === "Federated" && PROVIDER.test(name)) return { kind: "provider", text: name };
  if (type !== "AWS") return undefined;
  if (name === "*") return { kind: "wildcard" };
  const account = isAccount(name) ? name : ROOT.exec(name)?.[1];
  if (account !== undefined) return { kind: "account", account };
  return IDENTITY.test(name) || UNIQUE_ID.test(name) ? { kind: "identity", text: name } : undefined;
}

/** Whether a text is an account's number. */
export const isAccount = (text: string): boolean => ACCOUNT.test(text);

/** An account may be named by its number: it means its root, and a policy's patterns see its root's ARN. */
export const principalArn = (text: string): string => (isAccount(text) ? rootArn(PARTITION, text) : text);

/** A unique id that stands in a document in place of an ARN: of something that is gone, or as it is stored. */
export const isUniqueId = (text: string): boolean => UNIQUE_ID.test(text);

/** @returns the unique id of the role whose session the caller is; undefined for whoever is none. A federated user has his account there. */
export function roleIdOf({ type, uniqueId }: Principal): string | undefined {
  const isOfRole = type === "AssumedRole" || type === "WebIdentity";
  return isOfRole ? uniqueId.slice(0, uniqueId.indexOf(":")) : undefined;
}

/** @returns how a name meets a caller; undefined where it means somebody else. */
export function meeting(named: Named, caller: Principal, ids: UniqueIds): Meeting | undefined {
  switch (named.kind) {
    case "wildcard":
      return "wildcard";
    case "account":
      return named.account === caller.account ? "account" : undefined;
    case "provider":
      return named.text === caller.provider ? "direct" : undefined;
    case "service":
      return undefined; // no service calls
    case "identity": {
      const id = ids.get(named.text) ?? (isUniqueId(named.text) ? named.text : undefined);
      if (id === undefined) return undefined;
      if (id === caller.uniqueId) return "direct";
      return id === roleIdOf(caller) ? "role" : undefined;
    }
  }
}

/** Whether a list of NotPrincipal spares a caller: his whole chain stands in it, account, role and himself. */
export function isSpared(named: readonly Named[], caller: Principal, ids: UniqueIds): boolean {
  const met = new Set(named.map((each) => meeting(each, caller, ids)));
  if (met.has("wildcard")) return true;
  if (!met.has("account")) return false;
  if (caller.type === "Root") return true;
  return met.has("direct") && (roleIdOf(caller) === undefined || met.has("role"));
}
