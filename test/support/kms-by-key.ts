// KMS by an access key at hand: a user's, where client.ts knows an account's root alone.

import { exports } from "cloudflare:workers";
import { AwsClient } from "aws4fetch";
import { type Answer, answerOf, endpointOf, REGION } from "./client.ts";
import type { Credentials } from "./iam-client.ts";

/** Calls KMS, well signed. */
export async function kmsAs(
  credentials: Credentials,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const aws = new AwsClient({ ...credentials, service: "kms", region: REGION, retries: 0 });
  const request = await aws.sign(endpointOf(REGION), {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `TrentService.${operation}`, ...headers },
    body: JSON.stringify(input),
  });
  request.headers.set("host", new URL(request.url).host);
  return answerOf(await exports.default.fetch(request));
}
