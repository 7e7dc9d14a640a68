// The AWS SDK in a browser's page: from a listed origin it works and reads its errors, from another it does not.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { CHECKOUT, newState, profileValue, startServer } from "./edgekeep.ts";

const CHROMIUM = "/usr/bin/chromium";
const PATIENCE_MS = 60_000;
const reason = existsSync(CHROMIUM) ? undefined : `there is no ${CHROMIUM} here`;

/** What the page does: a key is made, used and asked for in vain; then it posts what happened to where it came from. */
const PAGE_SCRIPT = `
import { CreateKeyCommand, DecryptCommand, DescribeKeyCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";
const tell = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
async function session() {
  const kms = new KMSClient({ ...window.SETTINGS, maxAttempts: 1 });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "from a page" }));
  const Plaintext = new TextEncoder().encode("attack at dawn");
  const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId: KeyMetadata.KeyId, Plaintext }));
  const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
  const refused = await kms.send(new DescribeKeyCommand({ KeyId: "alias/none" })).catch((cause) => cause);
  const { requestId } = refused.$metadata;
  return { opened: new TextDecoder().decode(opened.Plaintext), refused: refused.name, hasRequestId: requestId !== undefined };
}
session().then(tell, (cause) => tell({ failed: cause.name + ": " + cause.message }));
`;

async function pageScript(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: PAGE_SCRIPT, resolveDir: CHECKOUT },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** Serves the page from an origin of its own, and resolves with what the page posts back. */
async function pageServer(script: () => string) {
  let report: (result: unknown) => void = () => {};
  const result = new Promise<unknown>((resolve) => {
    report = resolve;
  });
  const server = createServer((request, response) => {
    if (request.url === "/script.js") return void response.writeHead(200, { "content-type": "text/javascript" }).end(script());
    if (request.url !== "/result")
      return void response
        .writeHead(200, { "content-type": "text/html" })
        .end('<script type="module" src="/script.js"></script>');
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      response.end();
      report(JSON.parse(text));
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, result, close: () => server.close() };
}

/** Opens a page in a browser of its own, until the work is done. */
async function withBrowser<T>(url: string, work: Promise<T>): Promise<T> {
  const profile = mkdtempSync(join(tmpdir(), "edgekeep-chromium-"));
  const quiet = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  const browser = spawn(
    CHROMIUM,
    ["--headless", "--no-sandbox", ...quiet, "--remote-debugging-port=0", `--user-data-dir=${profile}`, url],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => browser.once("exit", () => resolve()));
  const patience = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error("the page tells nothing")), PATIENCE_MS).unref(),
  );
  try {
    return await Promise.race([work, patience]);
  } finally {
    browser.kill("SIGTERM");
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

test.skipIf(reason !== undefined)(
  `the SDK in Chromium works from a listed origin, and from no other${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  async () => {
    const state = newState();
    let script = "";
    const [listed, other] = await Promise.all([pageServer(() => script), pageServer(() => script)]);
    const server = await startServer(state, "--cors-origins", listed.origin);
    const settings = {
      endpoint: server.endpoint,
      region: profileValue(state, "config", "region"),
      credentials: {
        accessKeyId: profileValue(state, "credentials", "aws_access_key_id"),
        secretAccessKey: profileValue(state, "credentials", "aws_secret_access_key"),
      },
    };
    script = `window.SETTINGS = ${JSON.stringify(settings)};\n${await pageScript()}`;
    expect(await withBrowser(listed.origin, listed.result)).toEqual({
      opened: "attack at dawn",
      refused: "NotFoundException",
      hasRequestId: true,
    });
    expect(await withBrowser(other.origin, other.result)).toEqual({ failed: expect.stringContaining("Failed to fetch") });
    for (const { close } of [listed, other]) close();
    await server.stop("npm");
  },
  2 * PATIENCE_MS + 60_000,
);
