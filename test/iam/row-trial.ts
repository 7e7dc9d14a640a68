// What a trial of an operation of IAM or STS is, and the documents that trials use.

import { allowing } from "../support/iam-client.ts";

export type Input = Readonly<Record<string, unknown>>;
export type Step = readonly [operation: string, input: Input];

/** What trials name of the account. */
export interface Laid {
  readonly account: string;
  /** Of the user `ada`. */
  readonly key: string;
  /** Of the user `cy`. */
  readonly otherKey: string;
  /** Of the policy `rules`, in two versions. */
  readonly rules: string;
}

export interface RowTrial {
  /** What it is decided on, behind the account's part of the ARN, such as `user/team/ada`; or `*`. */
  readonly on: string;
  /** What it is decided on besides. */
  readonly also?: string;
  readonly input: (laid: Laid) => Input;
  /** What root does before it. */
  readonly first: (laid: Laid) => readonly Step[];
  /** The code with which an admitted call is refused. */
  readonly refused?: string;
  /** It needs no right, and no Deny takes it away. */
  readonly isAlwaysAllowed?: true;
}

export const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";
export const DOCUMENT = allowing("kms:Encrypt");
/** Trusts the account itself. */
export const trusting = (account: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "sts:AssumeRole" },
  });

type More = Omit<RowTrial, "on" | "input" | "first"> & { readonly first?: (laid: Laid) => readonly Step[] };

export const trial = (on: string, input: Input | ((laid: Laid) => Input) = {}, more: More = {}): RowTrial => ({
  ...{ on, input: typeof input === "function" ? input : () => input, first: () => [] },
  ...more,
});
