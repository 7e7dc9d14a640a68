// Callers that a store is told of by its port: users, roles' sessions and foreign roots, each with documents of its own. The engine and the pipeline
// that judge them are the real ones; each signs with an access key of the account's root, and its serial says who it is.

import { documentOf } from "../../src/authz/document.ts";
import { namedIn } from "../../src/authz/key-policy.ts";
import { malformed } from "../../src/authz/policy-json.ts";
import { namedOf } from "../../src/authz/principals.ts";
import type { View } from "../../src/kms/callers.ts";
import { type Answer, raw } from "./client.ts";
import { inStore } from "./store.ts";

type Members = Record<string, unknown>;

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

const ROOT_SERIAL = 0;

export interface Casts {
  /** A call of one of them. */
  as(view: View): (operation: string, input?: Members) => Promise<Answer>;
  /** From now on a caller is this one: the view of before is gone. */
  change(before: View, after: View): void;
}

/** Makes these callers known to the store of an account, beside its root, and to whoever names them in a policy or a grant. */
export async function cast(account: string, ...views: readonly View[]): Promise<Casts> {
  const known = [...views];
  await inStore(account, (world) => {
    const { callers } = world;
    world.callers = {
      view: (who) =>
        who.accessKey.serial === ROOT_SERIAL ? callers.view(who) : (known[who.accessKey.serial - 1] ?? callers.view(who)),
      inForce: (view) => known.includes(view) || callers.inForce(view),
    };
    const idOf = (text: string): string | undefined => {
      for (const { principal, arn } of known) {
        if (text === principal.arn) return principal.uniqueId;
        if (text === arn) return principal.uniqueId.split(":")[0];
      }
      return undefined;
    };
    world.principals = {
      resolve: (named) =>
        new Map(
          [...namedIn(named).identities].map((text) => {
            const id = idOf(text);
            if (id === undefined) throw malformed("Policy contains a statement with one or more invalid principals.");
            return [text, id];
          }),
        ),
      identify(text) {
        const named = namedOf("AWS", text);
        return named?.kind === "account" ? named.account : idOf(text);
      },
    };
  });
  return {
    as(view) {
      const serial = views.indexOf(view) + 1;
      return (operation, input = {}) => raw(operation, input, { account, serial });
    },
    change(before, after) {
      known[known.indexOf(before)] = after;
    },
  };
}
