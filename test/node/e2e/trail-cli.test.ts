// `npm run trail` of a local state directory: while the server runs, after it has ended, and after somebody has been at the file.

import { chmodSync, cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { CreateAliasCommand, CreateKeyCommand, DescribeKeyCommand, EncryptCommand } from "@aws-sdk/client-kms";
import { afterAll, describe, expect, test } from "vitest";
import { kmsClient, listing, newState, run, startServer } from "./edgekeep.ts";
import { follow } from "./following.ts";
import { eventually } from "./processes.ts";
import { databases, readTrail } from "./trail.ts";

const trail = (state: string, ...args: readonly string[]) => run("trail", ["--state", state, ...args]);
const events = (json: string) =>
  json
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line).eventName);

/** Of a busy state: each store's first record, and the account's own has that alone. */
const RECORDS = 19;

/** A state with a key, an alias and twelve uses, whose records have all reached the trail. */
async function busyState(state: string) {
  const server = await startServer(state);
  const kms = kmsClient(state);
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await kms.send(new CreateAliasCommand({ AliasName: "alias/first", TargetKeyId: KeyMetadata?.KeyId }));
  for (let use = 0; use < 12; use++) await kms.send(new EncryptCommand({ KeyId: "alias/first", Plaintext: Buffer.from("x") }));
  const steering = "alias/\u001b[2J\u202e\u009b";
  await kms.send(new DescribeKeyCommand({ KeyId: steering })).catch(() => {});
  const other = kmsClient(state, { region: "eu-west-2" });
  await other.send(new CreateKeyCommand({}));
  await eventually("all records in the trail", () => readTrail(state).length === RECORDS);
  return { server, key: KeyMetadata };
}

test("shows what a running server has done, newest first, by each filter, and leaves the file as it is", async () => {
  const state = newState();
  const { server, key } = await busyState(state);
  const [path = ""] = databases(state).filter((name) => /\/[0-9a-f]{64}\.sqlite$/.test(name));
  const before = statSync(path);

  const { code, stdout, stderr } = await trail(state);
  expect([code, stderr]).toEqual([0, ""]);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(RECORDS);
  expect(lines[0]).toMatch(/^\S+Z {2}123456789012\/eu-west-2 {2}CreateKey +[0-9a-f-]{36} +root$/);
  expect(lines.find((line) => line.includes("Encrypt"))).toMatch(
    new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ  123456789012/us-east-1  Encrypt +alias/first ${key?.KeyId} +root$`),
  );
  expect(stdout).toMatch(/^[\n -~]*$/); // nothing that steers a terminal
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(240);
  expect(lines.filter((line) => line.includes("DescribeKey"))[0]).toMatch(
    / alias\/\\u001b\[2J\\u202e\\u009b +root +NotFoundException$/,
  );

  const json = await trail(state, "--json", "--limit", "999");
  const stored = readTrail(state).map(({ record }) => record);
  expect(json.stdout.trimEnd().split("\n").toSorted()).toEqual(stored.toSorted());

  const filtered = async (...args: string[]) => {
    const found = await trail(state, "--json", ...args);
    expect([found.code, found.stderr], args.join(" ")).toEqual([0, ""]);
    return events(found.stdout);
  };
  expect(await filtered("--event", "Encrypt", "--limit", "5")).toEqual(Array(5).fill("Encrypt"));
  expect(await filtered("--key", "alias/first", "--event", "CreateAlias")).toEqual(["CreateAlias"]);
  expect(await filtered("--key", String(key?.KeyId))).toHaveLength(14);
  expect(await filtered("--key", String(key?.Arn))).toHaveLength(14);
  expect(await filtered("--key", "alias/firs")).toEqual([]);
  expect(await filtered("--region", "eu-west-2")).toEqual(["CreateKey", "BeginIncarnation"]);
  expect(await filtered("--account", "111122223333")).toEqual([]);
  expect(await filtered("--since", "1h", "--limit", "2")).toEqual(["CreateKey", "BeginIncarnation"]);
  expect(await filtered("--since", "2999-01-01T00:00:00Z")).toEqual([]);

  const after = statSync(path);
  expect([after.mtimeMs, after.size, after.ino]).toEqual([before.mtimeMs, before.size, before.ino]);
  await server.stop("npm");
  // -shm is the index of the WAL, in which readers say that they read: it is no part of the data, and is made anew.
  const files = listing(state).filter((line) => !line.includes("-shm "));
  expect(events((await trail(state, "--json")).stdout)).toHaveLength(RECORDS);
  expect(listing(state).filter((line) => !line.includes("-shm "))).toEqual(files);
});

test("--follow shows what comes, within seconds, and ends quietly when it is told to or when nobody reads on", async () => {
  const state = newState();
  const server = await startServer(state);
  const kms = kmsClient(state);
  await kms.send(new CreateKeyCommand({}));
  const following = follow(state, "--event", "CreateKey");
  await eventually("the first", () => events(following.text()).length === 1);
  await kms.send(new CreateKeyCommand({}));
  await eventually("the second", () => events(following.text()).length === 2);
  following.child.kill("SIGINT");
  expect(await following.ended).toEqual([0, null]);
  expect(following.errors()).toBe("");

  const unread = follow(state);
  await eventually("the first", () => unread.text() !== "");
  unread.child.stdout?.destroy();
  await kms.send(new CreateKeyCommand({}));
  expect(await unread.ended).toEqual([0, null]);
  expect(unread.errors()).toBe("");
  await server.stop("npm");
});

describe("a trail that somebody has been at", () => {
  let original: string | undefined;
  afterAll(() => rmSync(original ?? "", { recursive: true, force: true }));

  /** One busy state for all of them. */
  async function untouched(): Promise<string> {
    if (original !== undefined) return original;
    const state = newState();
    await (await busyState(state)).server.stop("npm");
    original = mkdtempSync(join(tmpdir(), "edgekeep-trail-"));
    cpSync(state, original, { recursive: true });
    return original;
  }

  /** Changes a copy of the trail. */
  async function changed(...statements: readonly string[]): Promise<string> {
    const state = newState();
    cpSync(await untouched(), state, { recursive: true });
    chmodSync(state, 0o700);
    const [path = ""] = databases(state).filter((name) => /\/[0-9a-f]{64}\.sqlite$/.test(name));
    const database = new DatabaseSync(path);
    for (const statement of statements) database.exec(statement);
    database.close();
    return state;
  }

  /** A place in the chain of the first Region. */
  const at = (sequence: number): string =>
    `WHERE place = ${sequence} + (SELECT number << 40 FROM chain WHERE store = '123456789012/us-east-1')`;
  const AT_5 = at(5);

  test.each([
    [
      "changed record",
      `UPDATE trail SET record = replace(record, '127.0.0.1', '127.0.0.9') ${AT_5}`,
      "record 5 does not follow from 4",
    ],
    [
      "record that is no JSON",
      `UPDATE trail SET record = 'gone ' || char(27) || '[2J' ${AT_5}`,
      "record 5 does not follow from 4",
    ],
    ["record with resources of another form", `UPDATE trail SET record = '{"resources":["x"]}' ${AT_5}`, "record 5 does not"],
    ["removed record", `DELETE FROM trail ${AT_5}`, "record 5 is missing"],
    ["removed beginning", `DELETE FROM trail ${at(3).replace("place =", "place <")}`, "missing"],
    ["changed hash", `UPDATE trail SET hash = upper(hash) ${AT_5}`, "record 5 does not follow from 4"],
    [
      "record under another account",
      `UPDATE trail SET account = '111122223333' ${AT_5}`,
      "record 5 stands under another account or",
    ],
    ["record at another time", `UPDATE trail SET time = 9000000000000000000 ${AT_5}`, "record 5 stands at another time than"],
    [
      "first record that follows what is not there",
      'UPDATE trail SET record = replace(record, \'"follows":null\', \'"follows":{"incarnation":"00000000-0000-0000-0000-000000000000","sequence":3,"hash":"00"}\') WHERE place & 0xFFFFFFFFFF = 0',
      "follows record 3 of incarnation 0",
    ],
  ])("a %s is told, whatever the filter leaves out", async (_, statement, fault) => {
    const state = await changed(statement);
    for (const args of [[], ["--event", "CreateAlias"], ["--key", "alias/first", "--limit", "12"], ["--json"]]) {
      const { code, stdout, stderr } = await trail(state, ...args);
      expect(code, args.join(" ")).toBe(1);
      expect(stderr).toMatch(
        /^(edgekeep: the chain of 123456789012(?:\/[a-z0-9-]+)?, incarnation [0-9a-f-]{36}, does not hold: .+\n)+$/,
      );
      expect(stderr).toContain(fault);
      if (!args.includes("--json")) expect(stdout).toMatch(/^[\n -~]*$/);
    }
  });

  test("a file that nobody has open is read without a trace", async () => {
    const state = await changed("PRAGMA wal_checkpoint(TRUNCATE)");
    const files = listing(state);
    expect(files.filter((line) => /d1\/.*\/[0-9a-f]{64}\.sqlite-/.test(line))).toEqual([]);
    const { code, stderr } = await trail(state);
    expect([code, stderr]).toEqual([0, ""]);
    const after = listing(state);
    expect(after.filter((line) => /[0-9a-f]{64}\.sqlite/.test(line))).toEqual(
      files.filter((line) => /[0-9a-f]{64}\.sqlite/.test(line)),
    );
  });

  test("a record that was exchanged together with its hash is told by the one behind it", async () => {
    const state = await changed(
      `UPDATE trail SET record = (SELECT record FROM trail ${at(6)}), hash = '${"0".repeat(64)}' ${AT_5}`,
    );
    expect((await trail(state)).stderr).toContain("record 6 does not follow from 5");
  });

  test("a store with a name that no store has is told, and asked for nothing", async () => {
    const state = await changed("UPDATE chain SET store = '''; DROP TABLE trail; --' WHERE number = 1");
    const { code, stderr } = await trail(state);
    expect([code, stderr.includes("no store has such a name")]).toEqual([1, true]);
    expect(readTrail(state)).toHaveLength(RECORDS);
  });

  test("records of a chain that has lost its name are told, and shown", async () => {
    const state = await changed("DELETE FROM chain WHERE number = 1");
    const { code, stdout, stderr } = await trail(state);
    expect([code, stderr]).toEqual([
      1,
      "edgekeep: the trail has records of chain 1, incarnation unknown: no store has such a name\n",
    ]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(RECORDS);
  });
});

test("what has not the form of a value is refused before anything is read; without a state there is a line", async () => {
  const state = newState();
  for (const [args, reason] of [
    [["--account", "1' OR 1=1"], "is no account"],
    [["--region", "x' --"], "is no Region"],
    [["--event", "a';"], "is no name of an operation"],
    [["--key", "alias/x' OR ''='"], "is no key"],
    [["--since", "yesterday"], "is no time"],
    [["--since", "2026-02-30"], "is no time"],
    [["--limit", "0"], "is no number of records"],
    [["--remote", "--state", state], "not both"],
    [["--json=1"], "takes no value"],
  ] as const) {
    const { code, stdout, stderr } = await run("trail", args);
    expect([code, stdout], args.join(" ")).toEqual([2, ""]);
    expect(stderr).toContain(reason);
  }
  expect(await trail(state)).toEqual({
    code: 1,
    stdout: "",
    stderr: `edgekeep: ${state} does not exist: \`npm start\` makes it\n`,
  });
});
