// The key policy, of which each key has exactly one, named "default". Source: KMS API reference.

import { keyPolicyOf, shownPolicy } from "../../authz/key-policy.ts";
import { ApiError } from "../../wire/api-error.ts";
import { defaulted, flag, optional, string, structure } from "../../wire/shape.ts";
import { keyId, policyDocument, requireWayBack } from "../members.ts";
import { accepts } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";

const POLICY_NAME = "default";
const policyName = string({ min: 1, max: 128, pattern: "[\\w]+" });

export const getKeyPolicy = accepts(
  structure({ KeyId: keyId, PolicyName: defaulted(policyName, POLICY_NAME) }),
  async ({ PolicyName }, { key, principals, reads }) => {
    if (PolicyName !== POLICY_NAME) throw new ApiError("NotFoundException", "No such policy exists");
    const [policy, ids] = [reads.keys.policy(key.id), reads.keys.principals(key.id)];
    const arns = await principals.shown(ids.values());
    return { output: { Policy: shownPolicy(policy, ids, arns), PolicyName } };
  },
);

export const putKeyPolicy = accepts(
  structure({
    KeyId: keyId,
    PolicyName: defaulted(policyName, POLICY_NAME),
    Policy: policyDocument,
    BypassPolicyLockoutSafetyCheck: optional(flag),
  }),
  async ({ PolicyName, Policy, BypassPolicyLockoutSafetyCheck = false }, { key, principals }) => {
    if (PolicyName !== POLICY_NAME) throw new ApiError("NotFoundException", "No such policy exists");
    const document = keyPolicyOf(Policy);
    const ids = await principals.resolve(document);
    return (writes, rulings) => {
      if (!BypassPolicyLockoutSafetyCheck) requireWayBack(rulings, key, { document, ids });
      writes.keys.setPolicy(key.id, Policy, ids);
      return {};
    };
  },
  ({ BypassPolicyLockoutSafetyCheck = false }) => ({ BypassPolicyLockoutSafetyCheck }),
);

export const listKeyPolicies = accepts(
  structure({ KeyId: keyId, ...paged({ byDefault: 100, max: 1000 }) }),
  async (input, call) => {
    const read = (after: string) => (after < POLICY_NAME ? [POLICY_NAME] : []);
    const { items, ...page } = await pageOf(input, call, read, (name) => name);
    return { output: { PolicyNames: items, ...page } };
  },
);
