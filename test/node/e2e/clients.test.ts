// Clients that people have, against the real server: boto3, the SDK with its paginators, retries and kept-alive connections, and
// HTTP as stacks below them speak it.

import { execFile, execFileSync } from "node:child_process";
import { type AddressInfo, connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateRandomCommand,
  KMSClient,
  paginateListAliases,
  paginateListKeys,
} from "@aws-sdk/client-kms";
import { describe, expect, test } from "vitest";
import { signedCalls } from "../bench/requests.ts";
import { clientEnvironment, kmsClient, newState, profileValue, type Server, startServer } from "./edgekeep.ts";
import { eventually } from "./processes.ts";

const PATIENCE_MS = 30_000;

function whyNoBoto(): string | undefined {
  try {
    execFileSync("python3", ["-c", "import boto3"], { stdio: "ignore", timeout: PATIENCE_MS });
    return undefined;
  } catch {
    return "no python3 with boto3 is installed here";
  }
}

const reason = whyNoBoto();

const SESSION = `
import boto3, botocore
kms = boto3.client("kms")
key = kms.create_key(Description="from boto3", Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]
kms.create_alias(AliasName="alias/boto", TargetKeyId=key["KeyId"])
context = {"purpose": "test"}
for name in [key["KeyId"], key["Arn"], "alias/boto"]:
    sealed = kms.encrypt(KeyId=name, Plaintext=b"attack at dawn", EncryptionContext=context)
    assert sealed["KeyId"] == key["Arn"]
    assert kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)["Plaintext"] == b"attack at dawn"
data = kms.generate_data_key(KeyId="alias/boto", KeySpec="AES_256")
assert len(data["Plaintext"]) == 32 and kms.decrypt(CiphertextBlob=data["CiphertextBlob"])["Plaintext"] == data["Plaintext"]
moved = kms.re_encrypt(CiphertextBlob=data["CiphertextBlob"], DestinationKeyId=key["KeyId"], DestinationEncryptionContext=context)
assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext=context)["Plaintext"] == data["Plaintext"]
assert kms.list_resource_tags(KeyId=key["KeyId"])["Tags"] == [{"TagKey": "a", "TagValue": "b"}]
assert [k["KeyId"] for page in kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1}) for k in page["Keys"]] == [key["KeyId"]]
assert "kms:*" in kms.get_key_policy(KeyId=key["KeyId"])["Policy"]
kms.disable_key(KeyId=key["KeyId"])
try:
    kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    raise SystemExit("a disabled key has encrypted")
except kms.exceptions.DisabledException as refused:
    assert refused.response["Error"]["Message"] == key["Arn"] + " is disabled."
try:
    kms.describe_key(KeyId="alias/none")
    raise SystemExit("an alias that is not there was found")
except kms.exceptions.NotFoundException:
    pass
print("done")
`;

const credentialsOf = (state: string) => ({
  accessKeyId: profileValue(state, "credentials", "aws_access_key_id"),
  secretAccessKey: profileValue(state, "credentials", "aws_secret_access_key"),
});

describe.skipIf(reason !== undefined)(`a session of boto3${reason === undefined ? "" : ` (${reason})`}`, () => {
  test("keys, aliases, tags, ciphertexts, pages and typed errors", async () => {
    const state = newState();
    const server = await startServer(state);
    const { stdout } = await promisify(execFile)("python3", ["-c", SESSION], {
      env: clientEnvironment(state),
      timeout: PATIENCE_MS,
    });
    expect(stdout.trim()).toBe("done");
    await server.stop("npm");
  });
});

describe("the SDK for JavaScript", () => {
  test("its paginators, twenty calls at a time on its kept-alive connections, and the wrong key's error once, without retries", async () => {
    const state = newState();
    const server = await startServer(state);
    const kms = kmsClient(state);
    const made = await Promise.all(Array.from({ length: 20 }, () => kms.send(new CreateKeyCommand({}))));
    const ids = made.map(({ KeyMetadata }) => KeyMetadata?.KeyId ?? "");
    await Promise.all(ids.map((TargetKeyId, at) => kms.send(new CreateAliasCommand({ AliasName: `alias/${at}`, TargetKeyId }))));
    const listed: (string | undefined)[] = [];
    for await (const page of paginateListKeys({ client: kms, pageSize: 7 }, {}))
      listed.push(...(page.Keys ?? []).map(({ KeyId }) => KeyId));
    expect(listed.toSorted()).toEqual(ids.toSorted());
    let aliases = 0;
    for await (const page of paginateListAliases({ client: kms, pageSize: 3 }, {})) aliases += page.Aliases?.length ?? 0;
    expect(aliases).toBe(20);
    const refused = await kms.send(new DescribeKeyCommand({ KeyId: "alias/none" })).catch((cause) => cause);
    expect(refused).toMatchObject({ name: "NotFoundException", $metadata: { attempts: 1 } });
    await server.stop("npm");
  });

  test("a call whose connection breaks is tried again by the client, and answered", async () => {
    const state = newState();
    const server = await startServer(state);
    let connections = 0;
    const unsteady = createServer((socket) => {
      connections += 1;
      if (connections === 1) return void socket.once("data", () => socket.destroy());
      const onward = connect({ host: "127.0.0.1", port: server.port });
      socket.on("error", () => onward.destroy());
      onward.on("error", () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((listening) => unsteady.listen(0, "127.0.0.1", listening));
    const { port } = unsteady.address() as AddressInfo;
    const kms = new KMSClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: profileValue(state, "config", "region"),
      credentials: credentialsOf(state),
    });
    const { $metadata } = await kms.send(new GenerateRandomCommand({ NumberOfBytes: 8 }));
    expect([$metadata.attempts, connections]).toEqual([2, 2]);
    kms.destroy();
    unsteady.close();
    await server.stop("npm");
  });

  test("a call that the client gives up leaves the next one unharmed", async () => {
    const state = newState();
    const server = await startServer(state);
    // The call goes to the server, whose answer is held back: the client gives up a call that is under way, with nothing to win a race.
    let [sent, answered, closed] = [0, 0, false];
    const holding = createServer((socket) => {
      const onward = connect({ host: "127.0.0.1", port: server.port });
      socket.on("data", (chunk) => {
        sent += chunk.length;
        onward.write(chunk);
      });
      onward.on("data", (chunk) => (answered += chunk.length)).on("error", () => {});
      socket
        .on("error", () => {})
        .on("close", () => {
          closed = true;
          onward.destroy();
        });
    });
    await new Promise<void>((listening) => holding.listen(0, "127.0.0.1", listening));
    const { port } = holding.address() as AddressInfo;
    const kms = kmsClient(state);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const abort = new AbortController();
    const encrypt = () => new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from("x") });
    const held = kmsClient(state, { endpoint: `http://127.0.0.1:${port}` });
    const aborted = held.send(encrypt(), { abortSignal: abort.signal });
    aborted.catch(() => {}); // it is awaited below
    await eventually("the server's answer", () => answered > 0);
    abort.abort();
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
    await eventually("the client to hang up", () => closed);
    expect(sent).toBeGreaterThan(0);
    await kms.send(encrypt());
    held.destroy();
    holding.close();
    await server.stop("npm");
  });
});

describe("HTTP below the clients", () => {
  /** Writes bytes to the server, and reads until it has been told enough or the connection ends. */
  function exchange(server: Server, parts: readonly (Buffer | number)[], enough: (text: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = "";
      const socket = connect({ host: "127.0.0.1", port: server.port }, () => void write().catch(reject));
      const write = async (): Promise<void> => {
        for (const part of parts) {
          if (typeof part === "number") await pause(part);
          else socket.write(part);
        }
      };
      socket.setTimeout(PATIENCE_MS, () => reject(new Error(`no more than: ${text}`)));
      socket.on("error", reject);
      socket.on("close", () => resolve(text));
      socket.on("data", (chunk) => {
        text += chunk.toString("latin1");
        if (enough(text)) socket.destroy();
      });
    });
  }

  const answers = (text: string): number => text.match(/HTTP\/1\.1 200 OK/g)?.length ?? 0;

  test("requests behind each other on one connection, Expect: 100-continue, and a client that goes away", async () => {
    const state = newState();
    const server = await startServer(state);
    const [call = Buffer.alloc(0)] = await signedCalls(server.port, credentialsOf(state), "GenerateRandom", [
      { NumberOfBytes: 8 },
    ]);

    expect(answers(await exchange(server, [Buffer.concat([call, call, call])], (text) => answers(text) === 3))).toBe(3);

    const text = call.toString("latin1");
    const at = text.indexOf("\r\n\r\n");
    const expecting = Buffer.from(`${text.slice(0, at)}\r\nexpect: 100-continue\r\n\r\n`, "latin1");
    const body = Buffer.from(text.slice(at + 4), "latin1");
    expect(answers(await exchange(server, [expecting, 100, body], (received) => answers(received) === 1))).toBe(1);

    for (let length = 1; length < call.length; length += 97) {
      await new Promise<void>((resolve, reject) => {
        const socket = connect({ host: "127.0.0.1", port: server.port }, () =>
          socket.write(call.subarray(0, length), () => socket.destroy()),
        );
        socket.on("error", reject);
        socket.on("close", () => resolve());
      });
    }
    expect(answers(await exchange(server, [call], (received) => answers(received) === 1))).toBe(1);
    const answer = await exchange(server, [call], (received) => answers(received) === 1);
    expect(answer).toMatch(/\r\nContent-Length: \d+\r\n/); // spelt so: libmongocrypt looks for it
    expect(answer).not.toMatch(/transfer-encoding/i);
    await server.stop("npm");
  });
});
