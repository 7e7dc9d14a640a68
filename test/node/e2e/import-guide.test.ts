// The session of docs/importing.md, as it stands there; and its other commands, by which an RSA key comes.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHECKOUT } from "./edgekeep.ts";
import { has, withServer } from "./sessions.ts";

const PATIENCE_MS = 120_000;
const blocksOf = (name: string): string[] =>
  [...readFileSync(join(CHECKOUT, name), "utf8").matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
const [session = "", wrapping = ""] = blocksOf("docs/importing.md");

const missing = ["aws", "openssl", "python3"].filter((program) => !has(program, program === "openssl" ? "version" : "--version"));
const reason = missing.length === 0 ? "" : ` (skipped: no ${missing.join(", ")} here)`;

test.skipIf(missing.length > 0)(
  `a symmetric key and an RSA key are imported by the page's commands${reason}`,
  { timeout: PATIENCE_MS },
  async () => {
    await withServer(async (shell) => {
      const [, cli = ""] = blocksOf("README.md");
      const profile = cli.split("\n").slice(0, 2).join("\n");
      expect((await shell(`${profile}\n${session}`, PATIENCE_MS)).trim().split("\n").at(-1)).toBe("Enabled");

      const [unwrapped = "", sent = ""] = session.split(/^# 32 bytes[\s\S]*?(?=^aws kms import)/m);
      const rsa = unwrapped
        .replace("--origin EXTERNAL", "--origin EXTERNAL --key-spec RSA_3072 --key-usage SIGN_VERIFY")
        .replace("RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_256");
      const stdout = await shell(`${profile}\n${rsa}\n${wrapping}\n${sent}`, PATIENCE_MS);
      expect(stdout.trim().split("\n").at(-1)).toBe("Enabled");
    });
  },
);
