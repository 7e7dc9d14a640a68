// Clients of IAM and STS: the real SDKs, whose requests go straight into the Worker, and raw forms signed by hand for what the SDKs refuse to send.

import { exports } from "cloudflare:workers";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";
import { AwsClient } from "aws4fetch";
import { accessKey } from "../../src/auth/credentials.ts";
import { handOver, newAccount, testRootKeys } from "./client.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The account root's, by serial: that of 0 is there from the first. */
export const rootOf = (account: string, serial = 0): Promise<Credentials> => accessKey(testRootKeys, account, serial);

const REGION = "us-east-1";
const VERSIONS = { iam: "2010-05-08", sts: "2011-06-15" } as const;
type ServiceName = keyof typeof VERSIONS;

const settingsOf = (service: ServiceName, credentials: Credentials) => ({
  region: REGION,
  endpoint: `https://${service}.edgekeep.test`,
  credentials,
  maxAttempts: 1,
  requestHandler: { handle: async (request: unknown) => ({ response: await handOver(request as never) }) },
});

export const iamAs = (credentials: Credentials): IAMClient => new IAMClient(settingsOf("iam", credentials));
export const stsAs = (credentials: Credentials): STSClient => new STSClient(settingsOf("sts", credentials));

/** IAM as the root of an account of its own. */
export async function iamOfNewAccount(): Promise<{ readonly iam: IAMClient; readonly account: string }> {
  const account = newAccount();
  return { account, iam: iamAs(await rootOf(account)) };
}

/** Makes a user with an access key, and with inline policies by their documents. */
export async function newUser(iam: IAMClient, UserName: string, ...documents: readonly string[]): Promise<Credentials> {
  await iam.send(new CreateUserCommand({ UserName }));
  for (const [at, PolicyDocument] of documents.entries())
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: `policy-${at}`, PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

/** A document that allows actions on everything. */
export const allowing = (...Action: readonly string[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });

export interface QueryAnswer {
  readonly status: number;
  readonly text: string;
  /** Of a refusal. */
  readonly code: string | undefined;
  readonly message: string | undefined;
}

interface Sending {
  readonly service?: ServiceName;
  readonly region?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
}

/** Sends any form, well signed; `form`: its members without Action and Version, or the whole body as a text. */
export async function rawForm(
  credentials: Credentials,
  action: string,
  form: Readonly<Record<string, string>> | string = {},
  { service = "iam", region = REGION, headers = {}, method = "POST" }: Sending = {},
): Promise<QueryAnswer> {
  const aws = new AwsClient({ ...credentials, service, region, retries: 0 });
  const body =
    typeof form === "string" ? form : String(new URLSearchParams({ Action: action, Version: VERSIONS[service], ...form }));
  const request = await aws.sign(`https://${service}.edgekeep.test/`, {
    method,
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8", ...headers },
    ...(method === "GET" ? {} : { body }),
  });
  request.headers.set("host", new URL(request.url).host);
  const response = await exports.default.fetch(request);
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const [, code] = /<Code>([^<]*)<\/Code>/.exec(text) ?? [];
  const [, message] = /<Message>([^<]*)<\/Message>/.exec(text) ?? [];
  return { status: response.status, text, code, message };
}
