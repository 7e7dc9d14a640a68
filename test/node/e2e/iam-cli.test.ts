// The AWS CLI against IAM and STS: an admin, a web application held to its tenant, and each operation once.

import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { IAM_OPERATIONS, STS_OPERATIONS } from "../../../src/iam/table.ts";
import { clientEnvironment, newState, type Server, startServer } from "./edgekeep.ts";
import { everyOperation } from "./iam-commands.ts";
import { ACCOUNT, type Credentials } from "./identities.ts";
import { has } from "./sessions.ts";

const CLI_PATIENCE_MS = 60_000;
const PATIENCE_MS = 600_000;
/** A process of the CLI is busy for most of a second. */
const AT_A_TIME = 3;

const reason = has("aws") ? undefined : "no `aws` CLI is installed here";

interface Cli {
  readonly server: Server;
  /** Runs one command of the CLI. @returns what it printed, from JSON. @throws Error with the CLI's one line of refusal. */
  aws(words: string, as?: Credentials): Promise<Record<string, unknown>>;
  /** Writes a file for `file://NAME`: bytes as they are, a document as JSON. */
  write(name: string, content: unknown): void;
}

async function cliBeside(): Promise<Cli> {
  const state = newState();
  const server = await startServer(state);
  const cwd = `${state}-documents`;
  mkdirSync(cwd, { mode: 0o700 });
  return {
    server,
    async aws(words, as) {
      const { AWS_PROFILE: _, ...keyed } = clientEnvironment(state);
      const keys = { AWS_ACCESS_KEY_ID: as?.accessKeyId, AWS_SECRET_ACCESS_KEY: as?.secretAccessKey };
      const endpoints = Object.fromEntries(["KMS", "IAM", "STS"].map((name) => [`AWS_ENDPOINT_URL_${name}`, server.endpoint]));
      const env =
        as === undefined ? clientEnvironment(state) : { ...keyed, ...keys, ...endpoints, AWS_DEFAULT_REGION: "us-east-1" };
      const options = { cwd, env: { ...env, AWS_DEFAULT_OUTPUT: "json", AWS_MAX_ATTEMPTS: "1" }, timeout: CLI_PATIENCE_MS };
      const { stdout } = await promisify(execFile)("aws", words.split(" "), options).catch((cause: { stderr?: string }) => {
        throw new Error(cause.stderr?.trim() || String(cause));
      });
      return stdout.trim() === "" ? {} : JSON.parse(stdout);
    },
    write: (name, content) => writeFileSync(`${cwd}/${name}`, content instanceof Uint8Array ? content : JSON.stringify(content)),
  };
}

const keyIn = (answer: Record<string, unknown>): Credentials => {
  const { AccessKeyId, SecretAccessKey } = answer["AccessKey"] as { AccessKeyId: string; SecretAccessKey: string };
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
};

describe.skipIf(reason !== undefined)(`the AWS CLI with IAM${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  test("an admin makes a web application that encrypts for its tenant; its key is deactivated", {
    timeout: PATIENCE_MS,
  }, async () => {
    const { server, aws, write } = await cliBeside();
    const POWER = "arn:aws:iam::aws:policy/AdministratorAccess";
    await aws("iam create-group --group-name admins");
    await aws(`iam attach-group-policy --group-name admins --policy-arn ${POWER}`);
    await aws("iam create-user --user-name alice");
    await aws("iam add-user-to-group --group-name admins --user-name alice");
    const alice = keyIn(await aws("iam create-access-key --user-name alice"));

    const { KeyMetadata } = (await aws("kms create-key", alice)) as { KeyMetadata: { Arn: string } };
    const key = KeyMetadata.Arn;
    const { User } = await aws("iam create-user --user-name web --path /apps/ --tags Key=tenant,Value=one", alice);
    const arn = `arn:aws:iam::${ACCOUNT}:user/apps/web`;
    expect(User).toMatchObject({ Arn: arn, Tags: [{ Key: "tenant", Value: "one" }] });
    const Condition = { StringEquals: { "kms:EncryptionContext:tenant": ["one"] } };
    write("encrypt", {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "kms:Encrypt", Resource: key, Condition }],
    });
    await aws("iam put-user-policy --user-name web --policy-name encrypt --policy-document file://encrypt", alice);
    const web = keyIn(await aws("iam create-access-key --user-name web", alice));

    write("plain", Buffer.from("card 4111"));
    const encrypt = (tenant: string) =>
      aws(`kms encrypt --key-id ${key} --encryption-context tenant=${tenant} --plaintext fileb://plain`, web);
    const { CiphertextBlob } = await encrypt("one");
    write("sealed", Buffer.from(String(CiphertextBlob), "base64"));
    const denied = `User: ${arn} is not authorized to perform:`;
    await expect(encrypt("two")).rejects.toThrow(
      `An error occurred (AccessDeniedException) when calling the Encrypt operation: ${denied} kms:Encrypt on resource: ${key} because no identity-based policy allows the kms:Encrypt action`,
    );
    const decrypt = `kms decrypt --key-id ${key} --encryption-context tenant=one --ciphertext-blob fileb://sealed`;
    await expect(aws(decrypt, web)).rejects.toThrow(
      `An error occurred (AccessDeniedException) when calling the Decrypt operation: ${denied} kms:Decrypt on resource: ${key} because no identity-based policy allows the kms:Decrypt action`,
    );
    expect((await aws(decrypt, alice))["Plaintext"]).toBe(Buffer.from("card 4111").toString("base64"));
    await expect(aws("iam list-users", web)).rejects.toThrow(
      `An error occurred (AccessDenied) when calling the ListUsers operation: ${denied} iam:ListUsers on resource: * because no identity-based policy allows the iam:ListUsers action`,
    );

    expect(await aws("sts get-caller-identity", web)).toEqual({
      UserId: (User as { UserId: string }).UserId,
      Account: ACCOUNT,
      Arn: arn,
    });
    expect(await aws(`sts get-access-key-info --access-key-id ${web.accessKeyId}`)).toEqual({ Account: ACCOUNT });
    const { Users } = await aws("iam list-users");
    expect(Users).toEqual([{ UserName: "alice" }, { UserName: "web" }].map((user) => expect.objectContaining(user)));
    const entities = await aws(`iam list-entities-for-policy --policy-arn ${POWER}`);
    expect(entities).toMatchObject({ PolicyGroups: [{ GroupName: "admins" }], PolicyUsers: [], PolicyRoles: [] });

    await aws(`iam update-access-key --user-name web --access-key-id ${web.accessKeyId} --status Inactive`, alice);
    await expect(encrypt("one")).rejects.toThrow(
      "An error occurred (UnrecognizedClientException) when calling the Encrypt operation: The security token included in the request is invalid.",
    );
    await expect(aws("sts get-caller-identity", web)).rejects.toThrow(
      "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.",
    );
    await aws(`iam update-access-key --user-name web --access-key-id ${web.accessKeyId} --status Active`, alice);
    expect(await encrypt("one")).toHaveProperty("CiphertextBlob");
    await server.stop("npm");
  });

  test("calls each operation of IAM and STS that is served, and reads its answer", { timeout: PATIENCE_MS }, async () => {
    const { server, aws, write } = await cliBeside();
    const statement = { Effect: "Allow", Action: "kms:GenerateRandom", Resource: "*" };
    write("document", { Version: "2012-10-17", Statement: [statement] });
    const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: ACCOUNT } };
    write("trust", { Version: "2012-10-17", Statement: [trust] });

    const called: string[] = [];
    const made = new Map<string, string>();
    for (const stage of everyOperation(ACCOUNT)) {
      const waiting = [...stage];
      const work = async (): Promise<void> => {
        for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
          const { words, refused, has: expected = [] } = command;
          const filled = words.replaceAll(/\{(\w+)\}/g, (_, name: string) => made.get(name) ?? "");
          called.push(String(filled.split(" ")[1]).replaceAll("-", ""));
          if (refused !== undefined) {
            await expect(aws(filled), filled).rejects.toThrow(`(${refused})`);
            continue;
          }
          const answer = await aws(filled);
          expect(Object.keys(answer), filled).toEqual(expect.arrayContaining([...expected]));
          if (words.includes(" create-access-key")) made.set("KEY", keyIn(answer).accessKeyId);
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, work));
    }
    const served = [...Object.keys(IAM_OPERATIONS), ...Object.keys(STS_OPERATIONS)].map((name) => name.toLowerCase());
    expect([...new Set(called)].toSorted()).toEqual(served.toSorted());
    await server.stop("npm");
  });
});
