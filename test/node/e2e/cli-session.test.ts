// The AWS CLI, with nothing but the lines that `npm start` prints.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { newState, profileValue, startServer } from "./edgekeep.ts";
import { has } from "./sessions.ts";

const CLI_PATIENCE_MS = 30_000;

const reason = has("aws") ? undefined : "no `aws` CLI is installed here";

/** What a user pastes: all that stands between the endpoint and the example. */
const printedLines = (output: string): string =>
  output.slice(output.indexOf("\n", output.indexOf("Edgekeep is ready at")) + 1, output.indexOf("# Try this"));

/** None of this machine's own AWS settings. */
const ownEnvironment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));

/** A call of each service that is served, for one line of text. */
const ALL_THREE = [
  "aws kms list-keys --query 'length(Keys)' --output json",
  "aws iam create-user --user-name first --query User.Arn --output text",
  "aws sts get-caller-identity --query Arn --output text",
].join("\n");

describe.skipIf(reason !== undefined)(`a session of the AWS CLI${reason === undefined ? "" : ` (${reason})`}`, () => {
  test("creates a key, describes it, lists it, encrypts and decrypts", async () => {
    const server = await startServer(`${newState()} of O'Brien`);
    const lines = printedLines(server.output());
    /** A shell that has been given the lines, as a user pastes them, and credentials in its environment that would win over them. */
    const shell = async (command: string) => {
      const env = { ...ownEnvironment(), AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_SESSION_TOKEN: "test" };
      const { stdout } = await promisify(execFile)("sh", ["-c", `${lines}\n${command}`], { env, timeout: CLI_PATIENCE_MS });
      return JSON.parse(stdout);
    };

    const { KeyMetadata } = await shell("aws kms create-key");
    expect(KeyMetadata.KeyState).toBe("Enabled");
    const described = await shell(`aws kms describe-key --key-id ${KeyMetadata.KeyId}`);
    expect(described.KeyMetadata.Arn).toBe(KeyMetadata.Arn);
    const { Keys } = await shell("aws kms list-keys");
    expect(Keys).toEqual([{ KeyId: KeyMetadata.KeyId, KeyArn: KeyMetadata.Arn }]);

    const plaintext = Buffer.from("attack at dawn").toString("base64");
    const { CiphertextBlob } = await shell(
      `printf %s 'attack at dawn' > "$(dirname "$AWS_CONFIG_FILE")/plain" && aws kms encrypt --key-id ${KeyMetadata.KeyId} ` +
        '--encryption-context purpose=test --plaintext "fileb://$(dirname "$AWS_CONFIG_FILE")/plain"',
    );
    const decrypted = await shell(
      `printf %s '${CiphertextBlob}' | base64 -d > "$(dirname "$AWS_CONFIG_FILE")/sealed" && aws kms decrypt ` +
        '--encryption-context purpose=test --ciphertext-blob "fileb://$(dirname "$AWS_CONFIG_FILE")/sealed"',
    );
    expect([decrypted.KeyId, decrypted.Plaintext]).toEqual([KeyMetadata.Arn, plaintext]);
    await server.stop("npm");
  });

  test("reaches S3 where it always was, in the same shell, and KMS, IAM and STS here", async () => {
    const server = await startServer(newState());
    const asked: string[] = [];
    const proxy = createServer().on("connect", ({ url }, socket) => {
      asked.push(String(url));
      socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    });
    await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
    const { port } = proxy.address() as AddressInfo;
    const env = { ...ownEnvironment(), HTTPS_PROXY: `http://127.0.0.1:${port}`, AWS_MAX_ATTEMPTS: "1" };
    const commands = `${printedLines(server.output())}\n${ALL_THREE}\naws s3 ls`;
    const refused = await promisify(execFile)("sh", ["-c", commands], { env, timeout: CLI_PATIENCE_MS }).catch((cause) => cause);
    expect(refused.stdout).toBe("0\narn:aws:iam::123456789012:user/first\narn:aws:iam::123456789012:root\n");
    expect(asked.length).toBeGreaterThan(0);
    for (const host of asked) expect(host).toMatch(/^s3(\.us-east-1)?\.amazonaws\.com:443$/);
    proxy.close();
    await server.stop("npm");
  });

  test("finds its endpoint in each way that AWS gives to name one", async () => {
    const state = newState();
    const server = await startServer(state);
    const config = `${state}/aws/elsewhere`;
    writeFileSync(
      config,
      `[profile edgekeep]\nregion = us-east-1\nservices = local\n[services local]\nkms =\n  endpoint_url = ${server.endpoint}\n`,
    );
    const keys = {
      AWS_ACCESS_KEY_ID: profileValue(state, "credentials", "aws_access_key_id"),
      AWS_SECRET_ACCESS_KEY: profileValue(state, "credentials", "aws_secret_access_key"),
      AWS_EC2_METADATA_DISABLED: "true",
    };
    const ways: readonly { env: Record<string, string>; args?: string[] }[] = [
      { env: { AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-1", AWS_ENDPOINT_URL_KMS: server.endpoint } },
      { env: { AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-1", AWS_ENDPOINT_URL: server.endpoint } },
      { env: { AWS_CONFIG_FILE: config, AWS_PROFILE: "edgekeep", AWS_SHARED_CREDENTIALS_FILE: `${state}/aws/credentials` } },
      { env: { AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-1" }, args: ["--endpoint-url", server.endpoint] },
    ];
    const own = ownEnvironment();
    for (const { env, args = [] } of ways) {
      const { stdout } = await promisify(execFile)("aws", ["kms", "list-keys", "--output", "json", ...args], {
        env: { ...own, ...keys, ...env },
        timeout: CLI_PATIENCE_MS,
      });
      expect(JSON.parse(stdout)).toEqual({ Keys: [] });
    }
    await server.stop("npm");
  });
});
