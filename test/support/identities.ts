// Who calls, and with which documents, as a store's port would tell it: users, sessions of roles, roots.

import { documentOf } from "../../src/authz/document.ts";
import type { View } from "../../src/authz/view.ts";

/** A statement of a policy as it is written. */
export type Written = Readonly<Record<string, unknown>>;

export const policyOf = (...Statement: readonly Written[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
export const allow = (Action: string | readonly string[], more: Written = {}): Written => ({
  ...{ Effect: "Allow", Action, Resource: "*" },
  ...more,
});
export const deny = (Action: string | readonly string[], more: Written = {}): Written => ({
  ...allow(Action, more),
  Effect: "Deny",
});

/** The documents of a caller, each a list of its statements. */
export interface Attached {
  readonly identity?: readonly Written[];
  readonly boundary?: readonly Written[];
  readonly session?: readonly Written[];
  readonly guardrails?: readonly Written[];
}

const document = (statements: readonly Written[]) => documentOf(policyOf(...statements), "identity");
const documents = ({ identity, boundary, session, guardrails }: Attached): View["documents"] => ({
  identity: identity === undefined ? [] : [document(identity)],
  boundary: boundary && document(boundary),
  session: session === undefined ? [] : [document(session)],
  guardrails: guardrails === undefined ? [] : [[document(guardrails)]],
});

export function root(account: string, attached: Attached = {}): View {
  const arn = `arn:aws:iam::${account}:root`;
  return {
    ...{ principal: { type: "Root", arn, account, uniqueId: account }, arn, userName: undefined, tags: new Map() },
    documents: documents(attached),
  };
}

export function user(account: string, name: string, attached: Attached = {}, tags: Readonly<Record<string, string>> = {}): View {
  const arn = `arn:aws:iam::${account}:user/${name}`;
  const uniqueId = `AIDA${name.toUpperCase().padEnd(16, "X")}`;
  return {
    ...{ principal: { type: "User", arn, account, uniqueId }, arn, userName: name, tags: new Map(Object.entries(tags)) },
    documents: documents(attached),
  };
}

/** A session of a role. */
export function session(account: string, role: string, name: string, attached: Attached = {}): View {
  const arn = `arn:aws:sts::${account}:assumed-role/${role}/${name}`;
  const uniqueId = `AROA${role.toUpperCase().padEnd(16, "X")}:${name}`;
  return {
    ...{ principal: { type: "AssumedRole", arn, account, uniqueId }, arn: `arn:aws:iam::${account}:role/${role}` },
    ...{ userName: undefined, tags: new Map(), documents: documents(attached) },
  };
}
