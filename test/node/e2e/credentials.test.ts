// `npm run credentials`: the access key of any account, from the state directory, a file or stdin, never from the command line.

import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect, test } from "vitest";
import { listing, newState, profileValue, run, startServer } from "./edgekeep.ts";

const REFUSED = /^edgekeep: [^\n]+\n$/;

test("credentials of another account, from the state directory, sign in while the server runs", async () => {
  const state = newState();
  const server = await startServer(state);
  const before = listing(state).filter((line) => !line.startsWith("data"));
  const { code, stdout, stderr } = await run("credentials", ["--state", state, "--account", "111122223333", "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  const { AccessKeyId, SecretAccessKey, Account, ...rest } = JSON.parse(stdout);
  expect([Account, rest]).toEqual(["111122223333", {}]);
  expect(listing(state).filter((line) => !line.startsWith("data"))).toEqual(before);

  const kms = new KMSClient({
    endpoint: server.endpoint,
    region: "eu-west-2",
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey },
  });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  expect(KeyMetadata?.Arn).toMatch(/^arn:aws:kms:eu-west-2:111122223333:key\//);

  const own = await run("credentials", ["--state", state, "--account", "123456789012", "--json"]);
  expect(JSON.parse(own.stdout)).toEqual({
    AccessKeyId: profileValue(state, "credentials", "aws_access_key_id"),
    SecretAccessKey: profileValue(state, "credentials", "aws_secret_access_key"),
    Account: "123456789012",
  });
  await server.stop("npm");
});

test("a file of mode 0600 and stdin give the same; root keys may be plain base64", async () => {
  const path = join(dirname(newState()), "keys");
  const text = randomBytes(32).toString("base64");
  writeFileSync(path, `${text}\n`, { mode: 0o600 });
  const fromFile = await run("credentials", ["--root-keys", path, "--account", "111122223333"]);
  const fromStdin = await run("credentials", ["--root-keys", "-", "--account", "111122223333"], `${text}\n`);
  expect(fromFile.stdout).toMatch(
    /^export AWS_ACCESS_KEY_ID=AKIA[A-Z2-7]{16}\nexport AWS_SECRET_ACCESS_KEY=[A-Za-z0-9+/]{40}\n$/,
  );
  expect(fromStdin).toEqual(fromFile);

  chmodSync(path, 0o640);
  const { code, stdout, stderr } = await run("credentials", ["--root-keys", path, "--account", "111122223333"]);
  expect([code, stdout, stderr]).toEqual([1, "", `edgekeep: ${path} has mode 0640, not 0600: run chmod 0600 ${path}\n`]);
});

test("keys on the command line are refused, and not repeated", async () => {
  const key = randomBytes(32).toString("base64");
  const document = `{"seal":1,"credentials":[1],"keys":{"1":"${key}"}}`;
  for (const args of [["--root-keys", key], ["--root-keys", document], ["--root-keys", `/${key.slice(1)}`], [key], ["--", key]]) {
    const { code, stdout, stderr } = await run("credentials", ["--account", "111122223333", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(REFUSED);
    expect(stderr).not.toContain(key.slice(1));
  }
});

test("what is missing, malformed or damaged is refused in one line", async () => {
  const state = newState();
  const refusals: [readonly string[], string, string][] = [
    [[], "", "--account is missing"],
    [["--account", "1234"], "", "--account 1234 is no account"],
    [["--account", "111122223333", "--state", state], "", `${state} does not exist`],
    [["--account", "111122223333", "--state", state, "--root-keys", "-"], "", "not both"],
    [["--account", "111122223333", "--root-keys", join(state, "none")], "", "is missing"],
    [["--account", "111122223333", "--root-keys", "-"], "", "what stdin gave is damaged"],
    [["--account", "111122223333", "--root-keys", "-"], '{"seal": 1}', "what stdin gave is damaged"],
    [["--account", "111122223333", "--json=yes"], "", "--json takes no value"],
  ];
  for (const [args, stdin, reason] of refusals) {
    const { code, stdout, stderr } = await run("credentials", args, stdin);
    expect([code === 0, stdout]).toEqual([false, ""]);
    expect(stderr).toMatch(REFUSED);
    expect(stderr).toContain(reason);
  }
});

test("a state directory that others may read, or that has lost its root key, gives none", async () => {
  const state = newState();
  await (await startServer(state)).stop("npm");
  const credentials = () => run("credentials", ["--state", state, "--account", "111122223333"]);
  chmodSync(join(state, "root-keys.json"), 0o604);
  expect((await credentials()).stderr).toContain("root-keys.json has mode 0604, not 0600");
  chmodSync(state, 0o711);
  expect((await credentials()).stderr).toContain(`${state} has mode 0711, not 0700`);
  chmodSync(state, 0o700);
  rmSync(join(state, "root-keys.json"));
  expect(await credentials()).toEqual({
    code: 1,
    stdout: "",
    stderr: `edgekeep: ${join(state, "root-keys.json")} is missing: restore it from your copy\n`,
  });
  expect(readFileSync(join(state, "format"), "utf8")).toBe("1\n");
});
