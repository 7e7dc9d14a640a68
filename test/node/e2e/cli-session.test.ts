// The AWS CLI, with nothing but the two lines that `npm start` prints.

import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { newState, startServer } from "./edgekeep.ts";

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
});
