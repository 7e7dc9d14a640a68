// What does a call act on? Its ARN decides, so a name is looked up for its path, and what is not there stands under the path that was asked for.

import type { Holder } from "../wire/views.ts";
import { entityArn, policyArn, policyNameOf } from "./arns.ts";
import type { Target } from "./operation.ts";
import type { Entity } from "./tables/entities.ts";
import type { ManagedPolicy } from "./tables/managed-policies.ts";
import type { Reads } from "./tables/tables.ts";

export interface Located {
  readonly arn: string;
  /** Of what is to be renamed or moved, its ARN from then on. */
  readonly arnToBe?: string | undefined;
  readonly entity?: Entity | undefined;
  readonly policy?: ManagedPolicy | undefined;
}

interface Place {
  /** 12 digits. */
  readonly account: string;
  readonly reads: Reads;
}

/** @throws ApiError ValidationException for a policy that no ARN names. */
export function locate(target: Target, caller: Holder, { account, reads }: Place): Located {
  switch (target.kind) {
    case "account":
      return { arn: "*" };
    case "policy": {
      const { owner, name } = policyNameOf(target.arn);
      return { arn: target.arn, policy: owner === account ? reads.policies.find(name) : undefined };
    }
    case "new policy":
      return { arn: policyArn(account, target) };
    case "group":
    case "role":
    case "user": {
      const { kind } = target;
      const path = "path" in target ? target.path : undefined;
      const name = target.name ?? caller.userName;
      if (name === undefined) return { arn: caller.arn }; // root asks of itself
      const entity = reads.entities.find(kind, name);
      const there = path === undefined ? entity : undefined;
      const now = there ?? { kind, name, path: path ?? "/" };
      const toBe =
        "becomes" in target ? { kind, name: target.becomes.name ?? now.name, path: target.becomes.path ?? now.path } : undefined;
      return { arn: entityArn(account, now), arnToBe: toBe && entityArn(account, toBe), entity: there };
    }
  }
}
