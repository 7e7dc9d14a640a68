// What KMS itself takes away is gone when the call returns: 64 callers call without a pause, and no call that begins after the return succeeds.
// These three act in one Region's store, so all callers are that Region's. What IAM takes away: test/iam/immediate.test.ts.

import { describe, it } from "vitest";
import { type Called, isGoneEachTime, newSite, type Right, type Site } from "../support/at-once.ts";
import { REGION, raw } from "../support/client.ts";
import { keepModules } from "../support/fast-pool.ts";
import { allowing, newUser } from "../support/iam-client.ts";
import { policyOf } from "../support/identities.ts";
import { newKey } from "../support/new-key.ts";

const TEST_MS_MAX = 180_000;

/** A user with these documents, a key, and the root. */
async function newCase({ iam, account }: Site, ...documents: readonly string[]) {
  const credentials = await newUser(iam, "ada", ...documents);
  const KeyId = await newKey(account);
  return {
    ...{ account, KeyId, user: `arn:aws:iam::${account}:user/ada` },
    /** What the user calls with the key. */
    calling: (operation: string, refusal: string, more: Record<string, unknown> = {}): Called => ({
      ...{ operation, input: { [REGION]: { KeyId, ...more } }, credentials, refusal },
    }),
    /** A call of root's that must succeed. */
    async asRoot(operation: string, input: Record<string, unknown> = {}) {
      const { status, json, text } = await raw(operation, { KeyId, ...input }, { account });
      if (status !== 200) throw new Error(text);
      return json;
    },
  };
}

const RIGHTS: Readonly<Record<string, (site: Site) => Promise<Right>>> = {
  async PutKeyPolicy(site) {
    const { account, user, calling, asRoot } = await newCase(site);
    const allow = (AWS: string, Action: string) => ({ Effect: "Allow", Principal: { AWS }, Action, Resource: "*" });
    const root = allow(`arn:aws:iam::${account}:root`, "kms:*");
    return {
      called: calling("DescribeKey", "AccessDeniedException"),
      async give() {
        await asRoot("PutKeyPolicy", { Policy: policyOf(root, allow(user, "kms:DescribeKey")) });
        return undefined;
      },
      takeAway: () => asRoot("PutKeyPolicy", { Policy: policyOf(root) }),
    };
  },

  async RevokeGrant(site) {
    const { user, calling, asRoot } = await newCase(site);
    let last: unknown;
    return {
      called: calling("DescribeKey", "AccessDeniedException"),
      async give() {
        last = (await asRoot("CreateGrant", { GranteePrincipal: user, Operations: ["DescribeKey"] }))["GrantId"];
        return undefined;
      },
      takeAway: () => asRoot("RevokeGrant", { GrantId: last }),
    };
  },

  async DisableKey(site) {
    const { calling, asRoot } = await newCase(site, allowing("kms:Encrypt"));
    return {
      called: calling("Encrypt", "DisabledException", { Plaintext: "AA==" }),
      async give() {
        await asRoot("EnableKey");
        return undefined;
      },
      takeAway: () => asRoot("DisableKey"),
    };
  },
};

keepModules();

describe("in a key's own Region, nothing succeeds any longer behind", () => {
  it.for(Object.entries(RIGHTS))("%s", { timeout: TEST_MS_MAX }, async ([, make]) => {
    await isGoneEachTime(await make(await newSite()));
  });
});
