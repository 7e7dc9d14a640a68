// The AWS CLI, told to send other services' calls here: it prints what is served and what is not, and does not try again.

import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { newState, startServer } from "./edgekeep.ts";

const PATIENCE_MS = 60_000;

function whyNoCli(): string | undefined {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore", timeout: PATIENCE_MS });
    return undefined;
  } catch {
    return "no AWS CLI is installed here";
  }
}

const reason = whyNoCli();

const CALLS: readonly (readonly [service: string, operation: string, ...command: string[]])[] = [
  ["s3", "ListBuckets", "s3", "ls"],
  ["ec2", "DescribeRegions", "ec2", "describe-regions"],
  ["sqs", "ListQueues", "sqs", "list-queues"],
  ["sns", "ListTopics", "sns", "list-topics"],
  ["dynamodb", "ListTables", "dynamodb", "list-tables"],
  ["lambda", "ListFunctions", "lambda", "list-functions"],
  ["monitoring", "ListMetrics", "cloudwatch", "list-metrics"],
  ["cloudfront", "ListDistributions", "cloudfront", "list-distributions"],
];

test.skipIf(reason !== undefined)(
  `the AWS CLI prints that a service is not served, whatever its protocol${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  async () => {
    const state = newState();
    const server = await startServer(state);
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
    const env = {
      ...own,
      AWS_SHARED_CREDENTIALS_FILE: `${state}/aws/credentials`,
      AWS_CONFIG_FILE: `${state}/aws/config`,
      AWS_PROFILE: "edgekeep",
      AWS_ENDPOINT_URL: server.endpoint,
    };
    const told = (command: readonly string[]): Promise<string> =>
      promisify(execFile)("aws", [...command, "--endpoint-url", server.endpoint], { env, timeout: PATIENCE_MS }).then(
        ({ stdout }) => `it succeeded: ${stdout}`,
        (cause) => String(cause.stderr).trim(),
      );
    const printed = await Promise.all(CALLS.map(([, , ...command]) => told(command)));
    for (const [at, [service, operation]] of CALLS.entries()) {
      expect(printed[at]).toMatch(
        new RegExp(
          `An error occurred \\(UnsupportedOperation(?:Exception)?\\) when calling the ${operation} operation: Edgekeep serves AWS KMS, IAM and STS; the service of this request \\(${service}\\) is not served here\\.$`,
        ),
      );
    }
    expect(await told(["sts", "get-caller-identity", "--no-sign-request"])).toContain("(MissingAuthenticationToken)");
    const refused = server.output().match(/"event":"refused"/g) ?? [];
    expect(refused).toHaveLength(CALLS.length + 1); // none was tried again
    await server.stop("npm");
  },
  2 * PATIENCE_MS,
);
