// The AWS CLI, with nothing but the two lines that `npm start` prints.

import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { newState, profileValue, startServer } from "./edgekeep.ts";

const CLI_PATIENCE_MS = 30_000;

function whyNoCli(): string | undefined {
  try {
    execFileSync("aws", ["--version"], { stdio: "ignore", timeout: CLI_PATIENCE_MS });
    return undefined;
  } catch {
    return "no `aws` CLI is installed here";
  }
}

const reason = whyNoCli();

describe.skipIf(reason !== undefined)(`a session of the AWS CLI${reason === undefined ? "" : ` (${reason})`}`, () => {
  test("creates a key, describes it, lists it, encrypts and decrypts", async () => {
    const server = await startServer(`${newState()} of O'Brien`);
    const exports = server
      .output()
      .split("\n")
      .find((line) => line.startsWith("export "));
    /** A shell that has been given the line, as a user pastes it, and none of this machine's own AWS settings. */
    const shell = async (command: string) => {
      const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
      const { stdout } = await promisify(execFile)("sh", ["-c", `${exports}\n${command}`], { env, timeout: CLI_PATIENCE_MS });
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
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
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
