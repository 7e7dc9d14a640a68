// A trial of each operation of IAM and STS: an account in which it does something, what is asked, and on what it is decided. Source of the
// resources: Service authorization reference, "Actions defined by AWS Identity and Access Management (IAM)"; none of it is taken from src/.

import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import { type Credentials, iamAs, stsAs } from "../support/iam-client.ts";
import { type Command, sendTo } from "../support/iam-rights.ts";
import { ADMINISTRATOR, DOCUMENT, type Input, type Laid, type RowTrial, type Step, trial, trusting } from "./row-trial.ts";
import { TRIALS_OF_ENTITIES } from "./row-trials-of-entities.ts";
import { TRIALS_OF_POLICIES } from "./row-trials-of-policies.ts";

const TRIALS_OF_STS: Readonly<Record<string, RowTrial>> = {
  GetAccessKeyInfo: trial("*", ({ key }) => ({ AccessKeyId: key })),
  GetCallerIdentity: trial("*", {}, { isAlwaysAllowed: true }),
};

/** By the operation's name. */
export const ROW_TRIALS: ReadonlyMap<string, RowTrial> = new Map(
  [TRIALS_OF_ENTITIES, TRIALS_OF_POLICIES, TRIALS_OF_STS].flatMap((trials) => Object.entries(trials)),
);

export const isOfSts = (operation: string): boolean => Object.hasOwn(TRIALS_OF_STS, operation);

/** The real SDK's command of an operation. */
function commandOf(operation: string, input: Input): Command {
  const sdk: object = isOfSts(operation) ? sts : iam;
  const { [`${operation}Command`]: make } = sdk as Readonly<Record<string, new (input: Input) => Command>>;
  if (make === undefined) throw new Error(`the SDK has no ${operation}`);
  return new make(input);
}

export interface Told {
  /** The code of a refusal, as the wire has it; undefined where there was none. */
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly message: string;
  readonly requestId: string | undefined;
}

interface Metadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
}

/** Does an operation by the real SDK. */
export async function told(credentials: Credentials, operation: string, input: Input): Promise<Told> {
  const client = isOfSts(operation) ? stsAs(credentials) : iamAs(credentials);
  return sendTo<{ readonly $metadata: Metadata }>(client as iam.IAMClient, commandOf(operation, input)).then(
    ({ $metadata: { httpStatusCode, requestId } }) => ({ code: undefined, status: httpStatusCode, message: "", requestId }),
    (cause: { readonly name: string; readonly Code?: string; readonly message: string; readonly $metadata?: Metadata }) => ({
      ...{ code: cause.Code ?? cause.name, message: cause.message },
      ...{ status: cause.$metadata?.httpStatusCode, requestId: cause.$metadata?.requestId },
    }),
  );
}

/** Does one that must succeed. */
export async function done<Answer>(credentials: Credentials, [operation, input]: Step): Promise<Answer> {
  return sendTo<Answer>(iamAs(credentials), commandOf(operation, input));
}

const MADE: readonly Step[] = [
  ["CreateUser", { UserName: "ada", Path: "/team/", Tags: [{ Key: "color", Value: "red" }] }],
  ["CreateUser", { UserName: "bo" }],
  ["CreateUser", { UserName: "cy" }],
  ["PutUserPolicy", { UserName: "ada", PolicyName: "own", PolicyDocument: DOCUMENT }],
  ["AttachUserPolicy", { UserName: "ada", PolicyArn: ADMINISTRATOR }],
  ["PutUserPermissionsBoundary", { UserName: "ada", PermissionsBoundary: ADMINISTRATOR }],
  ["CreateGroup", { GroupName: "crew", Path: "/team/" }],
  ["PutGroupPolicy", { GroupName: "crew", PolicyName: "own", PolicyDocument: DOCUMENT }],
  ["AttachGroupPolicy", { GroupName: "crew", PolicyArn: ADMINISTRATOR }],
  ["AddUserToGroup", { GroupName: "crew", UserName: "bo" }],
];

/** Root makes a user, a group, a role and a policy, each with something of everything that it can have. */
export async function layOut(root: Credentials, account: string): Promise<Laid> {
  for (const step of MADE) await done(root, step);
  const role = { RoleName: "app", Path: "/team/", AssumeRolePolicyDocument: trusting(account) };
  await done(root, ["CreateRole", { ...role, Tags: [{ Key: "color", Value: "red" }], PermissionsBoundary: ADMINISTRATOR }]);
  await done(root, ["PutRolePolicy", { RoleName: "app", PolicyName: "own", PolicyDocument: DOCUMENT }]);
  await done(root, ["AttachRolePolicy", { RoleName: "app", PolicyArn: ADMINISTRATOR }]);
  const rules = `arn:aws:iam::${account}:policy/team/rules`;
  const policy = { PolicyName: "rules", Path: "/team/", PolicyDocument: DOCUMENT };
  await done(root, ["CreatePolicy", { ...policy, Tags: [{ Key: "color", Value: "red" }] }]);
  await done(root, ["CreatePolicyVersion", { PolicyArn: rules, PolicyDocument: DOCUMENT }]);
  const keyOf = async (UserName: string): Promise<string> => {
    const { AccessKey } = await done<iam.CreateAccessKeyCommandOutput>(root, ["CreateAccessKey", { UserName }]);
    return AccessKey?.AccessKeyId ?? "";
  };
  return { account, key: await keyOf("ada"), otherKey: await keyOf("cy"), rules };
}
