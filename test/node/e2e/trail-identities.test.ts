// `npm run trail` of an account that has identities: what was asked of IAM and STS, and the chain of the store that answered.

import { DatabaseSync } from "node:sqlite";
import { CreateGroupCommand, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand, GenerateRandomCommand } from "@aws-sdk/client-kms";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { expect, test } from "vitest";
import { kmsClient, newState, run, startServer } from "./edgekeep.ts";
import { follow } from "./following.ts";
import { ACCOUNT, allowing, iamOfRoot, newUser } from "./identities.ts";
import { eventually } from "./processes.ts";
import { chainFault, databases, readTrail } from "./trail.ts";

const PATIENCE_MS = 180_000;

const trail = (state: string, ...args: readonly string[]) => run("trail", ["--state", state, ...args]);
const sourcesIn = (json: string): string[] =>
  [...new Set(json.split("\n").flatMap((line) => (line === "" ? [] : [String(JSON.parse(line).eventSource)])))].toSorted();

test("records of IAM and STS are shown with whom they name, by each filter, and their chain is checked", {
  timeout: PATIENCE_MS,
}, async () => {
  const state = newState();
  const server = await startServer(state, "--region", "eu-west-2");
  const iam = iamOfRoot(state);
  const user = await newUser(iam, "alice");
  await iam.send(
    new PutUserPolicyCommand({ UserName: "alice", PolicyName: "random", PolicyDocument: allowing("kms:GenerateRandom") }),
  );
  await iam.send(new CreateGroupCommand({ GroupName: "alice" }));
  await kmsClient(state).send(new CreateKeyCommand({}));
  await kmsClient(state, { credentials: user }).send(new GenerateRandomCommand({ NumberOfBytes: 1 }));
  const { Arn } = await new STSClient({ endpoint: server.endpoint, region: "eu-west-2", credentials: user }).send(
    new GetCallerIdentityCommand({}),
  );
  expect(Arn).toBe(`arn:aws:iam::${ACCOUNT}:user/alice`);
  const EVENTS = [
    "CreateUser",
    "CreateAccessKey",
    "PutUserPolicy",
    "CreateGroup",
    "CreateKey",
    "GenerateRandom",
    "GetCallerIdentity",
  ];
  await eventually("all records in the trail", () => {
    const there = readTrail(state).map(({ record }) => JSON.parse(record).eventName);
    return EVENTS.every((name) => there.includes(name));
  });

  const shown = await trail(state);
  expect([shown.code, shown.stderr]).toEqual([0, ""]);
  const line = (event: string) => shown.stdout.split("\n").find((text) => text.includes(`  ${event} `)) ?? "";
  expect(line("CreateUser")).toMatch(/Z {2}123456789012\/us-east-1 {2}CreateUser +user\/alice +root$/);
  expect(line("CreateAccessKey")).toMatch(/ user\/alice +root$/);
  expect(line("PutUserPolicy")).toMatch(/ user\/alice policy\/random +root$/);
  expect(line("CreateGroup")).toMatch(/ group\/alice +root$/);
  expect(line("GenerateRandom")).toMatch(/\/eu-west-2 {2}GenerateRandom +- +user\/alice$/);
  expect(line("GetCallerIdentity")).toMatch(/\/us-east-1 {2}GetCallerIdentity +- +user\/alice$/);

  const filtered = async (...args: string[]) => {
    const { code, stdout, stderr } = await trail(state, "--json", ...args);
    expect([code, stderr], args.join(" ")).toEqual([0, ""]);
    return sourcesIn(stdout);
  };
  const both = ["iam.amazonaws.com", "sts.amazonaws.com"];
  expect(await filtered("--region", "us-east-1")).toEqual(both);
  expect(await filtered("--region", "eu-west-2")).toEqual(["kms.amazonaws.com"]);
  expect(await filtered("--account", ACCOUNT)).toEqual([both[0], "kms.amazonaws.com", both[1]]);
  expect(await filtered("--event", "CreateUser")).toEqual(["iam.amazonaws.com"]);
  await server.stop("npm");

  expect(chainFault(readTrail(state))).toBeUndefined();
  const [path = ""] = databases(state).filter((name) => /\/[0-9a-f]{64}\.sqlite$/.test(name));
  const database = new DatabaseSync(path);
  const place = `place = 2 + (SELECT number << 40 FROM chain WHERE store = '${ACCOUNT}')`;
  database.exec(`UPDATE trail SET record = replace(record, 'alice', 'mallory') WHERE ${place}`);
  database.exec(`UPDATE trail SET region = 'eu-west-2' WHERE ${place.replace("= 2", "= 1")}`);
  database.close();
  for (const args of [[], ["--account", ACCOUNT, "--region", "us-east-1"]]) {
    const { code, stderr } = await trail(state, ...args);
    expect(code).toBe(1);
    const fault = new RegExp(`^edgekeep: the chain of ${ACCOUNT}, incarnation [0-9a-f-]{36}, does not hold: record (.+)$`, "gm");
    expect([...stderr.matchAll(fault)].map(([, what]) => what)).toEqual([
      "1 stands under another account or Region",
      "2 does not follow from 1: one of the two was changed",
    ]);
  }
});

test("--follow of an account and Region shows what IAM is asked while it runs", { timeout: PATIENCE_MS }, async () => {
  const state = newState();
  const server = await startServer(state);
  const iam = iamOfRoot(state);
  await newUser(iam, "before");
  await kmsClient(state).send(new CreateKeyCommand({}));
  const following = follow(state, "--account", ACCOUNT, "--region", "us-east-1");
  await eventually("what there was", () => following.text().includes("before"));
  await iam.send(new CreateGroupCommand({ GroupName: "while-it-runs" }));
  await eventually("what has come", () => following.text().includes("while-it-runs"));
  following.child.kill("SIGINT");
  expect(await following.ended).toEqual([0, null]);
  expect(following.errors()).toBe("");
  await server.stop("npm");
});
