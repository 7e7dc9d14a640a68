// An account with a key, some users of it, and grants on the key.

import { type Answer, newAccount, raw } from "./client.ts";
import type { user } from "./identities.ts";
import { newKey } from "./new-key.ts";
import { cast } from "./views.ts";

type Members = Record<string, unknown>;

export const rootOf = (account: string): string => `arn:aws:iam::${account}:root`;

/** `make`: the callers of the account besides its root. */
export async function newGranted<T extends Record<string, ReturnType<typeof user>>>(
  make: (account: string) => T,
  input: Members = {},
) {
  const account = newAccount();
  const views = make(account);
  const KeyId = await newKey(account, input);
  const casts = await cast(account, ...Object.values(views));
  const asRoot = (operation: string, members: Members = {}): Promise<Answer> => raw(operation, members, { account });
  const grant = (GranteePrincipal: string, Operations: readonly string[], more: Members = {}): Promise<Answer> =>
    asRoot("CreateGrant", { KeyId, GranteePrincipal, Operations, ...more });
  return {
    ...{ account, KeyId, views, asRoot, grant, as: casts.as, change: casts.change },
    arn: `arn:aws:kms:us-east-1:${account}:key/${KeyId}`,
    /** A grant that must come to be. @returns its id and its token. */
    async granted(grantee: string, operations: readonly string[], more: Members = {}) {
      const { json, text } = await grant(grantee, operations, more);
      const { GrantId, GrantToken } = json as { GrantId?: string; GrantToken?: string };
      if (GrantId === undefined || GrantToken === undefined) throw new Error(`no grant was made: ${text}`);
      return { GrantId, GrantToken };
    },
    /** The grants of the key as they are listed. */
    async listed(filter: Members = {}): Promise<readonly Members[]> {
      const { json } = await asRoot("ListGrants", { KeyId, ...filter });
      return (json["Grants"] ?? []) as Members[];
    },
  };
}

/** What a call comes to: the code of its refusal, or its status. */
export const outcome = ({ status, json }: Answer): unknown => json["__type"] ?? status;
