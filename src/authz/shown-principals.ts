// Whom a stored policy or grant is shown to name. Users, roles and sessions are kept by their unique ids: who is there still is shown by the ARN that he
// has now, who is gone by his id. Pure; who is there, the caller has asked.

import { isAccount, type UniqueIds } from "./principals.ts";

/** The ARNs that users and roles have now, by their unique ids. Who is gone has none. */
export type ShownArns = ReadonlyMap<string, string>;

/** Of a session its role's; any other unique id as it is. */
const holderOf = (id: string): string => id.split(":", 1)[0] ?? id;

/** The users and roles whose ARNs must be asked to show whoever has these unique ids. Accounts are shown as they are. */
export const holdersOf = (ids: Iterable<string>): readonly string[] => [
  ...new Set([...ids].map(holderOf).filter((id) => !isAccount(id))),
];

/** `text`: as it was written; `id`: what it meant then. */
export function shownPrincipal(text: string, id: string, arns: ShownArns): string {
  if (isAccount(id)) return text;
  const arn = arns.get(holderOf(id));
  if (arn === undefined) return id;
  return id.includes(":") ? text : arn; // a role keeps its name, and so do its sessions
}

/** How a policy's names are shown. A name that was never looked up stands as it was written. */
export const shownBy =
  (ids: UniqueIds, arns: ShownArns) =>
  (text: string): string => {
    const id = ids.get(text);
    return id === undefined ? text : shownPrincipal(text, id, arns);
  };
