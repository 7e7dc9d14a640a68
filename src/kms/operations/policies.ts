// The key policy, of which each key has exactly one, named "default". Source: KMS API reference.

import { parsePolicy } from "../../authz/policy.ts";
import { ApiError } from "../../wire/api-error.ts";
import { defaulted, flag, string, structure } from "../../wire/shape.ts";
import { keyId, policyDocument } from "../members.ts";
import { accepts } from "../operation.ts";
import { paged, pageOf } from "../pages.ts";

const POLICY_NAME = "default";
const policyName = string({ min: 1, max: 128, pattern: "[\\w]+" });

export const getKeyPolicy = accepts(
  structure({ KeyId: keyId, PolicyName: defaulted(policyName, POLICY_NAME) }),
  ({ PolicyName }, { key, reads }) => {
    if (PolicyName !== POLICY_NAME) throw new ApiError("NotFoundException", "No such policy exists");
    return { output: { Policy: reads.keys.policy(key.id), PolicyName } };
  },
);

export const putKeyPolicy = accepts(
  structure({
    KeyId: keyId,
    PolicyName: defaulted(policyName, POLICY_NAME),
    Policy: policyDocument,
    BypassPolicyLockoutSafetyCheck: defaulted(flag, false),
  }),
  ({ PolicyName, Policy }, { key }) => {
    if (PolicyName !== POLICY_NAME) throw new ApiError("NotFoundException", "No such policy exists");
    parsePolicy(Policy, key.arn);
    return (writes) => {
      writes.keys.setPolicy(key.id, Policy);
      return {};
    };
  },
);

export const listKeyPolicies = accepts(
  structure({ KeyId: keyId, ...paged({ byDefault: 100, max: 1000 }) }),
  async (input, call) => {
    const read = (after: string) => (after < POLICY_NAME ? [POLICY_NAME] : []);
    const { items, ...page } = await pageOf(input, call, read, (name) => name);
    return { output: { PolicyNames: items, ...page } };
  },
);
