// ARNs of what IAM has, printed and read. Source: IAM user guide, "IAM identifiers".

import { ApiError } from "../wire/api-error.ts";
import { PARTITION } from "../wire/regions.ts";
import type { Entity, EntityKind } from "./tables/entities.ts";

/** `path` begins and ends with a slash. */
export const entityArn = (account: string, { kind, path, name }: Pick<Entity, "kind" | "path" | "name">): string =>
  `arn:${PARTITION}:iam::${account}:${kind}${path}${name}`;

/** `owner`: 12 digits, or `aws` for AWS's own. */
export const policyArn = (owner: string, { path, name }: { readonly path: string; readonly name: string }): string =>
  `arn:${PARTITION}:iam::${owner}:policy${path}${name}`;

export interface PolicyName {
  /** 12 digits, or `aws`. */
  readonly owner: string;
  readonly path: string;
  readonly name: string;
}

const POLICY = /^arn:aws:iam::(aws|\d{12}):policy(\/(?:[!-~]+\/)?)([\w+=,.@-]{1,128})$/;

/** @throws ApiError ValidationException for what is no ARN of a managed policy. */
export function policyNameOf(arn: string): PolicyName {
  const [, owner, path, name] = POLICY.exec(arn) ?? [];
  if (owner === undefined || path === undefined || name === undefined)
    throw new ApiError("ValidationException", `ARN ${arn} is not valid.`);
  return { owner, path, name };
}

const ENTITY = /^arn:aws:iam::(\d{12}):(user|role)(\/(?:[!-~]+\/)?)([\w+=,.@-]{1,64})$/;

/** A user or role as an ARN names it; undefined for any other text. */
export function entityNameOf(
  arn: string,
): { readonly account: string; readonly kind: EntityKind; readonly path: string; readonly name: string } | undefined {
  const [, account, kind, path, name] = ENTITY.exec(arn) ?? [];
  if (account === undefined || kind === undefined || path === undefined || name === undefined) return undefined;
  return { account, kind: kind as EntityKind, path, name };
}
