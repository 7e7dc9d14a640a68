// Callers that a store is told of by its port: users, roles' sessions and foreign roots, each with documents of its own. The engine and the pipeline
// that judge them are the real ones; each signs with an access key of the account's root, and its serial says who it is.

import { namedIn } from "../../src/authz/key-policy.ts";
import { malformed } from "../../src/authz/policy-json.ts";
import { namedOf } from "../../src/authz/principals.ts";
import { holdersOf } from "../../src/authz/shown-principals.ts";
import type { View } from "../../src/authz/view.ts";
import { type Answer, raw } from "./client.ts";
import { inStore } from "./store.ts";

type Members = Record<string, unknown>;

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
      identify: (texts) =>
        new Map(
          texts.flatMap((text) => {
            const named = namedOf("AWS", text);
            const id = named?.kind === "account" ? named.account : idOf(text);
            return id === undefined ? [] : [[text, id]];
          }),
        ),
      shown(ids) {
        const arns = new Map(known.map(({ principal, arn }) => [principal.uniqueId.split(":", 1)[0], arn]));
        return new Map(holdersOf(ids).flatMap((id) => (arns.has(id) ? [[id, arns.get(id) ?? ""]] : [])));
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
