// `npm start`: what it prints and makes, what it serves, how it ends.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { CHECKOUT, kmsClient, modeOf, newState, profileValue, run, startServer } from "./edgekeep.ts";
import { expectPortsToTellNothing } from "./ports.ts";
import { eventually, familyOf, killAndWait, listeningSockets, lives, workerdsOf } from "./processes.ts";

const LOOPBACK_HEX = ["0100007F", "0000000000000000FFFF00000100007F"];

const isRefused = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => resolve(false)).on("error", () => resolve(true));
    socket.on("connect", () => socket.destroy());
  });

test("a new state is made, served on loopback alone, and described in lines to copy, each with its label", async () => {
  const state = newState();
  const server = await startServer(state, "--account", "111122223333", "--region", "eu-central-1");

  expect(server.output().split("\n").slice(-9, -1)).toEqual([
    `Edgekeep is ready at http://127.0.0.1:${server.port}`,
    `# State, with the root key without which nothing opens: ${state}`,
    "# For the shell of a client:",
    "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
    `export AWS_SHARED_CREDENTIALS_FILE=${state}/aws/credentials AWS_CONFIG_FILE=${state}/aws/config AWS_PROFILE=edgekeep`,
    "# IAM is signed for us-east-1 wherever one is: aws iam list-users --region us-east-1",
    "# Try this in it:",
    "aws kms create-key",
  ]);
  expect(readFileSync(join(state, "aws", "config"), "utf8")).toBe(
    "[profile edgekeep]\nregion = eu-central-1\nservices = edgekeep\n" +
      `[services edgekeep]\n${["kms", "iam", "sts"].map((service) => `${service} =\n  endpoint_url = ${server.endpoint}\n`).join("")}`,
  );
  expect(readFileSync(join(state, "aws", "credentials"), "utf8")).toMatch(
    /^\[edgekeep\]\naws_access_key_id = AKIA[A-Z2-7]{16}\naws_secret_access_key = [A-Za-z0-9+/]{40}\n$/,
  );
  for (const folder of ["", "aws", "data"]) expect(modeOf(join(state, folder)), folder).toBe("700");
  for (const file of ["root-keys.json", "format", "run.json", "aws/credentials", "aws/config"])
    expect(modeOf(join(state, file)), file).toBe("600");
  expect(readFileSync(join(state, "format"), "utf8")).toBe("1\n");
  const { seal, credentials, keys } = JSON.parse(readFileSync(join(state, "root-keys.json"), "utf8"));
  expect([seal, credentials, Object.keys(keys), Buffer.from(keys["1"], "base64").length]).toEqual([1, [1], ["1"], 32]);

  const health = await fetch(`${server.endpoint}/health`);
  expect([health.status, health.headers.get("content-type")]).toEqual([200, "application/json"]);
  expect(await health.json()).toBeTypeOf("object");

  const sockets = listeningSockets(familyOf(server.npm));
  expect(sockets.length).toBeGreaterThan(0);
  expect(sockets.filter((socket) => !LOOPBACK_HEX.includes(String(socket.split(":")[0])))).toEqual([]);
  await server.stop("npm");
});

/** The system calls of a program and all its children, where they can be watched. */
const TRACER = "strace";
const isTraceable = spawnSync(TRACER, ["-f", "-o", "/dev/null", "true"]).status === 0;

test.skipIf(!isTraceable)(
  "from its start to its end nothing connects to anything but loopback (skipped without strace)",
  async () => {
    const state = newState();
    const calls = join(dirname(state), "calls");
    const strace = ["-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", calls];
    const tracer = spawn(TRACER, [...strace, process.execPath, "src/cli/start.ts", "--state", state, "--port", "0"], {
      cwd: CHECKOUT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(tracer, "close");
    await eventually("ready", () => tracer.stdout.readableLength > 0);
    const [, node] = familyOf(Number(tracer.pid));
    const { CreateKeyCommand } = await import("@aws-sdk/client-kms");
    await kmsClient(state).send(new CreateKeyCommand({}));
    await killAndWait(Number(node), "SIGTERM");
    await ended;
    const addresses = readFileSync(calls, "utf8").match(/sa_family=AF_INET6?,[^}]*/g) ?? [];
    expect(addresses.length).toBeGreaterThan(0);
    expect(addresses.filter((address) => !address.includes('inet_addr("127.0.0.1")'))).toEqual([]);
  },
);

test("/cdn-cgi/ answers 404, and no port of it is an inspector, an admin page, or tells a secret", async () => {
  const state = newState();
  const server = await startServer(state);
  for (const path of ["", "explorer", "local/explorer", "local/explorer/api", "local/platform-proxy", "mf/scheduled", "trace"])
    expect((await fetch(`${server.endpoint}/cdn-cgi/${path}`)).status, path).toBe(404);
  const { keys } = JSON.parse(readFileSync(join(state, "root-keys.json"), "utf8"));
  const secrets = [keys["1"], profileValue(state, "credentials", "aws_secret_access_key")];
  await expectPortsToTellNothing(server.npm, server.port, secrets);
  process.kill(server.node, "SIGUSR1"); // node's own way to open an inspector
  await pause(300);
  await expectPortsToTellNothing(server.npm, server.port, secrets);
  await server.stop("npm");
});

test.each([
  ["npm", "SIGTERM"],
  ["npm", "SIGINT"],
  ["node", "SIGTERM"],
  ["node", "SIGINT"],
] as const)("to %s, %s ends it, all its children and its hold on the directory", async (to, signal) => {
  const state = newState();
  const server = await startServer(state);
  const family = familyOf(server.npm);
  expect(workerdsOf(server.npm)).toHaveLength(1);
  expect(await server.stop(to, signal)).toEqual({ code: 0, signal: null });
  expect(family.filter(lives)).toEqual([]);
  expect(await isRefused(server.port)).toBe(true);
  expect(() => statSync(join(state, "run.json"))).toThrow("ENOENT");
});

test("Ctrl-C reaches every process of the group at once, and ends them all", async () => {
  const server = await startServer(newState());
  const family = familyOf(server.npm);
  process.kill(-server.npm, "SIGINT");
  await eventually("the end of all", () => !family.some(lives));
  expect(workerdsOf(server.node)).toEqual([]);
});

test.each(["SIGTERM", "SIGKILL"] as const)(
  "%s while it starts: nothing is left of it once the next one is ready",
  async (signal) => {
    for (const delayMs of [0, 400, 800, 1200]) {
      const state = newState();
      const starting = run("start", ["--state", state, "--port", "0"]);
      const node = await eventually("node", () => familyOf(process.pid).find((pid) => readCommandLine(pid).includes(state)));
      await pause(delayMs);
      const family = familyOf(node);
      await killAndWait(node, signal);
      const { stderr } = await starting;
      expect(stderr, `after ${delayMs} ms`).toBe("");
      const again = await startServer(state); // whatever was made by then is a state to start from
      expect(family.filter(lives), `after ${delayMs} ms`).toEqual([]);
      await again.stop("npm");
    }
  },
);

test("of two starts at once on one new directory one serves, the other is refused", async () => {
  const state = newState();
  const starts = [0, 1].map(() => startServer(state));
  const results = await Promise.allSettled(starts);
  const [serving, ...others] = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  expect(others).toEqual([]);
  const refused = results.find(({ status }) => status === "rejected") as PromiseRejectedResult;
  expect(String(refused.reason)).toContain(`edgekeep: ${state} is in use by process ${serving?.node}\n`);
  await serving?.stop("npm");
});

const readCommandLine = (pid: number) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
};

test("state is kept across restarts; the root key, and so the credentials, stay the same", async () => {
  const state = newState();
  const first = await startServer(state);
  const rootKeys = readFileSync(join(state, "root-keys.json"), "utf8");
  const secret = profileValue(state, "credentials", "aws_secret_access_key");
  const { CreateKeyCommand, DescribeKeyCommand } = await import("@aws-sdk/client-kms");
  const { KeyMetadata } = await kmsClient(state).send(new CreateKeyCommand({ Description: "kept" }));
  await first.stop("npm");

  const second = await startServer(state);
  expect(readFileSync(join(state, "root-keys.json"), "utf8")).toBe(rootKeys);
  expect(profileValue(state, "credentials", "aws_secret_access_key")).toBe(secret);
  const described = await kmsClient(state).send(new DescribeKeyCommand({ KeyId: KeyMetadata?.KeyId }));
  expect(described.KeyMetadata).toEqual(KeyMetadata);
  await second.stop("npm");
});

test("a workerd that dies is started again, written down and ended with the rest", async () => {
  const state = newState();
  const server = await startServer(state);
  const [before] = workerdsOf(server.node);
  process.kill(Number(before), "SIGKILL");
  const after = await eventually("another workerd", () => workerdsOf(server.node).find((pid) => pid !== before));
  await eventually("an answer", () =>
    fetch(`${server.endpoint}/health`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  const { children } = JSON.parse(readFileSync(join(state, "run.json"), "utf8"));
  expect(children.map(({ pid }: { pid: number }) => pid)).toEqual([after]);
  await server.stop("npm");
  expect(lives(after)).toBe(false);
});

test("a workerd that dies and cannot be started again ends the server: it does not pretend to serve", async () => {
  const state = newState();
  const server = await startServer(state);
  const occupier = createServer();
  process.kill(Number(workerdsOf(server.node)[0]), "SIGKILL");
  await eventually("its port to be taken", () => isBound(occupier, server.port));
  await eventually("its end", () => !lives(server.npm));
  occupier.close();
  expect(server.output()).toContain("The Workers runtime failed to restart");
  expect(() => statSync(join(state, "run.json"))).toThrow("ENOENT");
});

const isBound = (server: ReturnType<typeof createServer>, port: number) =>
  new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
  });
