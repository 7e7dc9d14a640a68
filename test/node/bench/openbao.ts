// OpenBao's transit engine beside Edgekeep, with its file audit device, in development mode: BAO names the program. Its storage is in
// memory, which none of the requests measured here touches.

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONTEXT, PLAINTEXT } from "./loads.ts";
import type { Load } from "./pairs.ts";
import type { Peer } from "./peer.ts";
import { plainCall } from "./requests.ts";
import { freePort, spawnServer } from "./spawned.ts";

/** All that the calls under measurement need: the root token would spare OpenBao the evaluation of a policy. */
const POLICY = 'path "transit/*" { capabilities = ["update"] }';

export const openbao: Peer = {
  name: "OpenBao",
  async start(folder) {
    const program = process.env["BAO"];
    if (program === undefined) throw new Error("BAO names no program");
    const [port, root] = [await freePort(), randomBytes(16).toString("hex")];
    const config = join(folder, "openbao.hcl");
    writeFileSync(config, `audit "file" "record" { options = { file_path = "${join(folder, "openbao-audit.log")}" } }\n`);
    const server = await spawnServer({
      command: program,
      words: [
        "server",
        "-dev",
        "-dev-no-store-token",
        `-dev-root-token-id=${root}`,
        `-dev-listen-address=127.0.0.1:${port}`,
        `-config=${config}`,
      ],
      environment: { PATH: process.env["PATH"], HOME: folder },
      log: join(folder, "openbao.log"),
      isReady: async () => (await fetch(`http://127.0.0.1:${port}/v1/sys/health`)).ok,
    });
    return { ...server, loads: () => loadsAt(port, root) };
  },
};

async function loadsAt(port: number, root: string): Promise<Record<string, Load>> {
  const ask = (path: string, input: object): Promise<Answer> => call(port, root, path, input);
  await ask("sys/mounts/transit", { type: "transit" });
  await ask("transit/keys/bench", {});
  await ask("sys/policies/acl/bench", { policy: POLICY });
  const { auth } = await ask("auth/token/create", { policies: ["bench"], no_default_policy: true });
  const repeated = (path: string, input: object): Load => ({
    port,
    prepare: async () => [
      plainCall(port, `/v1/transit/${path}`, JSON.stringify(input), { "x-vault-token": auth?.client_token ?? "" }),
    ],
  });
  // What KMS calls an encryption context: authenticated with the message, and not part of the ciphertext.
  const associated_data = Buffer.from(JSON.stringify(CONTEXT)).toString("base64");
  const { data } = await ask("transit/encrypt/bench", { plaintext: PLAINTEXT, associated_data });
  return {
    Encrypt: repeated("encrypt/bench", { plaintext: PLAINTEXT, associated_data }),
    Decrypt: repeated("decrypt/bench", { ciphertext: data?.ciphertext, associated_data }),
    GenerateDataKey: repeated("datakey/plaintext/bench", { bits: 256 }),
  };
}

interface Answer {
  readonly auth?: { readonly client_token: string };
  readonly data?: { readonly ciphertext?: string };
}

/** @throws Error on any answer but a good one. */
async function call(port: number, token: string, path: string, input: object): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/${path}`, {
    method: "POST",
    headers: { "x-vault-token": token },
    body: JSON.stringify(input),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text === "" ? {} : (JSON.parse(text) as Answer);
}
