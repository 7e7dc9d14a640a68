// The profiles of DIR/aws: `npm run credentials` adds one an account, a start keeps them all, and nobody's own lines are lost.

import { execFile } from "node:child_process";
import { appendFileSync, chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { CHECKOUT, listing, modeOf, newState, run, startServer } from "./edgekeep.ts";

const ACCOUNT = "111122223333";
const PATIENCE_MS = 30_000;

const add = (state: string, account = ACCOUNT) => run("credentials", ["--state", state, "--account", account]);
const read = (state: string, file: "credentials" | "config") => readFileSync(join(state, "aws", file), "utf8");

/** Whose keys the SDK for JavaScript lists with nothing but these lines. */
async function accountOf(lines: string): Promise<string> {
  const program = `import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
    console.log((await new KMSClient({}).send(new CreateKeyCommand({}))).KeyMetadata.Arn);`;
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
  const { stdout } = await promisify(execFile)("sh", ["-c", `${lines}\nexec node --input-type=module -e "$PROGRAM"`], {
    cwd: CHECKOUT,
    env: { ...own, PROGRAM: program, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" },
    timeout: PATIENCE_MS,
  });
  return stdout.trim();
}

describe("a profile for another account", () => {
  test("is added, printed with its label, used by the SDK as pasted, and follows the server to another port", async () => {
    const state = newState();
    const first = await startServer(state, "--region", "eu-west-2");
    const { code, stdout, stderr } = await add(state);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      `# Account ${ACCOUNT}, in the shell of a client:\n` +
        "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN\n" +
        `export AWS_SHARED_CREDENTIALS_FILE=${state}/aws/credentials AWS_CONFIG_FILE=${state}/aws/config AWS_PROFILE=edgekeep-${ACCOUNT}\n`,
    );
    expect(await accountOf(stdout)).toMatch(/^arn:aws:kms:eu-west-2:111122223333:key\//);
    for (const file of ["credentials", "config"]) expect(modeOf(join(state, "aws", file)), file).toBe("600");
    const before = [read(state, "credentials"), read(state, "config")];
    await add(state);
    expect([read(state, "credentials"), read(state, "config")]).toEqual(before);
    await first.stop("npm");

    const second = await startServer(state, "--region", "eu-west-2");
    expect(second.port).not.toBe(first.port);
    expect(read(state, "config")).toBe(String(before[1]).replaceAll(first.endpoint, second.endpoint));
    expect(await accountOf(stdout)).toMatch(/^arn:aws:kms:eu-west-2:111122223333:key\//);
    await second.stop("npm");
  });

  test("what a user has added stays, in our sections and in others, through a start and through more accounts", async () => {
    const state = newState();
    await (await startServer(state)).stop("npm");
    await add(state);
    const config = read(state, "config")
      .replace(`[profile edgekeep-${ACCOUNT}]`, `# mine\n\n[profile  edgekeep-${ACCOUNT}]\noutput = json`)
      .replace("kms =\n", "s3 =\n  endpoint_url = http://127.0.0.1:9000\nkms =\n  max_attempts = 2\n")
      .replace("region = us-east-1", "region = us-west-2");
    writeFileSync(
      join(state, "aws", "config"),
      `${config}\n[profile mine]\nregion = us-west-1\nendpoint_url = http://127.0.0.1:4566\n`,
    );
    appendFileSync(join(state, "aws", "credentials"), "\n[mine]\naws_access_key_id = AKIA\n");

    const server = await startServer(state);
    await add(state);
    await add(state, "444455556666");
    const kept = read(state, "config");
    for (const line of [
      "# mine",
      "output = json",
      "  max_attempts = 2",
      "  endpoint_url = http://127.0.0.1:9000",
      "[profile mine]",
    ])
      expect(kept.split("\n"), line).toContain(line);
    expect(kept).toContain("region = us-west-1\nendpoint_url = http://127.0.0.1:4566\n");
    const ours = `endpoint_url = ${server.endpoint}`;
    expect(kept.match(/endpoint_url = http:\/\/127\.0\.0\.1:(?!9000|4566)[0-9]+/g)).toEqual([ours, ours, ours]);
    for (const service of ["kms", "iam", "sts"]) expect(kept).toContain(`\n${service} =\n  ${ours}\n`);
    expect(kept.match(/^\[profile\s+edgekeep.*\]$/gm)).toHaveLength(3);
    expect(read(state, "credentials")).toContain("[mine]\naws_access_key_id = AKIA\n");
    expect(read(state, "credentials").match(/^\[.*\]$/gm)).toEqual([
      "[edgekeep]",
      `[edgekeep-${ACCOUNT}]`,
      "[mine]",
      "[edgekeep-444455556666]",
    ]);
    await server.stop("npm");
  });

  test("one that named the endpoint of KMS alone names it for IAM and STS too, so that none of their calls goes to AWS", async () => {
    const state = newState();
    await (await startServer(state)).stop("npm");
    const former =
      "[profile edgekeep]\nregion = us-east-1\nservices = edgekeep\n[services edgekeep]\nkms =\n  endpoint_url = http://127.0.0.1:1\n";
    writeFileSync(join(state, "aws", "config"), former);
    const server = await startServer(state);
    const named = read(state, "config").match(/^\w+ =\n {2}endpoint_url = .+$/gm);
    expect(named).toEqual(["kms", "iam", "sts"].map((service) => `${service} =\n  endpoint_url = ${server.endpoint}`));
    await server.stop("npm");
  });

  test("an endpoint for every service, as it once was written, is taken away; anybody's other one is not", async () => {
    const state = newState();
    await (await startServer(state)).stop("npm");
    const formerConfig = (endpoint: string) => `[profile edgekeep]\nregion = us-east-1\nendpoint_url = ${endpoint}\n`;
    writeFileSync(join(state, "aws", "config"), formerConfig("http://127.0.0.1:8787"));
    await (await startServer(state)).stop("npm");
    expect(read(state, "config")).not.toMatch(/^endpoint_url/m);
    writeFileSync(join(state, "aws", "config"), formerConfig("https://elsewhere.example"));
    await (await startServer(state)).stop("npm");
    expect(read(state, "config")).toContain("\nendpoint_url = https://elsewhere.example\n");
  });

  test("before any start nothing is written, and the credentials themselves are printed; --json never writes", async () => {
    const state = newState();
    await (await startServer(state)).stop("npm");
    rmSync(join(state, "aws"), { recursive: true });
    const before = listing(state);
    const { stdout } = await add(state);
    expect(stdout).toMatch(/^export AWS_ACCESS_KEY_ID=AKIA\w{16}\nexport AWS_SECRET_ACCESS_KEY=\S{40}\n$/);
    expect(listing(state)).toEqual(before);
    await (await startServer(state)).stop("npm");
    const profiles = [read(state, "credentials"), read(state, "config")];
    await run("credentials", ["--state", state, "--account", ACCOUNT, "--json"]);
    expect([read(state, "credentials"), read(state, "config")]).toEqual(profiles);
  });

  test("accounts that are added at once are all there", async () => {
    const state = newState();
    await (await startServer(state)).stop("npm");
    const accounts = Array.from({ length: 6 }, (_, at) => `00000000000${at}`);
    const runs = await Promise.all(accounts.map((account) => add(state, account)));
    expect(runs.map(({ code }) => code)).toEqual(accounts.map(() => 0));
    for (const account of accounts) {
      expect(read(state, "credentials")).toContain(`[edgekeep-${account}]\n`);
      expect(read(state, "config")).toContain(`[profile edgekeep-${account}]\n`);
    }
  });

  test("a credentials file that others may read is refused", async () => {
    const state = newState();
    await (await startServer(state)).stop("npm");
    chmodSync(join(state, "aws", "credentials"), 0o644);
    const { code, stdout, stderr } = await add(state);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("aws/credentials has mode 0644, not 0600");
  });
});
