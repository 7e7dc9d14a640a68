// What `npm start` refuses: one line, an exit code that is not 0, and not a byte changed.

import { once } from "node:events";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listing, newState, run, startServer } from "./edgekeep.ts";

/** Runs start, which must refuse. @returns the reason, after everything else has been checked. */
async function refusal(state: string, ...args: readonly string[]): Promise<string> {
  const before = listing(dirname(state));
  const { code, stdout, stderr } = await run("start", [
    "--state",
    state,
    ...(args.includes("--port") ? [] : ["--port", "0"]),
    ...args,
  ]);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^edgekeep: [^\n]+\n$/);
  expect(code).not.toBe(0);
  expect(listing(dirname(state))).toEqual(before);
  return stderr.slice("edgekeep: ".length, -1);
}

describe("of the machine", () => {
  const occupier = createServer();
  let port = "";
  beforeAll(async () => {
    await once(occupier.listen(0, "127.0.0.1"), "listening");
    port = String((occupier.address() as { port: number }).port);
  });
  afterAll(() => occupier.close());

  test("a port in use, with no state yet: not even a root key is made", async () => {
    expect(await refusal(newState(), "--port", port)).toBe(`port ${port} of 127.0.0.1 is in use: give another with --port`);
  });

  test("a port in use, with state", async () => {
    expect(await refusal(await usedState(), "--port", port)).toContain(`port ${port} of 127.0.0.1 is in use`);
  });

  test("a directory that cannot be made or written", async () => {
    const state = newState();
    writeFileSync(state, "a file");
    expect(await refusal(state)).toBe(`${state} is not a directory`);
    for (const path of [join(state, "below"), "/proc/edgekeep"]) {
      const { code, stderr } = await run("start", ["--state", path, "--port", "0"]); // root too may not write there
      expect(stderr).toMatch(new RegExp(`^edgekeep: ${path} cannot be (written|read) \\(E[A-Z]+\\)\n$`));
      expect(code).toBe(1);
    }
  });

  test("a directory that another server is using", async () => {
    const state = newState();
    const server = await startServer(state);
    const { code, stdout, stderr } = await run("start", ["--state", state, "--port", String(server.port)]);
    expect([code, stdout, stderr]).toEqual([1, "", `edgekeep: ${state} is in use by process ${server.node}\n`]);
    expect((await fetch(`${server.endpoint}/health`)).status).toBe(200);
    await server.stop("npm");
  });
});

/** A state that has served once: made for the first test that wants it, copied for each. */
let template: string | undefined;
async function usedState(): Promise<string> {
  if (template === undefined) {
    const state = newState();
    await (await startServer(state)).stop("npm");
    template = `${dirname(state)}-template`;
    cpSync(state, template, { recursive: true });
  }
  const state = newState();
  cpSync(template, state, { recursive: true });
  chmodSync(state, 0o700); // files keep their mode in a copy, folders do not
  return state;
}
afterAll(() => {
  if (template !== undefined) rmSync(template, { recursive: true, force: true });
});

describe("of the state", () => {
  test("without its root key: names the file to restore", async () => {
    const state = await usedState();
    rmSync(join(state, "root-keys.json"));
    expect(await refusal(state)).toContain(`restore ${join(state, "root-keys.json")} from your copy`);
  });

  test("a directory of something else is not taken for a new state", async () => {
    const state = newState();
    mkdirSync(state, { mode: 0o700 });
    writeFileSync(join(state, "thesis.txt"), "work of years");
    expect(await refusal(state)).toContain("not empty and has no root key");
  });

  test.each([
    ["empty", ""],
    ["truncated", '{"seal": 1, "credentials": [1], "keys": {"1": "AAAA'],
    ["of a key too short", '{"seal": 1, "credentials": [1], "keys": {"1": "AAAA"}}'],
    ["not JSON", "\0\0\0\0"],
  ])("a root key file that is %s: says so, repeats nothing of it", async (_, text) => {
    const state = await usedState();
    writeFileSync(join(state, "root-keys.json"), text);
    const line = await refusal(state);
    expect(line).toMatch(new RegExp(`^${join(state, "root-keys.json")} is damaged \\(.+\\): restore it from your copy$`));
    expect(line).not.toContain("AAAA");
  });

  test("of a newer format", async () => {
    const state = await usedState();
    writeFileSync(join(state, "format"), "2\n");
    expect(await refusal(state)).toBe(
      `${state} has state of format 2, newer than the 1 of this Edgekeep: start it with the newer version`,
    );
  });

  test.each(["", "one\n", "-1", "1e3"])("of the format %j", async (text) => {
    const state = await usedState();
    writeFileSync(join(state, "format"), text);
    expect(await refusal(state)).toBe(`${join(state, "format")} is damaged: restore it from your copy`);
  });

  test("without its format", async () => {
    const state = await usedState();
    rmSync(join(state, "format"));
    expect(await refusal(state)).toBe(`${join(state, "format")} is missing: restore it from your copy`);
  });

  test.each([
    ["", 0o755, "0700"],
    ["root-keys.json", 0o644, "0600"],
    ["aws/credentials", 0o640, "0600"],
  ])("whose %j others may read: says which chmod mends it", async (name, mode, right) => {
    const state = await usedState();
    const path = join(state, name).replace(/\/$/, "");
    chmodSync(path, mode);
    expect(await refusal(state)).toBe(`${path} has mode 0${mode.toString(8)}, not ${right}: run chmod ${right} ${path}`);
  });
});

describe("of the command line", () => {
  test.each([
    [["--port", "65536"], "--port 65536 is no port"],
    [["--port", "http"], "--port http is no port"],
    [["--port", "-1"], "--port -1 is no port"],
    [["--port", ""], "--port needs a value"],
    [["--account", "12345678901"], "--account 12345678901 is no account"],
    [["--account", "12345678901a"], "--account 12345678901a is no account"],
    [["--region", "us-east-9"], "--region us-east-9 is no Region"],
    [["--region", "constructor"], "--region constructor is no Region"],
    [["--rates", "on"], "--rates is aws or off, not on"],
    [["--hots", "::"], "unknown option --hots"],
    [["8787"], "only options are taken"],
    [["--port", "1", "--port", "2"], "--port is given twice"],
    [["--region"], "--region needs a value"],
    [["--region", "--account"], "--region needs a value"],
  ])("%j", async (args, reason) => {
    const state = newState();
    expect(await refusal(state, ...args)).toContain(reason);
    expect((await run("start", ["--state", state, ...args])).code).toBe(2);
  });
});

test("no line holds a secret of the state", async () => {
  const state = await usedState();
  const key = JSON.parse(readFileSync(join(state, "root-keys.json"), "utf8")).keys["1"];
  writeFileSync(join(state, "root-keys.json"), `{"seal": 9, "credentials": [1], "keys": {"1": "${key}"}}`);
  expect(await refusal(state)).not.toContain(key);
});
