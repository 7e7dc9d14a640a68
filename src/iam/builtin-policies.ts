// AWS's own managed policies that people attach: read-only, the same in every account. Source: AWS managed policy reference guide.

import { policyArn } from "./arns.ts";

export interface BuiltinPolicy {
  readonly arn: string;
  /** The unique id, as AWS has it. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly description: string;
  readonly version: string;
  readonly document: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

const POWER_USER_ACTIONS = [
  "kms:CreateAlias",
  "kms:CreateKey",
  "kms:DeleteAlias",
  "kms:Describe*",
  "kms:GenerateRandom",
  "kms:Get*",
  "kms:List*",
  "kms:TagResource",
  "kms:UntagResource",
  "iam:ListGroups",
  "iam:ListRoles",
  "iam:ListUsers",
];

const document = (Action: string | readonly string[], more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ ...more, Effect: "Allow", Action, Resource: "*" }] }, undefined, 4);

const builtin = (
  name: string,
  id: string,
  description: string,
  [version, text]: readonly [version: string, document: string],
  [created, updated]: readonly [created: string, updated: string],
): BuiltinPolicy => ({
  ...{ arn: policyArn("aws", { path: "/", name }), id, name, path: "/", description, version, document: text },
  createdAt: Date.parse(created),
  updatedAt: Date.parse(updated),
});

const BUILTINS: readonly BuiltinPolicy[] = [
  builtin(
    "AWSKeyManagementServicePowerUser",
    "ANPAJNPP7PPPPMJRV2SA4",
    "Provides access to AWS Key Management Service (KMS).",
    ["v2", document(POWER_USER_ACTIONS)],
    ["2015-02-06T18:40:40Z", "2017-03-07T00:55:11Z"],
  ),
  builtin(
    "AdministratorAccess",
    "ANPAIWMBCKSKIEE64ZLYK",
    "Provides full access to AWS services and resources.",
    ["v1", document("*")],
    ["2015-02-06T18:39:46Z", "2015-02-06T18:39:46Z"],
  ),
  builtin(
    "IAMFullAccess",
    "ANPAI7XKCFMBPM3QQRRVQ",
    "Provides full access to IAM via the AWS Management Console.",
    [
      "v2",
      document([
        "iam:*",
        "organizations:DescribeAccount",
        "organizations:DescribeOrganization",
        "organizations:DescribeOrganizationalUnit",
        "organizations:DescribePolicy",
        "organizations:ListChildren",
        "organizations:ListParents",
        "organizations:ListPoliciesForTarget",
        "organizations:ListRoots",
        "organizations:ListPolicies",
        "organizations:ListTargetsForPolicy",
      ]),
    ],
    ["2015-02-06T18:40:38Z", "2019-06-21T19:40:00Z"],
  ),
];

const byArn: ReadonlyMap<string, BuiltinPolicy> = new Map(BUILTINS.map((policy) => [policy.arn, policy]));

export const builtinAt = (arn: string): BuiltinPolicy | undefined => byArn.get(arn);

/** In the order of their ARNs. */
export const builtinPolicies = (): readonly BuiltinPolicy[] => BUILTINS;
